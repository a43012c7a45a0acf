"""单位注册申请, from an unverified user's draft to his organisation.

# covers: I2
"""

from typing import Any

import pytest

from tests.cast import AT, TODAY, Cast, move
from upkeep.casework import engine, files
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.papers import picture_of
from upkeep.demo.people import credit_code
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.actions import NotUnverified, join_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.registration_rule import RegistrationRule

pytestmark = pytest.mark.django_db

PROCEDURE = register["unit_registration"]
CODE = credit_code(781)


@pytest.fixture
def town(cast: Cast) -> Cast:
    rule = RegistrationRule(way="UNVERIFIED_FIRST")
    city = cast.city.jurisdiction.pk
    since = TODAY.replace(year=2020)
    set_policy(kind=PolicyKind.REGISTRATION_RULE, jurisdiction_id=city, value=rule, valid_from=since)
    return cast


def newcomer(town: Cast, username: str = "newcomer") -> Actor:
    return town.hire(username, [Role.UNVERIFIED])


def filled(town: Cast, by: Actor, **changes: Any) -> Case:
    form = {
        "kind": "PROPERTY_COMPANY",
        "name": "望江物业服务有限公司",
        "organisation_code": "",
        "social_credit_code": CODE,
        "legal_representative": "罗法",
        "address": "春雨路 66 号",
        "office": str(town.city.districts[0].pk),
        "operator_name": "韩经办",
        "operator_phone": "13808305501",
    } | changes
    case = engine.start(PROCEDURE, by=by, at=AT)
    engine.save_draft(case.pk, form, by=by, at=AT)
    for paper in ("licence", "operator_id"):
        files.attach(case.pk, paper=paper, name="1.png", content=picture_of("执照"), by=by, at=AT)
    return case


def approved(town: Cast, case: Case, by: Actor) -> Case:
    move(case, Move.SUBMIT, by)
    move(case, Move.ACCEPT, town["demo-clerk"])
    return move(case, Move.PASS, town["demo-reviewer"])


def problems(town: Cast, **changes: Any) -> set[str]:
    by = newcomer(town)
    case = filled(town, by, **changes)
    with pytest.raises(HasProblems) as refused:
        move(case, Move.SUBMIT, by)
    return {problem.field for problem in refused.value.problems}


class TestUnitRegistration:
    def test_approved_makes_the_applicant_the_first_user_with_his_own_password(self, town: Cast) -> None:
        by = newcomer(town)
        before = User.objects.get(pk=by.user_id)

        case = approved(town, filled(town, by), by)

        user = User.objects.get(pk=by.user_id)
        organisation = Organisation.objects.get(code=CODE)
        assert (case.state, user.organisation) == (State.APPROVED, organisation)
        assert actor_of(user).roles == {Role.PROPERTY_COMPANY, Role.ORG_ADMIN}
        assert (user.username, user.password) == (before.username, before.password)

    def test_changes_nothing_before_it_is_approved_or_when_it_is_rejected(self, town: Cast) -> None:
        by = newcomer(town)
        case = move(filled(town, by), Move.SUBMIT, by)
        assert actor_of(User.objects.get(pk=by.user_id)).roles == {Role.UNVERIFIED}
        move(case, Move.REJECT, town["demo-clerk"], note="材料不实")

        assert not Organisation.objects.filter(code=CODE).exists()
        assert actor_of(User.objects.get(pk=by.user_id)).roles == {Role.UNVERIFIED}

    def test_withdrawn_can_be_made_again(self, town: Cast) -> None:
        by = newcomer(town)
        move(move(filled(town, by), Move.SUBMIT, by), Move.WITHDRAW, by)

        assert approved(town, filled(town, by), by).state == State.APPROVED

    def test_goes_by_the_older_organisation_code_where_there_is_no_other(self, town: Cast) -> None:
        by = newcomer(town)
        changes = {"social_credit_code": "", "organisation_code": "MA000779-x", "kind": "OWNERS_COMMITTEE"}
        approved(town, filled(town, by, **changes), by)

        assert Organisation.objects.get(name="望江物业服务有限公司").code == "MA000779X"

    @pytest.mark.parametrize(
        ("changes", "fields"),
        [
            ({"social_credit_code": ""}, {"social_credit_code"}),
            ({"social_credit_code": CODE[:-1] + "0"}, {"social_credit_code"}),
            ({"organisation_code": "12"}, {"organisation_code"}),
            ({"office": "1"}, {"office"}),
            ({"office": ""}, {"office"}),
            ({"kind": "BANK"}, {"kind"}),
            ({"name": "", "address": ""}, {"name", "address"}),
        ],
    )
    def test_is_refused_naming_what_is_wrong(self, town: Cast, changes: dict[str, Any], fields: set[str]) -> None:
        assert problems(town, **changes) == fields

    def test_of_one_code_by_two_succeeds_once(self, town: Cast) -> None:
        first, second = newcomer(town), newcomer(town, "second")
        cases = [move(filled(town, by), Move.SUBMIT, by) for by in (first, second)]
        for case in cases:
            move(case, Move.ACCEPT, town["demo-clerk"])
        move(cases[0], Move.PASS, town["demo-reviewer"])

        with pytest.raises(HasProblems, match="该代码已注册"):
            move(cases[1], Move.PASS, town["demo-reviewer"])
        assert actor_of(User.objects.get(pk=second.user_id)).roles == {Role.UNVERIFIED}

    def test_under_another_rule_than_he_was_shown_is_not_taken(self, town: Cast) -> None:
        by = newcomer(town)
        case = filled(town, by)
        city = town.city.jurisdiction.pk
        value = RegistrationRule(way="UNVERIFIED_FIRST", papers=False)
        Case.objects.filter(pk=case.pk).update(created_at=AT.replace(day=18))
        set_policy(kind=PolicyKind.REGISTRATION_RULE, jurisdiction_id=city, value=value, valid_from=TODAY)

        with pytest.raises(Refusal, match="注册规则在您填写期间已调整"):
            move(case, Move.SUBMIT, by)

    def test_is_for_unverified_users_only(self, town: Cast) -> None:
        for username in ("demo-developer", "demo-clerk"):
            with pytest.raises(engine.NotYours):
                engine.start(PROCEDURE, by=town[username], at=AT)


class TestJoiningAnOrganisation:
    def test_is_for_unverified_users_only_and_once(self, town: Cast) -> None:
        organisation = town.city.companies[0]
        by = newcomer(town)
        join_organisation(user_id=by.user_id, organisation=organisation)

        for user_id in (by.user_id, town["demo-clerk"].user_id, town["demo-developer"].user_id):
            with pytest.raises(NotUnverified):
                join_organisation(user_id=user_id, organisation=organisation)
