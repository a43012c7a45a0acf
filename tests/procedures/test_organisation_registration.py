"""机构注册, from a visitor's first page to the account he logs in with.

# covers: I1
"""

from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import RequestFactory

from tests.cast import AT, TODAY, Cast, move
from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.papers import picture_of
from upkeep.demo.people import credit_code
from upkeep.identity.agreement import publish_agreement
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.models import Organisation, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.registration_rule import RegistrationRule

pytestmark = pytest.mark.django_db

PROCEDURE = register["organisation_registration"]
PASSWORD = "CANARY-cheng-jiao-9-xin"
CODE = credit_code(777)
FORM = {
    "kind": "DEVELOPER",
    "name": "望江置业有限公司",
    "social_credit_code": CODE.lower(),
    "committee_code": "",
    "legal_representative": "罗法",
    "address": "龙马潭区春雨路 66 号",
    "operator_name": "韩经办",
    "operator_phone": "13808305501",
    "agreed": True,
}


def guest_of(case: Case) -> Actor:
    return Actor(user_id=0, name="", roles=ANONYMOUS.roles, guest_cases=frozenset({case.pk}))


def filled(cast: Cast, *, papers: tuple[str, ...] = ("licence", "operator_id"), **changes: Any) -> tuple[Case, Actor]:
    """A draft as the pages leave it: everything typed, the papers uploaded."""
    case = engine.start(PROCEDURE, by=ANONYMOUS, at=AT, jurisdiction_id=cast.city.jurisdiction.pk)
    by = guest_of(case)
    engine.save_draft(case.pk, FORM | changes, by=by, at=AT)
    engine.save_draft(case.pk, {"password": PASSWORD, "password_again": PASSWORD}, by=by, at=AT)
    for paper in papers:
        files.attach(case.pk, paper=paper, name="1.png", content=picture_of("执照"), by=by, at=AT)
    return case, by


def submitted(cast: Cast, **changes: Any) -> Case:
    case, by = filled(cast, **changes)
    return move(case, Move.SUBMIT, by)


def approved(cast: Cast, **changes: Any) -> Case:
    case = submitted(cast, **changes)
    move(case, Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"])


def problems(cast: Cast, **changes: Any) -> set[str]:
    case, by = filled(cast, **changes)
    with pytest.raises(HasProblems) as refused:
        move(case, Move.SUBMIT, by)
    assert Case.objects.get(pk=case.pk).state == State.DRAFT
    return {problem.field for problem in refused.value.problems}


class TestOrganisationRegistration:
    def test_approved_enters_the_organisation_and_opens_its_account(self, cast: Cast) -> None:
        case = approved(cast)

        organisation = Organisation.objects.get(name="望江置业有限公司")
        user = User.objects.get(username=CODE)
        assert (case.state, organisation.code, organisation.kind) == (State.APPROVED, CODE, "DEVELOPER")
        assert organisation.contact_phone == "13808305501"
        assert actor_of(user).roles == {Role.DEVELOPER, Role.ORG_ADMIN}
        assert (user.organisation, user.jurisdiction) == (organisation, cast.city.jurisdiction)

    def test_approved_lets_in_with_the_password_chosen_and_no_other(self, cast: Cast) -> None:
        approved(cast)
        request = RequestFactory().post("/login/")

        at = {"city_id": cast.city.jurisdiction.pk, "realm": "organisation", "username": CODE}

        assert authenticate(request, **at, password=PASSWORD) is not None
        assert authenticate(request, **at, password=PASSWORD + "x") is None

    def test_changes_nothing_before_it_is_approved(self, cast: Cast) -> None:
        before = Organisation.objects.count(), User.objects.count()
        case = submitted(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"])

        assert (Organisation.objects.count(), User.objects.count()) == before

    def test_rejected_registers_nobody(self, cast: Cast) -> None:
        move(submitted(cast), Move.REJECT, cast["demo-clerk"], note="执照过期")

        assert not User.objects.filter(username=CODE).exists()

    def test_of_a_committee_goes_by_its_own_code(self, cast: Cast) -> None:
        approved(cast, kind="OWNERS_COMMITTEE", social_credit_code="", committee_code="jiangnanyuan")

        assert actor_of(User.objects.get(username="JIANGNANYUAN")).roles == {Role.OWNERS_COMMITTEE, Role.ORG_ADMIN}

    def test_never_keeps_the_password_in_clear(self, cast: Cast) -> None:
        case = approved(cast)

        with connection.cursor() as cursor:
            for table in ("casework_case", "casework_caseevent", "parties_user", "printing_keptprint"):
                cursor.execute(f"select coalesce(string_agg(to_jsonb(t)::text, ' '), '') from {table} t")
                assert "CANARY" not in cursor.fetchone()[0]
        assert "CANARY" not in str(Case.objects.get().data)
        assert "password" not in Case.objects.get().data
        assert "CANARY" not in str(PROCEDURE.summary(case))

    @pytest.mark.parametrize("password", ["short-1", "12345678901234", "password1234", CODE])
    def test_does_not_even_keep_the_hash_of_a_weak_password(self, cast: Cast, password: str) -> None:
        case, by = filled(cast)
        before = Case.objects.get().data["password_hash"]

        with pytest.raises(HasProblems) as refused:
            engine.save_draft(case.pk, {"password": password, "password_again": password}, by=by, at=AT)

        assert {problem.field for problem in refused.value.problems} == {"password"}
        assert Case.objects.get().data["password_hash"] == before

    def test_wants_the_password_typed_twice_alike(self, cast: Cast) -> None:
        case, by = filled(cast)

        with pytest.raises(HasProblems, match="两次输入的密码不一致"):
            engine.save_draft(case.pk, {"password": PASSWORD, "password_again": "y"}, by=by, at=AT)

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"name": ""}, {"name"}),
            ({"kind": "BANK"}, {"kind"}),
            ({"agreed": False}, {"agreed"}),
            ({"operator_phone": "123"}, {"operator_phone"}),
            ({"social_credit_code": "91510500MA00077XX"}, {"social_credit_code"}),
            ({"social_credit_code": "", "committee_code": "abcd"}, {"social_credit_code"}),
            ({"social_credit_code": ""}, {"social_credit_code"}),
            ({"kind": "OWNERS_COMMITTEE", "social_credit_code": ""}, {"committee_code"}),
            ({"kind": "OWNERS_COMMITTEE", "social_credit_code": "", "committee_code": "1a"}, {"committee_code"}),
            ({"papers": ("licence",)}, {"paper_operator_id"}),
            ({"papers": ()}, {"paper_licence", "paper_operator_id"}),
        ],
    )
    def test_is_refused_naming_what_is_wrong(self, cast: Cast, changes: dict[str, Any], fields: set[str]) -> None:
        assert problems(cast, **changes) == fields

    def test_without_a_password_is_refused(self, cast: Cast) -> None:
        case = engine.start(PROCEDURE, by=ANONYMOUS, at=AT, jurisdiction_id=cast.city.jurisdiction.pk, data=dict(FORM))
        by = guest_of(case)
        for paper in ("licence", "operator_id"):
            files.attach(case.pk, paper=paper, name="1.png", content=picture_of("执照"), by=by, at=AT)

        with pytest.raises(HasProblems, match="请设置登录密码"):
            move(case, Move.SUBMIT, by)

    def test_of_a_code_registered_already_is_taken_in_and_said_to_the_office_alone(self, cast: Cast) -> None:
        case = submitted(cast, social_credit_code=cast.city.developers[0].code)

        assert [text for text in PROCEDURE.warnings(case) if "该代码已注册" in text]
        assert PROCEDURE.warnings(submitted(cast)) == []
        move(case, Move.ACCEPT, cast["demo-clerk"])
        with pytest.raises(HasProblems, match="该代码已注册"):
            move(case, Move.PASS, cast["demo-reviewer"])
        assert Case.objects.get(pk=case.pk).state == State.IN_REVIEW

    def test_of_one_code_asked_for_twice_succeeds_once(self, cast: Cast) -> None:
        second = submitted(cast)
        approved(cast)
        move(second, Move.ACCEPT, cast["demo-clerk"])

        with pytest.raises(HasProblems, match="该代码已注册"):
            move(second, Move.PASS, cast["demo-reviewer"])

        assert Organisation.objects.filter(code=CODE).count() == 1

    def test_keeps_the_agreement_accepted_and_refuses_one_that_no_longer_holds(self, cast: Cast) -> None:
        case, by = filled(cast, agreement="0")
        city = cast.city.jurisdiction.pk
        clerk = cast["demo-clerk"]
        new = publish_agreement(jurisdiction_id=city, text="第一版", valid_from=TODAY, by=clerk, on=TODAY, at=AT)
        with pytest.raises(HasProblems, match="已更新，请重新阅读后提交"):
            move(case, Move.SUBMIT, by)

        engine.save_draft(case.pk, {"agreement": str(new.pk)}, by=by, at=AT)
        case = move(case, Move.SUBMIT, by)

        assert "第 1 版（2026年11月20日起）" in [fact.value for fact in PROCEDURE.summary(case).facts]

    def test_under_another_rule_than_he_was_shown_is_not_taken(self, cast: Cast) -> None:
        case, by = filled(cast)
        Case.objects.filter(pk=case.pk).update(created_at=AT.replace(day=18))
        set_policy(
            kind=PolicyKind.REGISTRATION_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=RegistrationRule(way="AT_ONCE"),
            valid_from=TODAY,
        )

        with pytest.raises(Refusal, match="注册规则在您填写期间已调整"):
            move(case, Move.SUBMIT, by)

    def test_is_for_visitors_and_the_window_only(self, cast: Cast) -> None:
        assert engine.may_start(PROCEDURE, by=ANONYMOUS, on=AT.date())
        assert engine.may_start(PROCEDURE, by=cast["demo-clerk"], on=AT.date())
        for username in ("demo-developer", "demo-reviewer"):
            assert not engine.may_start(PROCEDURE, by=cast[username], on=AT.date())
