"""Each preset says what its manual says: one test per row of what the manuals' cities do differently.

# covers: X5
"""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from tests.cast import AT, TODAY, Cast
from upkeep.books.audit import audit
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.demo.city import City
from upkeep.demo.preset_cities import PRESET_CITIES, city_plan, fill_preset_city, found_preset_city
from upkeep.deposits.due import dues
from upkeep.estate.models import House
from upkeep.parties.models import Jurisdiction, Level, User
from upkeep.parties.roles import Role
from upkeep.policy.login_rule import login_rule
from upkeep.policy.models import ChangeState, Policy, PolicyChange, PolicyKind
from upkeep.policy.organisation_rule import organisation_rule
from upkeep.policy.payout_gate import payout_gate
from upkeep.policy.presets.applying import PRESETS, NoSuchPreset, NotNew, apply_preset
from upkeep.policy.project_rule import project_rule
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.policy.registration_rule import RegistrationRule, registration_rule
from upkeep.policy.review_chain import chain_from_json
from upkeep.policy.service_rule import service_rule
from upkeep.policy.shapes import SHAPES
from upkeep.policy.voting_rule import CC278_USE, OLD_DOUBLE_2_3, voting_rule
from upkeep.policy.wording import wording

pytestmark = pytest.mark.django_db

CODES = ("gansu", "luzhou", "platform", "beijing", "jiangmen")
GANSU, LUZHOU, PLATFORM, BEIJING, JIANGMEN = range(5)
WINDOW_REVIEW = [Role.WINDOW_CLERK, Role.FIRST_REVIEWER]


@pytest.fixture
def cities() -> list[int]:
    """The five presets' cities, side by side."""
    return [found_preset_city(city_plan(code), today=TODAY, password_hash="!").jurisdiction.pk for code in CODES]


def registrations(cities: list[int]) -> list[RegistrationRule]:
    return [registration_rule(jurisdiction_id=city, on=TODAY) for city in cities]


def chain(city: int, procedure: str) -> list[str]:
    found = engine.chain_for(register[procedure], jurisdiction_id=city, on=TODAY)
    return [step.role for step in found.steps]


class TestTheManualsCities:
    def test_register_at_once_by_review_or_as_unverified_users_first(self, cities: list[int]) -> None:
        ways = [rule.way for rule in registrations(cities)]

        assert ways == ["AT_ONCE", "REVIEW", "AT_ONCE", "UNVERIFIED_FIRST", "AT_ONCE"]
        assert [chain(city, "organisation_registration") for city in cities] == [
            [],
            WINDOW_REVIEW,
            [],
            WINDOW_REVIEW,
            [],
        ]
        assert [rule.originals for rule in registrations(cities)] == ["NONE", "WINDOW", "NONE", "WINDOW", "FIRST_CASE"]

    def test_ask_for_the_agreement_to_be_read_ticked_or_not_at_all(self, cities: list[int]) -> None:
        assert [rule.agreement for rule in registrations(cities)] == ["NONE", "READ", "TICK", "NONE", "READ"]

    def test_ask_for_papers_where_the_manual_does(self, cities: list[int]) -> None:
        assert [rule.papers for rule in registrations(cities)] == [False, True, True, False, True]
        assert [rule.printed for rule in registrations(cities)] == [False, True, False, True, False]

    def test_give_the_code_or_a_free_name_for_login(self, cities: list[int]) -> None:
        assert [rule.login_name for rule in registrations(cities)] == ["FREE", "CODE", "FREE", "FREE", "CODE"]
        assert login_rule(jurisdiction_id=cities[BEIJING], on=TODAY).confirm_operator
        assert login_rule(jurisdiction_id=cities[PLATFORM], on=TODAY).owner_ways == ("PASSWORD", "CODE")

    def test_bind_areas_by_move_in_association_or_registration(self, cities: list[int]) -> None:
        services = [service_rule(jurisdiction_id=city, on=TODAY) for city in cities]

        assert [rule.ways for rule in services] == [("MOVE_IN",), (), (), ("ASSOCIATION",), ()]
        assert services[GANSU].move_in_decided_by == "DEVELOPER" and services[GANSU].proposed_when_named
        assert services[BEIJING].association_days == 3 and services[BEIJING].papers_may_be_brought
        assert [rule.areas for rule in registrations(cities)] == [
            "NONE",
            "NONE",
            "REGISTRATION",
            "NONE",
            "REGISTRATION",
        ]

    def test_let_a_new_area_be_decided_by_the_office_or_by_window_and_review(self, cities: list[int]) -> None:
        assert chain(cities[GANSU], "area_collection") == [Role.FIRST_REVIEWER]
        assert chain(cities[LUZHOU], "area_collection") == WINDOW_REVIEW

    def test_change_organisation_data_at_once_by_registry_or_by_review(self, cities: list[int]) -> None:
        rules = [organisation_rule(jurisdiction_id=city, on=TODAY) for city in cities]

        assert [rule.core_change for rule in rules] == ["AT_ONCE", "AT_ONCE", "REVIEW", "REGISTRY_CHECK", "AT_ONCE"]
        assert {rule.auxiliary_change for rule in rules} == {"AT_ONCE"}
        assert [rule.committee_users_when_self_managed for rule in rules] == [False, False, False, False, True]

    def test_leave_a_developers_deposit_to_the_bank(self, cities: list[int]) -> None:
        assert [chain(city, "developer_deposit") for city in cities] == [[]] * 5

    def test_let_projects_be_started_by_those_the_manual_names(self, cities: list[int]) -> None:
        rules = [project_rule(jurisdiction_id=city, on=TODAY) for city in cities]

        assert [rules[GANSU].starters, rules[BEIJING].starters, rules[JIANGMEN].starters] == [
            ("PROPERTY_COMPANY", "OWNERS_COMMITTEE"),
            ("PROPERTY_COMPANY",),
            ("OWNERS_COMMITTEE",),
        ]
        assert [rules[GANSU].form, rules[BEIJING].form, rules[JIANGMEN].form] == ["PROJECT", "ORDER", "PROJECT"]
        assert chain(cities[GANSU], "simple_disbursement") == [Role.FIRST_REVIEWER, Role.APPROVER]
        assert chain(cities[JIANGMEN], "simple_disbursement") == [*WINDOW_REVIEW, Role.APPROVER]

    def test_vote_by_the_civil_code_or_by_double_two_thirds(self, cities: list[int]) -> None:
        assert voting_rule(jurisdiction_id=cities[JIANGMEN], on=TODAY) == OLD_DOUBLE_2_3
        assert voting_rule(jurisdiction_id=cities[GANSU], on=TODAY) == CC278_USE
        assert project_rule(jurisdiction_id=cities[BEIJING], on=TODAY).vote == "SIGNED_AFTER"
        assert project_rule(jurisdiction_id=cities[JIANGMEN], on=TODAY).vote == "TOTALS"

    def test_hold_money_back_until_acceptance_in_jiangmen_alone(self, cities: list[int]) -> None:
        gates = [payout_gate(jurisdiction_id=cities[place], on=TODAY) for place in (GANSU, BEIJING, JIANGMEN)]

        assert [gate.accepted_beyond_percent for gate in gates] == [100, 100, 70]
        assert [gate.last_phase_needs_acceptance for gate in gates] == [False, False, True]

    def test_answer_anybody_on_the_open_platform_alone(self, cities: list[int]) -> None:
        rules = [public_query_rule(jurisdiction_id=city, on=TODAY) for city in cities]

        assert [rule.mode for rule in rules] == ["PROOF", "PROOF", "OPEN_MASKED", "PROOF", "PROOF"]
        assert rules[PLATFORM].unregistered_house == "PROVISIONAL"

    def test_call_things_by_the_words_their_people_know(self, cities: list[int]) -> None:
        words = [wording(jurisdiction_id=city, on=TODAY) for city in cities]

        assert [word.area for word in words] == ["小区", "物业区域", "物业区域", "小区", "物业区域"]
        assert [word.house for word in words] == ["户室", "房屋", "房屋", "分户", "房屋"]
        assert [word.building for word in words] == ["楼幢", "楼栋", "楼栋", "自然幢", "楼幢"]
        assert words[BEIJING].case_number == "申请编号"


class TestEveryPreset:
    @pytest.mark.parametrize("code", PRESETS)
    def test_names_its_source_and_procedures_and_roles_that_exist(self, code: str) -> None:
        for one in PRESETS[code].values:
            assert one.basis and one.kind in SHAPES
            if one.kind is PolicyKind.REVIEW_CHAIN:
                assert one.scope in register

    def test_is_founded_by_one_command(self) -> None:
        said = io.StringIO()
        place = {"code": "990000", "slug": "xincheng", "name": "新城市", "office": "新城市维修资金中心"}

        call_command("found_city", preset="gansu", district=["990001:xin-east:东区"], **place, stdout=said)

        city = Jurisdiction.objects.get(slug="xincheng")
        assert "已新建 新城市" in said.getvalue()
        assert [one.name for one in Jurisdiction.objects.filter(parent=city)] == ["东区"]
        assert Policy.objects.filter(jurisdiction=city).count() == len(PRESETS["gansu"].values)
        assert {one.state for one in PolicyChange.objects.filter(jurisdiction=city)} == {ChangeState.DONE}
        with pytest.raises(CommandError, match="已被其他"):
            call_command("found_city", preset="gansu", **place)
        with pytest.raises(CommandError, match="应写作"):
            call_command("found_city", preset="gansu", district=["x"], **{**place, "code": "1", "slug": "a"})
        assert not Jurisdiction.objects.filter(code="1").exists()

    def test_is_put_in_force_once_and_known_by_name(self, cities: list[int]) -> None:
        more = {"valid_from": TODAY, "by": None, "at": AT}

        with pytest.raises(NotNew, match="逐项修改"):
            apply_preset(code="luzhou", jurisdiction_id=cities[GANSU], **more)  # type: ignore[arg-type]
        with pytest.raises(NoSuchPreset, match="可选：default"):
            apply_preset(code="atlantis", jurisdiction_id=cities[GANSU], **more)  # type: ignore[arg-type]

    def test_in_force_names_known_procedures_everywhere(self, cities: list[int]) -> None:
        for policy in Policy.objects.filter(kind=PolicyKind.REVIEW_CHAIN):
            assert policy.scope in register
            assert chain_from_json(policy.value) is not None


class TestTwoCities:
    def test_treat_the_same_house_each_by_its_own_policy(self) -> None:
        founded: dict[str, City] = {}
        for code in ("gansu", "beijing"):
            plan = city_plan(code)
            founded[code] = found_preset_city(plan, today=TODAY, password_hash="!")
            assert fill_preset_city(founded[code], plan, today=TODAY, password_hash="!") > 60
        house = House.objects.filter(area__jurisdiction__parent=founded["gansu"].jurisdiction, nature="COMMODITY")[0]

        due = {
            code: dues(jurisdiction_id=city.jurisdiction.pk, houses=[house], on=TODAY)[house.pk]
            for code, city in founded.items()
        }

        assert "70.00 元/㎡" in due["gansu"].rule and "200.00 元/㎡" in due["beijing"].rule
        assert due["beijing"].amount_fen > 2 * due["gansu"].amount_fen
        assert audit() == []

    def test_have_accounts_of_their_own_for_every_role(self, cities: list[int]) -> None:
        for plan, city in zip(PRESET_CITIES, cities, strict=True):
            names = set(User.objects.filter(jurisdiction_id=city).values_list("username", flat=True))
            assert names >= {
                f"demo-{plan.preset}-{who}"
                for who in ("clerk", "approver", "system-admin", "security-admin", "teller1", "developer", "company")
            }

    def test_that_inherit_from_a_province_follow_it_until_they_set_their_own(self, cast: Cast) -> None:
        province = Jurisdiction.objects.create(
            level=Level.PROVINCE, code="50", slug="shu", name="蜀省", office_name="蜀省住建厅"
        )
        other = Jurisdiction.objects.get(slug="yandu")
        for city in (cast.city.jurisdiction, other):
            city.parent = province
            city.save()
        apply_preset(code="jiangmen", jurisdiction_id=province.pk, valid_from=TODAY, by=None, at=AT)
        apply_preset(code="gansu", jurisdiction_id=other.pk, valid_from=TODAY, by=None, at=AT)
        district = cast.city.districts[0].pk

        assert payout_gate(jurisdiction_id=district, on=TODAY).accepted_beyond_percent == 70
        assert payout_gate(jurisdiction_id=other.pk, on=TODAY).accepted_beyond_percent == 100
        assert payout_gate(jurisdiction_id=other.pk, on=TODAY - dt.timedelta(days=1)).accepted_beyond_percent == 70
