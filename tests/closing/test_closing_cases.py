"""Month and year close: the checklist, the order of months, two people, the job, reopening; what the database refuses.

# covers: F7
"""

import datetime as dt
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, TODAY, at_once
from tests.closing.scene import Scene, make_scene
from tests.staging import staged
from tests.web.pages import do_work
from upkeep.banking.actions import ask_reversal
from upkeep.banking.custody_books import charge_fee
from upkeep.banking.models import PaySlip
from upkeep.books import closing as books
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.closing import closing_cases, prints
from upkeep.closing.closing_cases import NotAllowed, NotNow
from upkeep.closing.models import ClosingCase, ClosingState, LedgerAudit
from upkeep.closing.periods import Period
from upkeep.closing.statements import Scope, StatementKind, sheet_of
from upkeep.estate.actions import create_area
from upkeep.jobs.models import JobState
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.actions import set_policy
from upkeep.policy.closing_rule import HOUSES, ClosingRule
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db
OCTOBER, SEPTEMBER = Period(2026, 10), Period(2026, 9)


def _audited() -> Scene:
    scene = make_scene()
    scene.audited()
    return scene


scene = staged(_audited)


def asked(scene: Scene, period: Period = OCTOBER, *, reason: str = "月末正常结账") -> ClosingCase:
    return closing_cases.ask_to_close(city_id=scene.city_id, period=period, reason=reason, by=scene.accountant, at=AT)


def closed(scene: Scene, period: Period = OCTOBER, *, at: dt.datetime = AT) -> ClosingCase:
    case = closing_cases.ask_to_close(city_id=scene.city_id, period=period, reason="正常", by=scene.accountant, at=at)
    closing_cases.approve(case.pk, by=scene.approver, at=at)
    assert do_work().state == JobState.DONE
    return ClosingCase.objects.get(pk=case.pk)


def reopened(scene: Scene, *, at: dt.datetime = AT) -> ClosingCase:
    case = closing_cases.ask_to_reopen(city_id=scene.city_id, reason="漏记手续费", by=scene.accountant, at=at)
    closing_cases.approve(case.pk, by=scene.approver, at=at)
    assert do_work().state == JobState.DONE
    return ClosingCase.objects.get(pk=case.pk)


def pay_fee(scene: Scene, day: dt.date, serial: str = "SX2") -> None:
    charge_fee(custody_id=scene.custody.pk, fen=5, serial=serial, booked_on=day, at=AT)


class TestAClose:
    def test_is_asked_for_decided_by_another_and_shuts_every_book_of_the_city(self, scene: Scene) -> None:
        case = asked(scene)
        assert case.state_now is ClosingState.WAITING and case.number.startswith("JZ")

        closing_cases.approve(case.pk, by=scene.approver, at=AT)
        assert books.closed_through(scene.area.pk) is None  # nothing is closed before the job has run
        do_work()

        case = ClosingCase.objects.get(pk=case.pk)
        assert case.state_now is ClosingState.DONE and case.result["books"] == len(opened(scene)) == 4
        assert {books.closed_through(one) for one in opened(scene)} == {OCTOBER.last}
        assert books.unclosed(area_ids=scene.books, through=OCTOBER.last) == {}
        assert case.result["income_fen"] > 7_777 and case.result["expense_fen"] == 50_077
        assert audit() == []
        with pytest.raises(Refusal, match="已结账"):
            pay_fee(scene, OCTOBER.last)
        pay_fee(scene, dt.date(2026, 11, 1))

    def test_keeps_the_statements_as_they_were(self, scene: Scene) -> None:
        case = closed(scene)
        kept = prints.kept_of(case)
        assert [one.title for one in kept] == ["资产负债表", "收支表", "净资产变动表"]

    def test_of_december_is_the_years_and_keeps_the_years_statements_too(self, scene: Scene) -> None:
        later = dt.datetime(2027, 1, 8, 3, tzinfo=dt.UTC)
        LedgerAudit.objects.create(began_at=later, ended_at=later, entries=1, lines=2, rules=27)
        case = closed(scene, Period(2026, 12), at=later)
        assert case.title == "2026年度结账（12月）"
        assert len(prints.kept_of(case)) == 6
        assert "年末待分配累计收益" in str([one for one in case.findings if one["state"] == "请说明"])

    def test_carries_the_same_money_whether_month_by_month_or_at_once(self, scene: Scene) -> None:
        whole = Scope(jurisdiction_id=scene.city_id)
        before = sheet_of(StatementKind.NET_ASSETS, scope=whole, period=OCTOBER)
        closed(scene, SEPTEMBER)
        closed(scene, OCTOBER)
        assert sheet_of(StatementKind.NET_ASSETS, scope=whole, period=OCTOBER) == before
        assert audit() == []

    def test_run_again_after_it_was_done_has_no_second_effect(self, scene: Scene) -> None:
        case = closed(scene)
        before = counts()
        closing_cases.carry_out(case.pk, at=AT, progress=Silent())
        assert counts() == before

    def test_asks_the_database_no_more_for_more_books(self, scene: Scene) -> None:
        with CaptureQueriesContext(connection) as seen:
            books.close_period(area_ids=scene.books, through=OCTOBER.last, at=AT, by="test")
        assert len(seen) <= 20


class TestTheOrderOfMonths:
    def test_begins_anywhere_within_two_years_and_then_goes_month_by_month(self, scene: Scene) -> None:
        assert len(closing_cases.months_to_close(scene.city_id, on=TODAY)) == 24
        closed(scene, SEPTEMBER)
        assert closing_cases.months_to_close(scene.city_id, on=TODAY) == [OCTOBER]
        closed(scene)
        assert closing_cases.months_to_close(scene.city_id, on=TODAY) == []
        assert closing_cases.months_to_close(scene.city_id, on=dt.date(2026, 12, 1)) == [Period(2026, 11)]

    @pytest.mark.parametrize(
        ("period", "sentence"),
        [
            (Period(2026, 11), "还没有结束"),
            (Period(2026), "还没有结束"),
            (SEPTEMBER, "已经结账"),
            (Period(2026, 8), "已经结账"),
        ],
    )
    def test_is_kept(self, scene: Scene, period: Period, sentence: str) -> None:
        closed(scene, SEPTEMBER)
        with pytest.raises(NotNow, match=sentence):
            asked(scene, period)

    def test_skips_no_month(self, scene: Scene) -> None:
        closed(scene, Period(2026, 8))
        with pytest.raises(NotNow, match="应先结 2026年9月"):
            asked(scene, OCTOBER)


class TestTwoPeople:
    def test_are_needed(self, scene: Scene) -> None:
        case = asked(scene)
        with pytest.raises(NotAllowed, match="由您提出"):
            closing_cases.approve(case.pk, by=scene.accountant, at=AT)
        for who in ("demo-cashier", "demo-auditor", "demo-clerk", "stranger-clerk"):
            with pytest.raises(NotAllowed):
                closing_cases.approve(case.pk, by=scene.cast[who], at=AT)
        closing_cases.approve(case.pk, by=scene.cast["second-accountant"], at=AT)
        with pytest.raises(NotNow, match="请勿重复"):
            closing_cases.approve(case.pk, by=scene.approver, at=AT)

    def test_ask_only_in_their_own_city(self, scene: Scene) -> None:
        for who in ("demo-cashier", "demo-approver", "stranger-clerk"):
            with pytest.raises(NotAllowed):
                closing_cases.ask_to_close(
                    city_id=scene.city_id, period=OCTOBER, reason="x", by=scene.cast[who], at=AT
                )

    def test_send_back_with_a_reason_and_begin_anew(self, scene: Scene) -> None:
        case = asked(scene)
        with pytest.raises(HasProblems, match="退回原因"):
            closing_cases.send_back(case.pk, reason=" ", by=scene.approver, at=AT)
        with pytest.raises(NotNow, match="已有一张结账单"):
            asked(scene)
        closing_cases.send_back(case.pk, reason="等对账", by=scene.approver, at=AT)
        again = asked(scene)
        closing_cases.send_back(again.pk, reason="自己撤回", by=scene.accountant, at=AT)
        assert closing_cases.under_way(scene.city_id) is None


class TestTheChecklist:
    def test_asks_for_an_explanation_where_something_is_open(self, scene: Scene) -> None:
        late = AT + dt.timedelta(days=9)
        with pytest.raises(HasProblems, match="1 项提示"):
            closing_cases.ask_to_close(city_id=scene.city_id, period=OCTOBER, reason=" ", by=scene.accountant, at=late)
        case = closing_cases.ask_to_close(
            city_id=scene.city_id, period=OCTOBER, reason="核查已安排在今晚", by=scene.accountant, at=late
        )
        found = [one for one in case.findings if one["state"] != "通过"]
        assert [one["code"] for one in found] == ["audit_recent"]
        assert len(case.findings) >= 8

    def test_forbids_a_close_after_an_audit_that_found_something(self, scene: Scene) -> None:
        LedgerAudit.objects.create(
            began_at=AT,
            ended_at=AT,
            entries=1,
            lines=2,
            rules=27,
            findings=[{"code": "L1", "text": "不平", "keys": {}}],
        )
        with pytest.raises(HasProblems, match="发现 1 个问题"):
            asked(scene)

    def test_forbids_a_close_while_a_reversal_waits_and_looks_again_before_it_begins(self, scene: Scene) -> None:
        case = asked(scene)
        slip = PaySlip.objects.filter(state="PAID", custody__bank=scene.cast.city.banks[0]).order_by("-closed_at")[0]
        assert slip.closed_at is not None
        ask_reversal(number=slip.number, reason="重复确认", by=scene.cast["demo-teller1"], at=slip.closed_at)
        with pytest.raises(HasProblems, match="1 笔冲正"):
            closing_cases.approve(case.pk, by=scene.approver, at=AT)
        assert ClosingCase.objects.get(pk=case.pk).state_now is ClosingState.WAITING

    def test_makes_the_same_number_of_queries_whatever_the_citys_size(self, scene: Scene) -> None:
        with CaptureQueriesContext(connection) as seen:
            closing_cases.checklist(city_id=scene.city_id, period=OCTOBER, at=AT)
        assert len(seen) <= 28


class TestAReopening:
    def test_by_two_opens_the_last_month_and_only_that(self, scene: Scene) -> None:
        closed(scene, SEPTEMBER)
        month = closed(scene)
        case = reopened(scene)

        month.refresh_from_db()
        assert (month.state_now, case.title) == (ClosingState.UNDONE, "2026年10月反结账")
        assert {books.closed_through(one) for one in opened(scene)} == {SEPTEMBER.last}
        pay_fee(scene, OCTOBER.last)
        with pytest.raises(Refusal, match="已结账"):
            pay_fee(scene, SEPTEMBER.last, "SX3")

        again = closed(scene, at=AT + dt.timedelta(hours=1))
        assert again.result["expense_fen"] == 5 and audit() == []
        assert {books.closed_through(one) for one in opened(scene)} == {OCTOBER.last}

    def test_needs_a_reason_a_closed_month_and_another_person(self, scene: Scene) -> None:
        with pytest.raises(NotNow, match="没有可以反结账"):
            closing_cases.ask_to_reopen(city_id=scene.city_id, reason="x", by=scene.accountant, at=AT)
        closed(scene)
        with pytest.raises(HasProblems, match="反结账的原因"):
            closing_cases.ask_to_reopen(city_id=scene.city_id, reason=" ", by=scene.accountant, at=AT)
        case = closing_cases.ask_to_reopen(city_id=scene.city_id, reason="漏记", by=scene.accountant, at=AT)
        with pytest.raises(NotAllowed):
            closing_cases.approve(case.pk, by=scene.accountant, at=AT)

    def test_opens_a_book_that_came_since_no_further_than_the_others(self, scene: Scene) -> None:
        closed(scene, SEPTEMBER)
        closed(scene)
        new = new_area(scene)
        assert books.closed_through(new) == OCTOBER.last
        reopened(scene)
        assert books.closed_through(new) == SEPTEMBER.last


class TestANewBook:
    def test_is_closed_with_its_city(self, scene: Scene) -> None:
        """Nobody books into a month whose statements stand by way of an area that came later."""
        assert books.closed_through(new_area(scene, "早来苑")) is None
        closed(scene)
        late = new_area(scene)
        assert books.closed_through(late) == OCTOBER.last
        with pytest.raises(Refusal, match="已结账"):
            postings.interest_received(
                area_id=late,
                custody_id=scene.custody.pk,
                fund_kind=FundKind.COMMODITY,
                fen=1,
                source="late",
                booked_on=OCTOBER.last,
            )
        assert audit() == []

    @pytest.mark.commits
    def test_is_left_open_by_nothing_else_than_a_missing_guard(self, scene: Scene, owner_url: str) -> None:
        """The guard does not stand for show: without it a late area's book is open."""
        closed(scene)
        with psycopg.connect(owner_url) as owner:
            owner.execute("drop trigger new_book_is_closed_with_its_city on ledger.book")
        assert books.closed_through(new_area(scene)) is None


class TestOtherExpense:
    def test_goes_to_the_undistributed_earnings_unless_the_city_says_otherwise(self, scene: Scene) -> None:
        closed(scene)
        assert closing_of("3101", scene) == 7_700

    def test_is_borne_by_the_houses_where_the_city_says_so(self, scene: Scene) -> None:
        fund = sheet_of(StatementKind.BALANCE, scope=Scope(jurisdiction_id=scene.city_id), period=OCTOBER)
        before = {row.label: row.cells[5] for row in fund.rows}
        total = sub_total()
        set_policy(
            kind=PolicyKind.CLOSING_RULE,
            jurisdiction_id=scene.city_id,
            value=ClosingRule(other_expense_to=HOUSES),
            valid_from=dt.date(2026, 1, 1),
        )
        closed(scene)

        after = sheet_of(StatementKind.BALANCE, scope=Scope(jurisdiction_id=scene.city_id), period=OCTOBER)
        found = {row.label: row.cells[5] for row in after.rows}
        assert closing_of("3101", scene) == 7_777 and total - sub_total() == 77
        assert found["商品住宅维修资金"] == before["商品住宅维修资金"] - 77
        assert found["资产总计"] == before["资产总计"]
        surplus, shared, other = (
            row.cells
            for row in sheet_of(
                StatementKind.NET_ASSETS, scope=Scope(jurisdiction_id=scene.city_id), period=OCTOBER
            ).rows[2:5]
        )
        assert (surplus[2], other[0], other[2], shared) == (7_777, 0, 0, (0, 0, 0, 0))
        assert audit() == []


class TestTheDatabase:
    """Refuses by itself, whoever writes."""

    def test_a_case_that_one_person_alone_decided(self, scene: Scene) -> None:
        case = asked(scene)
        with pytest.raises(IntegrityError, match="closing_is_decided_by_another"), transaction.atomic():
            ClosingCase.objects.filter(pk=case.pk).update(
                state="RUNNING", decided_by=scene.accountant.user_id, decided_at=AT
            )

    def test_another_month_another_reason_and_a_deletion(self, scene: Scene) -> None:
        case = asked(scene)
        changes: list[dict[str, Any]] = [{"through": dt.date(2026, 9, 30)}, {"reason": "x"}, {"findings": []}]
        for change in changes:
            with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
                ClosingCase.objects.filter(pk=case.pk).update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            case.delete()

    def test_a_leap_over_the_second_person_and_an_undoing_without_a_case(self, scene: Scene) -> None:
        case = asked(scene)
        decided = {"decided_by": scene.approver.user_id, "decided_at": AT}
        with pytest.raises(DatabaseError, match="DONE cannot follow WAITING"), transaction.atomic():
            ClosingCase.objects.filter(pk=case.pk).update(state="DONE", done_at=AT, **decided)
        closing_cases.send_back(case.pk, reason="x", by=scene.approver, at=AT)
        done = closed(scene)
        with pytest.raises(DatabaseError, match="nobody has decided"), transaction.atomic():
            ClosingCase.objects.filter(pk=done.pk).update(state="UNDONE")

    def test_a_second_case_under_way_and_a_second_close_of_a_month(self, scene: Scene) -> None:
        case = asked(scene)
        copy = {one.attname: getattr(case, one.attname) for one in ClosingCase._meta.concrete_fields} | {
            "number": "JZ9"
        }
        with pytest.raises(IntegrityError, match="closing_one_under_way"), transaction.atomic():
            ClosingCase.objects.create(**{**copy, "id": 9})
        with pytest.raises(DatabaseError, match="begins waiting"), transaction.atomic():
            ClosingCase.objects.create(
                **{**copy, "id": 9, "state": "RETURNED", "decided_by_id": case.asked_by_id, "decided_at": AT}
            )

    def test_a_changed_audit(self, scene: Scene) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            LedgerAudit.objects.update(findings=["x"])


class TestAtOnce:
    @pytest.mark.commits
    def test_two_who_agree_close_once_and_two_who_ask_get_one_case(self, scene: Scene) -> None:
        answers = at_once(
            lambda: asked(scene),
            lambda: closing_cases.ask_to_close(
                city_id=scene.city_id, period=OCTOBER, reason="x", by=scene.cast["second-accountant"], at=AT
            ),
        )
        cases = [one for one in answers if isinstance(one, ClosingCase)]
        assert len(cases) == 1 and sum(isinstance(one, NotNow) for one in answers) == 1
        others = [scene.approver, scene.cast["all-rounder"]]
        agreed = at_once(*[lambda who=who: closing_cases.approve(cases[0].pk, by=who, at=AT) for who in others])
        assert sorted(type(one).__name__ for one in agreed) == ["ClosingCase", "NotNow"]
        assert do_work().state == JobState.DONE
        assert audit() == []


class Silent:
    """Progress that nobody looks at."""

    def begin(self, total: int, note: str = "") -> None: ...

    def advance(self, count: int = 1) -> None: ...

    def note(self, text: str) -> None: ...


def opened(scene: Scene) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("select area_id from ledger.book where area_id = any (%s)", [scene.books])
        return [pk for (pk,) in cursor.fetchall()]


def counts() -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("select (select count(*) from ledger.entry), (select count(*) from ledger.period)")
        found: tuple[int, int] = cursor.fetchone()
        return found


def sub_total() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select sum(balance_fen)::bigint from ledger.sub_account")
        return int(cursor.fetchone()[0])


def closing_of(code: str, scene: Scene) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select sum(credit_fen - debit_fen)::bigint from ledger.day_total where code = %s", [code])
        return int(cursor.fetchone()[0])


def new_area(scene: Scene, name: str = "新来苑") -> int:
    from_area = scene.area
    area = create_area(
        jurisdiction_id=from_area.jurisdiction_id,
        name=name,
        address="新来路 1 号",
        developer_id=from_area.developer_id,
        floor_area_dm2=100,
        at=AT,
    )
    sub_accounts.open_for(area.pk, [])
    return int(area.pk)
