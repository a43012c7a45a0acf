"""A policy is changed by the right people, from today on, money by two, and everything stays in the book of changes."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import AT, TODAY, Cast, at_once
from upkeep.kernel.errors import HasProblems
from upkeep.parties.actor import Actor
from upkeep.parties.models import User, UserRole
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy import changes
from upkeep.policy.actions import LaterPolicy, NothingSet, set_policy
from upkeep.policy.changes import AlreadyDecided, NotAllowed
from upkeep.policy.models import TWO_PERSON_KINDS, ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.notice_rule import NoticeRule
from upkeep.policy.payout_gate import PayoutGate, payout_gate
from upkeep.policy.queries import value_in_force
from upkeep.policy.settings import settings_of
from upkeep.policy.shapes import SHAPES, WrongValue, check_value, default_value
from upkeep.policy.wording import Wording, wording

pytestmark = pytest.mark.django_db

TOMORROW, LATER = TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=30)
ALONE, BY_TWO = PolicyKind.WORDING, PolicyKind.PAYOUT_GATE


class Office:
    """The city with those who change and confirm its policies."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.city = cast, cast.city.jurisdiction.pk
        self.district = cast.city.districts[0].pk
        self.admin = cast.hire("admin", [Role.SYSTEM_ADMIN])
        self.security = cast.hire("security", [Role.SECURITY_ADMIN])
        self.approver = cast["demo-approver"]
        self.far_admin = cast.hire("far", [Role.SYSTEM_ADMIN], at_city=cast["stranger-clerk"].jurisdiction_id)

    def propose(self, value: Any, *, by: Actor | None = None, day: dt.date = TODAY, **more: Any) -> PolicyChange:
        kind = {Wording: ALONE, PayoutGate: BY_TWO}[type(value)]
        ways: dict[str, Any] = {"kind": kind, "jurisdiction_id": self.city, "basis": "江房发〔2026〕1 号"}
        return changes.propose(
            **ways | more,
            value=value,
            valid_from=day,
            by=by or self.admin,
            at=AT,
        )

    def word(self, day: dt.date = TODAY, *, district: bool = False) -> str:
        return wording(jurisdiction_id=self.district if district else self.city, on=day).area

    def cap(self, day: dt.date = TODAY) -> int:
        return payout_gate(jurisdiction_id=self.city, on=day).accepted_beyond_percent


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


class TestAChangeByOnePerson:
    def test_holds_from_its_day_and_is_in_the_book(self, office: Office) -> None:
        change = office.propose(Wording(area="小区"), day=TOMORROW)

        assert (office.word(), office.word(TOMORROW), office.word(TOMORROW, district=True)) == (
            "物业区域",
            "小区",
            "小区",
        )
        assert (change.state, change.proposed_by_id, change.decided_by_id) == (
            ChangeState.DONE,
            office.admin.user_id,
            office.admin.user_id,
        )
        assert change.before is None
        assert change.value and change.value["area"] == "小区"

    def test_of_a_district_holds_there_alone_until_it_is_given_up(self, office: Office) -> None:
        office.propose(Wording(area="小区"))
        office.propose(Wording(area="院落"), jurisdiction_id=office.district)
        assert (office.word(), office.word(district=True)) == ("小区", "院落")

        changes.propose_inherit(
            kind=ALONE, jurisdiction_id=office.district, valid_from=TOMORROW, basis="x", by=office.admin, at=AT
        )

        assert (office.word(district=True), office.word(TOMORROW, district=True)) == ("院落", "小区")

    def test_that_is_planned_can_be_taken_back_before_its_day(self, office: Office) -> None:
        office.propose(Wording(area="小区"))
        office.propose(Wording(area="院落"), day=LATER)

        changes.propose_withdrawal(kind=ALONE, jurisdiction_id=office.city, basis="暂缓", by=office.admin, at=AT)

        assert office.word(LATER) == "小区"
        with pytest.raises(NothingSet, match="没有待生效"):
            changes.propose_withdrawal(kind=ALONE, jurisdiction_id=office.city, basis="x", by=office.admin, at=AT)

    def test_before_a_planned_one_is_refused(self, office: Office) -> None:
        office.propose(Wording(area="院落"), day=LATER)

        with pytest.raises(LaterPolicy, match="先撤回"):
            office.propose(Wording(area="小区"))

    def test_on_the_day_of_one_that_is_to_end_takes_its_place(self, office: Office) -> None:
        office.propose(Wording(area="小区"))
        changes.propose_inherit(
            kind=ALONE, jurisdiction_id=office.city, valid_from=LATER, basis="x", by=office.admin, at=AT
        )

        office.propose(Wording(area="院落"))

        assert office.word(LATER) == "院落"

    @pytest.mark.parametrize(
        ("more", "why"),
        [
            ({"day": TODAY - dt.timedelta(days=1)}, "不能早于今天"),
            ({"day": dt.date(2061, 1, 1)}, "核对年份"),
            ({"basis": " "}, "请填写依据"),
            ({"basis": "文" * 201}, "不超过 200 字"),
        ],
    )
    def test_in_the_past_far_ahead_or_without_a_basis_is_refused(
        self, office: Office, more: dict[str, Any], why: str
    ) -> None:
        with pytest.raises(HasProblems, match=why):
            office.propose(Wording(area="小区"), **more)

        assert not PolicyChange.objects.exists()

    def test_to_what_holds_already_is_refused(self, office: Office) -> None:
        office.propose(Wording(area="小区"))

        with pytest.raises(HasProblems, match="没有需要变更"):
            office.propose(Wording(area="小区"), day=TOMORROW)

    def test_is_refused_to_everybody_but_the_administrator_of_the_jurisdiction(self, office: Office) -> None:
        for other in (office.security, office.approver, office.far_admin, office.cast["demo-developer"]):
            with pytest.raises(NotAllowed, match="系统管理员在本管辖区内"):
                office.propose(Wording(area="小区"), by=other)

        assert not Policy.objects.filter(kind=ALONE).exists()

    def test_of_logins_and_passwords_is_the_security_administrators(self, office: Office) -> None:
        for kind, scope in ((PolicyKind.LOGIN_RULE, ""), (PolicyKind.PASSWORD_RULE, "staff")):
            more: dict[str, Any] = {"kind": kind, "scope": scope, "jurisdiction_id": office.city, "basis": "x"}
            value = default_value(kind, scope)
            assert value is not None
            with pytest.raises(NotAllowed, match="安全管理员"):
                changes.propose(**more, value=value, valid_from=TODAY, by=office.admin, at=AT)
            changes.propose(**more, value=value, valid_from=TODAY, by=office.security, at=AT)


class TestAChangeOfMoney:
    def test_waits_until_another_person_confirms_it(self, office: Office) -> None:
        change = office.propose(PayoutGate(accepted_beyond_percent=50))
        assert (change.state, office.cap()) == (ChangeState.WAITING, 70)

        changes.confirm(change.pk, by=office.approver, at=AT)

        assert office.cap() == 50

    def test_is_not_confirmed_by_its_proposer_whatever_roles_he_holds(self, office: Office) -> None:
        both = office.cast.hire("both", [Role.SYSTEM_ADMIN])
        change = office.propose(PayoutGate(accepted_beyond_percent=50), by=both)
        UserRole.objects.filter(user_id=both.user_id).update(role=Role.APPROVER)
        both = actor_of(User.objects.get(pk=both.user_id))

        with pytest.raises(NotAllowed, match="提出人以外"):
            changes.confirm(change.pk, by=both, at=AT)

        assert office.cap() == 70

    def test_is_not_confirmed_by_another_role_or_another_city(self, office: Office) -> None:
        far = office.cast.hire("far-approver", [Role.APPROVER], at_city=office.far_admin.jurisdiction_id)
        change = office.propose(PayoutGate(accepted_beyond_percent=50))

        for other in (office.security, office.cast["demo-clerk"], far):
            with pytest.raises(NotAllowed, match="审批人员确认"):
                changes.confirm(change.pk, by=other, at=AT)

    def test_is_refused_with_a_reason_and_then_stays_refused(self, office: Office) -> None:
        change = office.propose(PayoutGate(accepted_beyond_percent=50))
        with pytest.raises(HasProblems, match="理由"):
            changes.refuse(change.pk, reason=" ", by=office.approver, at=AT)

        changes.refuse(change.pk, reason="比例过低", by=office.approver, at=AT)

        with pytest.raises(AlreadyDecided, match="未通过"):
            changes.confirm(change.pk, by=office.approver, at=AT)
        assert office.cap() == 70

    def test_is_taken_back_by_its_proposer_alone(self, office: Office) -> None:
        change = office.propose(PayoutGate(accepted_beyond_percent=50))
        with pytest.raises(NotAllowed, match="只有提出人"):
            changes.drop(change.pk, by=office.approver, at=AT)

        assert changes.drop(change.pk, by=office.admin, at=AT).state == ChangeState.DROPPED

    def test_that_is_confirmed_too_late_is_sent_back(self, office: Office) -> None:
        change = office.propose(PayoutGate(accepted_beyond_percent=50))

        with pytest.raises(NotAllowed, match="拟生效日期"):
            changes.confirm(change.pk, by=office.approver, at=AT + dt.timedelta(days=1))

    def test_that_waits_keeps_a_second_one_out(self, office: Office) -> None:
        office.propose(PayoutGate(accepted_beyond_percent=50))

        with pytest.raises(AlreadyDecided, match="等待确认"):
            office.propose(PayoutGate(accepted_beyond_percent=40))

    @pytest.mark.commits
    def test_confirmed_and_refused_at_once_is_decided_once(self, office: Office) -> None:
        change = office.propose(PayoutGate(accepted_beyond_percent=50))

        answers = at_once(
            lambda: changes.confirm(change.pk, by=office.approver, at=AT),
            lambda: changes.refuse(change.pk, reason="不同意", by=office.approver, at=AT),
        )

        assert sum(isinstance(one, AlreadyDecided) for one in answers) == 1
        assert office.cap() == (50 if PolicyChange.objects.get().state == ChangeState.DONE else 70)

    @pytest.mark.commits
    def test_proposed_twice_at_once_waits_once(self, office: Office) -> None:
        answers = at_once(
            *(lambda p=percent: office.propose(PayoutGate(accepted_beyond_percent=p)) for percent in (40, 50, 60))
        )

        assert sum(isinstance(one, PolicyChange) for one in answers) == 1
        assert PolicyChange.objects.count() == 1

    @pytest.mark.commits
    def test_two_values_set_at_once_leave_one_in_force(self, office: Office) -> None:
        at_once(*(lambda w=word: office.propose(Wording(area=w)) for word in ("小区", "院落", "家园")))

        assert Policy.objects.filter(kind=ALONE).count() == 1


class TestTheDatabase:
    def test_refuses_one_person_for_both_parts_of_every_money_kind(self, office: Office) -> None:
        for kind in TWO_PERSON_KINDS:
            row: dict[str, Any] = {
                "jurisdiction_id": office.city,
                "kind": kind,
                "valid_from": TODAY,
                "basis": "x",
                "state": ChangeState.DONE,
                "proposed_at": AT,
                "decided_at": AT,
                "proposed_by_id": office.admin.user_id,
            }
            for decider in (office.admin.user_id, None):
                with pytest.raises(IntegrityError, match="takes_two_people"), transaction.atomic():
                    PolicyChange.objects.create(**row, decided_by_id=decider)

    def test_refuses_to_change_or_take_out_what_is_in_the_book(self, office: Office) -> None:
        done = office.propose(Wording(area="小区"))
        waits = office.propose(PayoutGate(accepted_beyond_percent=50))

        for what in (
            lambda: PolicyChange.objects.filter(pk=done.pk).update(basis="另一个"),
            lambda: PolicyChange.objects.filter(pk=waits.pk).update(basis="另一个"),
            lambda: PolicyChange.objects.filter(pk=waits.pk).update(
                value={}, state="DONE", decided_at=AT, decided_by_id=office.approver.user_id
            ),
            lambda: PolicyChange.objects.filter(pk=waits.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                what()

    def test_refuses_to_rewrite_a_value_or_lose_one_that_held(self, office: Office) -> None:
        office.propose(Wording(area="小区"))
        office.propose(Wording(area="院落"), day=TOMORROW)
        old = Policy.objects.get(kind=ALONE, in_force__contains=TODAY)

        for what in (
            lambda: Policy.objects.filter(pk=old.pk).update(value={}),
            lambda: Policy.objects.filter(pk=old.pk).update(in_force="[2020-01-01,2020-02-01)"),
            lambda: Policy.objects.filter(pk=old.pk).delete(),
        ):
            with pytest.raises(DatabaseError, match="is refused"), transaction.atomic():
                what()

    def test_refuses_a_value_that_holds_on_no_day(self, office: Office) -> None:
        with (
            pytest.raises(IntegrityError, match="begins_on_a_day"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "insert into policy_policy (jurisdiction_id, kind, scope, value, in_force, basis)"
                " values (%s, 'wording', '', '{}', 'empty', '')",
                [office.city],
            )


class TestAValue:
    @pytest.mark.parametrize(
        ("kind", "scope", "value", "why"),
        [
            (PolicyKind.WORDING, "", {"street": "x"}, "没有名为 street"),
            (PolicyKind.WORDING, "x", {}, "没有这个适用对象"),
            (PolicyKind.NOTICE_RULE, "", {"least_days": "7"}, "“公示期不少于”的内容不正确"),
            (PolicyKind.NOTICE_RULE, "", {"least_days": 0}, "1 至 90"),
            (PolicyKind.LOGIN_RULE, "", {"owner_ways": ["FACE"]}, "只能从所列"),
            (PolicyKind.REVIEW_CHAIN, "", {}, "没有这个适用对象"),
            (PolicyKind.REVIEW_CHAIN, "x", {"steps": [{"role": "KING"}]}, "未知的角色"),
            (PolicyKind.REVIEW_CHAIN, "x", {"steps": [{"role": "APPROVER", "working_days": 0}]}, "1 至 60"),
            (PolicyKind.REVIEW_CHAIN, "x", {"steps": [{"role": "APPROVER"}] * 2}, "不同的人"),
            (PolicyKind.REVIEW_CHAIN, "x", {"steps": 5}, "格式不正确"),
            (PolicyKind.DEPOSIT_STANDARD, "", {"rows": []}, "至少填写一档"),
            (PolicyKind.DEPOSIT_STANDARD, "", {"rows": [{"label": "x"}]}, "格式不正确"),
            (PolicyKind.VOTING_RULE, "use", {"code": "UNHEARD"}, "格式不正确"),
            (PolicyKind.PAY_SLIP_RULE, "", {"valid_days": 9999}, "不正确|1 至 3660"),
            (PolicyKind.PASSWORD_RULE, "", {}, "没有这个适用对象"),
        ],
    )
    def test_of_the_wrong_shape_is_refused_in_words(
        self, office: Office, kind: PolicyKind, scope: str, value: dict[str, Any], why: str
    ) -> None:
        with pytest.raises(WrongValue, match=why):
            set_policy(kind=kind, jurisdiction_id=office.city, scope=scope, value=value, valid_from=TODAY)

        assert value_in_force(kind=kind, jurisdiction_id=office.far_admin.jurisdiction_id, on=TODAY) is None

    def test_by_default_is_of_its_own_shape(self) -> None:
        assert set(SHAPES) == set(PolicyKind)
        for kind, shape in SHAPES.items():
            for scope, _ in shape.scopes or ():
                value = default_value(kind, scope)
                if value is not None:
                    check_value(kind, value, scope=scope)

    def test_is_described_field_by_field(self) -> None:
        for shape in SHAPES.values():
            if shape.rule:
                assert all(about.label for about in settings_of(shape.rule).values())
        assert settings_of(NoticeRule)["least_days"].unit == "天"
