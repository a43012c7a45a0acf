"""机构信息变更: which change takes effect when, and what an organisation may not say of itself.

# covers: I7
"""

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cast import AT, LATER, Cast, at_once, move
from upkeep.casework import engine, prints
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.people import credit_code
from upkeep.identity.sandbox_registry import Fault, SandboxRegistry
from upkeep.kernel.errors import HasProblems
from upkeep.parties.models import Organisation, OrganisationChange, User
from upkeep.parties.organisation_data import AUXILIARY, CORE
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.organisation_rule import OrganisationRule

PROCEDURE = register["organisation_change"]
NEW_NAME, NEW_CODE = "江南置地集团有限公司", credit_code(888)
#: One value for each of the 27 auxiliary fields: as typed, and as it is kept in words.
EVERYTHING = {
    "address": ("江阳区酒城大道 1 号", "江阳区酒城大道 1 号"),
    "postcode": ("646000", "646000"),
    "office_address": ("龙马潭区春雨路 2 号", "龙马潭区春雨路 2 号"),
    "office_postcode": ("646001", "646001"),
    "phone": ("0830-3101234", "0830-3101234"),
    "other_phone": ("0830-3101235", "0830-3101235"),
    "email": ("office@jiangnan.example", "office@jiangnan.example"),
    "founded_on": ("2001-06-18", "2001-06-18"),
    "capital_fen": ("5,000,000.00", "5,000,000.00 元"),
    "fax": ("0830-3101236", "0830-3101236"),
    "ownership": ("21", "私有"),
    "certificate_number": ("川建开 2001-18", "川建开 2001-18"),
    "economic_type": ("173", "私营有限责任公司"),
    "legal_phone": ("0830-3101237", "0830-3101237"),
    "legal_mobile": ("13808305588", "13808305588"),
    "supervisor": ("江城市住房和城乡建设局", "江城市住房和城乡建设局"),
    "fund_source": ("4", "企业自筹"),
    "affiliation": ("40", "市、地区"),
    "is_legal_person": ("yes", "是"),
    "budget_code": ("105001", "105001"),
    "founding_document": ("江府发〔2001〕18 号", "江府发〔2001〕18 号"),
    "industry": ("K", "房地产业"),
    "licence_number": ("510500000012345", "510500000012345"),
    "tax_number": ("510502200106187", "510502200106187"),
    "department_code": ("105", "105"),
    "account_permit": ("J6570000123401", "J6570000123401"),
    "district": ("", "江阳区"),
}


def rule(cast: Cast, **ways: Any) -> None:
    """What the city wants of changes."""
    set_policy(
        kind=PolicyKind.ORGANISATION_RULE,
        jurisdiction_id=cast.city.jurisdiction.pk,
        value=OrganisationRule(**ways),
        valid_from=dt.date(2020, 1, 1),
    )


def developer(cast: Cast) -> Organisation:
    return Organisation.objects.get(pk=cast.city.developers[0].pk)


def filled(cast: Cast, who: str = "demo-developer", **changes: str) -> Case:
    case = engine.start(PROCEDURE, by=cast[who], at=AT)
    return engine.save_draft(case.pk, changes, by=cast[who], at=AT)


def saved(cast: Cast, **changes: str) -> Case:
    return move(filled(cast, **changes), Move.SUBMIT, cast["demo-developer"])


def approved(cast: Cast, case: Case) -> Case:
    move(case, Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"], at=LATER)


def problems(cast: Cast, **changes: str) -> dict[str, str]:
    case = filled(cast, **changes)
    with pytest.raises(HasProblems) as refused:
        move(case, Move.SUBMIT, cast["demo-developer"])
    assert not OrganisationChange.objects.exists()
    return {problem.field: problem.text for problem in refused.value.problems}


def history(cast: Cast) -> list[tuple[str, str, str, str]]:
    rows = OrganisationChange.objects.filter(organisation=developer(cast)).order_by("at", "id")
    return [(one.field, one.before, one.after, one.case_number) for one in rows]


@pytest.mark.django_db
class TestAtOnce:
    """As manuals 001 and 004 have it."""

    def test_a_core_field_changes_when_it_is_saved_and_the_history_says_so(self, cast: Cast) -> None:
        rule(cast, core_change="AT_ONCE")

        case = saved(cast, name=NEW_NAME, nature="1")

        found = developer(cast)
        assert (case.state, found.name, found.nature) == (State.APPROVED, NEW_NAME, "1")
        assert history(cast) == [
            ("name", "江南置地开发有限公司", NEW_NAME, case.number),
            ("nature", "", "企业", case.number),
        ]
        assert OrganisationChange.objects.first().by_name == "陈立甲"  # type: ignore[union-attr]

    def test_every_auxiliary_field_of_the_manual_can_be_said_and_is_written_down_in_words(self, cast: Cast) -> None:
        typed = {field: text for field, (text, _) in EVERYTHING.items()}
        case = saved(cast, **typed | {"district": str(cast.city.districts[0].pk)})

        assert set(EVERYTHING) == set(AUXILIARY)
        assert len(AUXILIARY) == 27
        assert {(field, after) for field, _, after, _ in history(cast)} == {
            (field, words) for field, (_, words) in EVERYTHING.items()
        }
        found = developer(cast)
        assert (found.founded_on, found.capital_fen) == (dt.date(2001, 6, 18), 500_000_000)
        assert (found.is_legal_person, found.district) == (True, cast.city.districts[0])
        shown = {change.label: change.after for change in PROCEDURE.changes(case)}
        assert shown["法人或负责人代表手机号"] == "138****5588"
        assert shown["所属区县"] == "江阳区"

    def test_the_login_name_stays_where_the_credit_code_becomes_another(self, cast: Cast) -> None:
        rule(cast, core_change="AT_ONCE")
        before = developer(cast).code

        saved(cast, social_credit_code=NEW_CODE)

        assert (developer(cast).social_credit_code, developer(cast).code) == (NEW_CODE, before)
        assert User.objects.get(pk=cast["demo-developer"].user_id).username == "demo-developer"

    def test_a_print_made_before_keeps_the_old_name_and_a_new_one_has_the_new(self, cast: Cast) -> None:
        rule(cast, core_change="AT_ONCE")
        first = saved(cast, phone="0830-3101234")
        old = prints.keep(first, "application", by_id=None, at=AT)

        second = Case.objects.get(pk=saved(cast, name=NEW_NAME).pk)
        new = prints.document_of(second, PROCEDURE.prints[0], at=LATER)

        again = prints.keep(Case.objects.get(pk=second.pk), "application", by_id=None, at=LATER)
        assert NEW_NAME in str(new.data)
        assert old.pk != again.pk
        assert old.sha256 == type(old).objects.get(pk=old.pk).sha256


@pytest.mark.django_db
class TestReview:
    def test_waits_for_core_fields_while_auxiliary_ones_are_in_force_at_once(self, cast: Cast) -> None:
        case = saved(cast, name=NEW_NAME, phone="0830-3101234")

        assert (case.state, developer(cast).name) == (State.SUBMITTED, "江南置地开发有限公司")
        assert developer(cast).phone == "0830-3101234"
        shown = [(one.label, one.before, one.after) for one in PROCEDURE.changes(case)]
        assert ("单位名称", "江南置地开发有限公司", NEW_NAME) in shown
        assert ("单位电话", "", "0830-3101234") in shown

        approved(cast, case)

        assert developer(cast).name == NEW_NAME
        assert [field for field, *_ in history(cast)] == ["phone", "name"]

    def test_has_no_chain_where_only_auxiliary_fields_change(self, cast: Cast) -> None:
        assert saved(cast, phone="0830-3101234").state == State.APPROVED

    def test_rejected_leaves_the_name_and_keeps_what_was_in_force(self, cast: Cast) -> None:
        case = saved(cast, name=NEW_NAME, phone="0830-3101234")

        move(case, Move.REJECT, cast["demo-clerk"], note="执照不符")

        assert (developer(cast).name, developer(cast).phone) == ("江南置地开发有限公司", "0830-3101234")

    def test_returned_can_be_corrected_and_handed_in_again(self, cast: Cast) -> None:
        case = saved(cast, name="江南置地集团", phone="0830-3101234")
        move(case, Move.RETURN, cast["demo-clerk"], note="名称须与执照一致")
        engine.save_draft(case.pk, {"name": NEW_NAME}, by=cast["demo-developer"], at=LATER)
        move(case, Move.SUBMIT, cast["demo-developer"], at=LATER)

        approved(cast, Case.objects.get(pk=case.pk))

        assert developer(cast).name == NEW_NAME
        assert [field for field, *_ in history(cast)] == ["phone", "name"]

    def test_of_two_cases_the_second_is_told_of_the_first(self, cast: Cast) -> None:
        first = saved(cast, name=NEW_NAME)
        second = filled(cast, legal_representative="马法")

        with pytest.raises(HasProblems, match=first.number):
            move(second, Move.SUBMIT, cast["demo-developer"])

    def test_is_not_approved_over_what_changed_in_the_meantime(self, cast: Cast) -> None:
        case = saved(cast, name=NEW_NAME)
        move(case, Move.ACCEPT, cast["demo-clerk"])
        Organisation.objects.filter(pk=developer(cast).pk).update(name="江南置地（更名）有限公司")

        with pytest.raises(HasProblems, match="刚刚已由他人改为“江南置地（更名）有限公司”"):
            move(case, Move.PASS, cast["demo-reviewer"])


@pytest.mark.django_db
class TestWhatIsRefused:
    def test_is_a_form_in_which_nothing_was_changed(self, cast: Cast) -> None:
        assert problems(cast) == {"": "没有需要变更的内容，请先修改再保存"}

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("name", ""),
            ("legal_representative", ""),
            ("social_credit_code", ""),
            ("social_credit_code", "91510500MA00077XX"),
            ("address", ""),
            ("postcode", "64600"),
            ("postcode", "６４６０００"),
            ("phone", "12345"),
            ("legal_mobile", "1380830"),
            ("email", "office"),
            ("founded_on", "2001-02-30"),
            ("capital_fen", "-1"),
            ("capital_fen", "1.234"),
            ("economic_type", "999"),
            ("industry", "Z"),
            ("is_legal_person", "maybe"),
            ("district", "1"),
            ("licence_number", "12"),
            ("tax_number", "12"),
        ],
    )
    def test_is_named_at_its_field(self, cast: Cast, field: str, typed: str) -> None:
        assert set(problems(cast, **{field: typed})) == {field}

    def test_is_the_code_of_another_organisation(self, cast: Cast) -> None:
        taken = cast.city.developers[1].social_credit_code

        assert "已由其他单位登记" in problems(cast, social_credit_code=taken)["social_credit_code"]

    def test_is_another_organisations_case_and_a_user_who_is_no_administrator(self, cast: Cast) -> None:
        case = filled(cast, name=NEW_NAME)

        with pytest.raises(engine.NotYours):
            move(case, Move.SUBMIT, cast["more-developer2"])
        with pytest.raises(engine.NotYours):
            engine.start(PROCEDURE, by=cast["colleague"], at=AT)

    def test_is_what_somebody_else_changed_since_the_page_was_opened(self, cast: Cast) -> None:
        stale = filled(cast, phone="0830-3109999")
        saved(cast, phone="0830-3101234")

        with pytest.raises(HasProblems, match="刚刚已由他人改为“0830-3101234”"):
            move(stale, Move.SUBMIT, cast["demo-developer"])
        assert developer(cast).phone == "0830-3101234"


@pytest.mark.commits
class TestTwoAtOnce:
    def test_one_change_takes_effect_and_the_other_is_told(self, cast: Cast) -> None:
        cases = [filled(cast, phone="0830-3101234"), filled(cast, phone="0830-3109999")]

        answers = at_once(*(lambda one=one: move(one, Move.SUBMIT, cast["demo-developer"]) for one in cases))

        refused = [one for one in answers if isinstance(one, HasProblems)]
        assert len(refused) == 1
        assert "刚刚已由他人改为" in str(refused[0])
        assert len(history(cast)) == 1


@pytest.fixture
def registry(settings: Any) -> Iterator[SandboxRegistry]:
    server = SandboxRegistry(("127.0.0.1", 0), {})
    settings.COMPANY_REGISTRY_URL, settings.COMPANY_REGISTRY_SECONDS = server.url, 1.0
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shut()
    thread.join()


@pytest.mark.django_db
class TestTheRegistryCheck:
    """As manual 003 has it: a change of name after 质监校验, without review."""

    def test_lets_a_name_through_that_the_registry_knows(self, cast: Cast, registry: SandboxRegistry) -> None:
        rule(cast, core_change="REGISTRY_CHECK")
        registry.enter(developer(cast).social_credit_code, NEW_NAME, "林法")

        assert saved(cast, name=NEW_NAME).state == State.APPROVED
        assert developer(cast).name == NEW_NAME

    def test_refuses_another_name_and_says_the_registrys(self, cast: Cast, registry: SandboxRegistry) -> None:
        rule(cast, core_change="REGISTRY_CHECK")
        registry.enter(developer(cast).social_credit_code, NEW_NAME, "林法")

        assert problems(cast, name="江南集团") == {"name": f"与工商登记不一致，工商登记的名称为“{NEW_NAME}”"}

    def test_refuses_an_unknown_code_a_struck_company_and_another_representative(
        self, cast: Cast, registry: SandboxRegistry
    ) -> None:
        rule(cast, core_change="REGISTRY_CHECK")
        assert "没有这个统一社会信用代码" in problems(cast, name=NEW_NAME)["social_credit_code"]

        registry.enter(developer(cast).social_credit_code, NEW_NAME, "林法", "注销")
        assert "状态为“注销”" in problems(cast, name=NEW_NAME)["social_credit_code"]

        registry.enter(developer(cast).social_credit_code, NEW_NAME, "林法")
        assert set(problems(cast, name=NEW_NAME, legal_representative="马法")) == {"legal_representative"}

    def test_is_not_asked_about_fields_that_need_none(self, cast: Cast, registry: SandboxRegistry) -> None:
        rule(cast, core_change="REGISTRY_CHECK")

        saved(cast, phone="0830-3101234")

        assert registry.asked == 0

    def test_that_fails_changes_nothing_and_keeps_what_was_typed(self, cast: Cast, registry: SandboxRegistry) -> None:
        rule(cast, core_change="REGISTRY_CHECK")
        registry.enter(developer(cast).social_credit_code, NEW_NAME, "林法")
        registry.fault = Fault.BROKEN
        case = filled(cast, name=NEW_NAME)

        with pytest.raises(HasProblems, match="填写的内容没有丢失"):
            move(case, Move.SUBMIT, cast["demo-developer"])

        kept = Case.objects.get(pk=case.pk)
        assert (kept.state, kept.data["name"], developer(cast).name) == (State.DRAFT, NEW_NAME, "江南置地开发有限公司")
        registry.fault = Fault.NONE
        assert move(kept, Move.SUBMIT, cast["demo-developer"]).state == State.APPROVED


class TestTheFields:
    def test_of_the_form_are_those_of_the_organisation(self) -> None:
        assert tuple(PROCEDURE.Form().fields) == (*CORE, *AUXILIARY)
