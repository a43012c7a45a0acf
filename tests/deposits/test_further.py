"""续交方案: what it asks, its slips in batches, the money, and what stands in the way.

# covers: D8
"""

import datetime as dt
import io

import pytest
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from tests.banking.town import AT, Town, confirm, new_house
from tests.cast import at_once
from tests.deposits.further_scene import (
    FIRST_FEN,
    TODAY,
    approved,
    balance_of,
    bind,
    by_floor,
    draft,
    make_scene,
    running,
    terms,
)
from upkeep.banking.actions import NewSlip, SlipItem, default_custody, expire_slips, issue_slips, void_slip
from upkeep.banking.models import PaySlip, ReceiptMode, SlipState
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.deposits.actions import DEPOSIT
from upkeep.deposits.arrears import houses_in_arrears, since_when
from upkeep.deposits.further import (
    asked_of,
    due_days,
    end_plan,
    instalments_of,
    issue_slips_of,
    problems_of,
    void_slips_of,
)
from upkeep.deposits.further_queries import standings_of
from upkeep.deposits.models import (
    Arrears,
    FurtherMethod,
    FurtherPlan,
    FurtherShare,
    FurtherStandard,
    Obstacle,
    Receipt,
)
from upkeep.deposits.prints import keep_receipt
from upkeep.estate.models import House, HouseClaim
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.actions import set_policy
from upkeep.policy.further_rule import FurtherRule
from upkeep.policy.models import PolicyKind
from upkeep.printing.actions import content_of
from upkeep.tasks import arrears_finding

IN_PARTS = {"method": "INSTALMENTS", "instalments": "3", "every": "6"}


def slip_of(plan: FurtherPlan, house: House, *, number: int = 1) -> PaySlip:
    slip = FurtherShare.objects.get(plan=plan, house=house, instalment=number).slip
    assert slip is not None
    return PaySlip.objects.get(pk=slip.pk)


def shares(plan: FurtherPlan) -> list[tuple[int, int, str]]:
    rows = FurtherShare.objects.filter(plan=plan).order_by("house__floor", "instalment")
    return [(one.house.floor, one.amount_fen, one.obstacle) for one in rows.select_related("house")]


@pytest.mark.django_db
class TestWhatAPlanAsks:
    def test_is_a_rate_by_floor_area(self) -> None:
        town = make_scene()
        wanted = terms(standard=FurtherStandard.PER_M2, fen_per_m2=2_550)

        asked = asked_of(town.area, town.houses, wanted, on=TODAY)

        assert {due.amount_fen for due in asked.dues.values()} == {250_844}  # 98.37 × 25.50 = 2,508.435, up
        assert asked.total_fen == 4 * 250_844

    def test_is_what_is_missing_to_the_first_deposit_and_nothing_of_whoever_has_it(self) -> None:
        town = make_scene(left_fen=(100_000, 885_329))
        first, second, third, fourth = by_floor(town)

        asked = asked_of(town.area, town.houses, terms(), on=TODAY)

        assert {pk: due.amount_fen for pk, due in asked.dues.items()} == {first.pk: 785_330, second.pk: 1}
        assert asked.left_out == dict.fromkeys((third.pk, fourth.pk), "余额已达首期应交金额")

    def test_is_the_standard_of_today_once_more(self) -> None:
        town = make_scene()

        asked = asked_of(town.area, town.houses, terms(standard=FurtherStandard.FIRST_STANDARD), on=TODAY)

        assert {due.rule for due in asked.dues.values()} == {"续交（有电梯 90.00 元/㎡）"}
        assert asked.total_fen == 4 * FIRST_FEN

    def test_leaves_out_whoever_has_not_paid_at_first(self) -> None:
        town = make_scene()
        House.objects.filter(floor=1).update(first_deposit_due_fen=None)

        asked = asked_of(town.area, town.houses, terms(standard=FurtherStandard.PER_M2, fen_per_m2=1_000), on=TODAY)

        assert (len(asked.dues), list(asked.left_out.values())) == (3, ["尚未交首期维修资金"])

    def test_in_instalments_adds_up(self) -> None:
        assert instalments_of(10_000, 3) == [3_334, 3_333, 3_333]
        assert instalments_of(2, 3) == [2]

    def test_falls_due_on_the_same_day_of_later_months(self) -> None:
        wanted = terms(
            method=FurtherMethod.INSTALMENTS, instalments=4, every_months=1, first_due_on=dt.date(2026, 11, 30)
        )

        assert due_days(wanted) == [
            dt.date(2026, 11, 30),
            dt.date(2026, 12, 30),
            dt.date(2027, 1, 30),
            dt.date(2027, 2, 28),
        ]

    def test_over_more_months_than_the_city_allows_is_refused(self) -> None:
        town = make_scene()
        wanted = terms(method=FurtherMethod.INSTALMENTS, instalments=4, every_months=12)
        assert problems_of(town.area, wanted, on=TODAY) == []

        set_policy(
            kind=PolicyKind.FURTHER_RULE,
            jurisdiction_id=town.city.pk,
            value=FurtherRule(most_months=24),
            valid_from=TODAY,
        )

        assert ["分期最长 24 个月" in one.text for one in problems_of(town.area, wanted, on=TODAY)] == [True]


@pytest.mark.django_db
class TestAnApprovedPlan:
    def test_asks_each_house_in_arrears_by_a_slip_to_its_owner(self) -> None:
        town = make_scene(left_fen=(0, 100_000))
        first, second, *_ = by_floor(town)

        plan = running(town)

        assert (plan.house_count, plan.total_fen) == (2, 885_330 + 785_330)
        slips = {one.lines.get().house_id: one for one in PaySlip.objects.filter(purpose="further_deposit")}
        assert {pk: slip.total_fen for pk, slip in slips.items()} == {first.pk: 885_330, second.pk: 785_330}
        assert (slips[first.pk].payer_name, slips[first.pk].expires_on) == ("业主0", TODAY + dt.timedelta(days=60))
        assert slips[first.pk].payer_phone.startswith("138")

    def test_paid_goes_to_the_house_with_a_receipt_and_takes_it_off_the_register(self) -> None:
        town = make_scene(left_fen=(0, 100_000))
        first, second, *_ = by_floor(town)
        plan = running(town)

        confirm(town, slip_of(plan, first), serial="F1")

        assert (balance_of(first), balance_of(second)) == (FIRST_FEN, 100_000)
        assert set(since_when([first.pk, second.pk])) == {second.pk}
        assert Arrears.objects.get(house=first).left_on == TODAY
        assert House.objects.get(pk=first.pk).first_deposit_due_fen == FIRST_FEN
        receipt = Receipt.objects.get(slip=slip_of(plan, first))
        assert (receipt.payer, receipt.amount_fen, receipt.house_id) == ("业主0", FIRST_FEN, first.pk)
        printed = PdfReader(io.BytesIO(content_of(keep_receipt(receipt, by_id=None, at=AT))))
        assert "住宅专项维修资金（续交）" in "".join(printed.pages[0].extract_text().split())
        assert audit() == []
        (standing,) = standings_of([plan])
        assert (standing.shares, standing.paid, standing.waiting, standing.percent) == (2, 1, 1, 52)

    def test_names_houses_without_an_owner_and_asks_them_once_they_have_one(self) -> None:
        town = make_scene(left_fen=(0, 0), owned=False)
        first, second, *_ = by_floor(town)
        bind(town, [first])

        plan = running(town)
        assert shares(plan) == [(1, FIRST_FEN, ""), (2, FIRST_FEN, Obstacle.NO_OWNER)]

        bind(town, [second])
        arrears_finding.ask(0)
        assert slip_of(plan, second).total_fen == FIRST_FEN

    def test_names_houses_with_a_live_slip_and_asks_them_once_it_is_gone(self) -> None:
        town = make_scene(left_fen=(0, 0))
        first, *_ = by_floor(town)
        other = other_slip(town, first)

        plan = running(town)
        assert shares(plan)[0] == (1, FIRST_FEN, Obstacle.BUSY)

        void_slip(number=other.number, reason="重复", by=town.people["accountant"], at=AT)
        issue_slips_of(plan.pk, by=town.people["reviewer"], at=AT)
        assert slip_of(plan, first).total_fen == FIRST_FEN

    def test_asks_once_however_often_the_job_runs(self) -> None:
        town = make_scene(left_fen=(0, 0))
        plan = running(town)

        again = issue_slips_of(plan.pk, by=town.people["reviewer"], at=AT)

        assert (again.slips, PaySlip.objects.filter(purpose="further_deposit").count()) == (0, 2)

    def test_asks_later_instalments_some_days_before_they_are_due(self) -> None:
        town = make_scene(left_fen=(0,))
        plan = running(town, **IN_PARTS)
        assert [fen for _, fen, _ in shares(plan)] == [295_110, 295_110, 295_110]
        confirm(town, slip_of(plan, by_floor(town)[0]), serial="P1")
        second = FurtherShare.objects.get(plan=plan, instalment=2)

        early = AT + (second.due_on - TODAY) - dt.timedelta(days=31)
        assert issue_slips_of(plan.pk, by=town.people["reviewer"], at=early).slips == 0
        assert issue_slips_of(plan.pk, by=town.people["reviewer"], at=early + dt.timedelta(days=1)).slips == 1
        assert slip_of(plan, by_floor(town)[0], number=2).expires_on == second.due_on

    def test_asks_anew_for_what_ran_out_when_told_to(self) -> None:
        town = make_scene(left_fen=(0,))
        plan = running(town)
        late = AT + dt.timedelta(days=61)
        expire_slips(on=TODAY + dt.timedelta(days=61), at=late)
        assert issue_slips_of(plan.pk, by=town.people["reviewer"], at=late).slips == 0

        issue_slips_of(plan.pk, by=town.people["reviewer"], at=late, again=True)

        fresh = slip_of(plan, by_floor(town)[0])
        assert (fresh.state, fresh.expires_on) == (SlipState.WAITING, TODAY + dt.timedelta(days=91))

    def test_ended_asks_no_more_and_makes_void_what_waits(self) -> None:
        town = make_scene(left_fen=(0, 0))
        plan, by = running(town), town.people["reviewer"]
        confirm(town, slip_of(plan, by_floor(town)[0]), serial="P1")

        with pytest.raises(HasProblems):
            end_plan(plan.pk, reason=" ", by=by, at=AT)
        end_plan(plan.pk, reason="业主大会撤销决定", by=by, at=AT)
        assert void_slips_of(plan.pk, by=by, at=AT) == 1

        assert not HouseClaim.objects.exists()
        assert issue_slips_of(plan.pk, by=by, at=AT, again=True).slips == 0
        with pytest.raises(Refusal, match="已经终止"):
            end_plan(plan.pk, reason="再次", by=by, at=AT)

    def test_is_what_its_houses_owe_until_they_have_paid(self) -> None:
        town = make_scene(left_fen=(0,))
        plan = running(town, **(IN_PARTS | {"instalments": "6", "every": "1"}))
        assert [one.owed.amount_fen for one in houses_in_arrears([town.area], on=TODAY)] == [FIRST_FEN]

        confirm(town, slip_of(plan, by_floor(town)[0]), serial="P1")

        (one,) = houses_in_arrears([town.area], on=TODAY)
        assert (one.balance_fen, one.owed.amount_fen) == (147_555, FIRST_FEN - 147_555)
        assert one.owed.why == "按已确定的续交方案尚未交存的金额"

    def test_is_not_followed_by_a_second_one_for_the_same_houses(self) -> None:
        town = make_scene(left_fen=(0,))
        running(town)

        asked = asked_of(town.area, town.houses, terms(), on=TODAY)

        assert asked.left_out[by_floor(town)[0].pk] == "在执行中的续交方案内"
        assert asked.dues == {}

    def test_is_never_rewritten(self) -> None:
        town = make_scene(left_fen=(0,))
        running(town)

        for sql in (
            "update deposits_furthershare set amount_fen = 1",
            "update deposits_furthershare set slip_id = null",
            "delete from deposits_furthershare",
            "update deposits_furtherplan set total_fen = 1",
            "delete from deposits_furtherplan",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


def other_slip(town: Town, house: House) -> PaySlip:
    """A slip of another purpose for the house, as a first deposit's would be."""
    (slip,) = issue_slips(
        new=[
            NewSlip(
                custody_id=default_custody(jurisdiction_id=town.city.pk, fund_kind=FundKind.COMMODITY).pk,
                jurisdiction_id=town.district.pk,
                area_id=town.area.pk,
                purpose=DEPOSIT,
                payer_name="江南置业有限公司",
                payer_phone="",
                receipt_mode=ReceiptMode.WHOLE,
                items=[SlipItem(house_id=house.pk, area_dm2=house.area_dm2, rule="首期", amount_fen=100)],
                expires_on=TODAY + dt.timedelta(days=5),
            )
        ],
        by=town.people["developer"],
        at=AT,
    )
    return slip


@pytest.mark.commits
class TestTwoAtOnce:
    def test_rounds_of_issuing_give_each_house_one_slip(self) -> None:
        town = make_scene(houses=[new_house(floor=n, room=f"{n}01") for n in range(1, 21)], left_fen=[0] * 20)
        plan = approved(town, draft(town))

        def issue() -> int:
            return issue_slips_of(plan.pk, by=town.people["reviewer"], at=AT).slips

        answers = at_once(issue, issue)

        assert sorted(answers) == [0, 20]  # type: ignore[type-var]
        assert PaySlip.objects.filter(purpose="further_deposit").count() == 20

    def test_a_first_deposit_and_a_further_one_leave_a_house_one_slip(self) -> None:
        town = make_scene(houses=[new_house(floor=n, room=f"{n}01") for n in range(1, 7)], left_fen=[0] * 6)
        plan = approved(town, draft(town))
        houses = by_floor(town)

        def further() -> int:
            return issue_slips_of(plan.pk, by=town.people["reviewer"], at=AT).slips

        at_once(further, *(lambda house=house: other_slip(town, house) for house in houses))

        live = list(HouseClaim.objects.values_list("house_id", flat=True))
        assert sorted(live) == sorted(house.pk for house in houses)
        assert PaySlip.objects.filter(state=SlipState.WAITING).count() == 6
        kept = FurtherShare.objects.filter(plan=plan, obstacle=Obstacle.BUSY).count()
        assert kept == PaySlip.objects.filter(purpose=DEPOSIT, state=SlipState.WAITING).count()
