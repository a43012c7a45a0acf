"""续交方案 as a business form: whom it names, who decides it, what is given back.

# covers: D8
"""

import pytest

from tests.banking.town import AT, Town, new_house, person
from tests.deposits.further_scene import FIRST_FEN, PROCEDURE, approved, by_floor, draft, make_scene
from tests.staging import staged
from upkeep.banking.models import PaySlip
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import BuildingsPage, HousesPage
from upkeep.casework.states import Move, State
from upkeep.deposits.further import issue_slips_of
from upkeep.deposits.models import FurtherPlan
from upkeep.estate import building_choice, house_choice
from upkeep.estate.models import Building
from upkeep.jobs.models import Job
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db


def _town() -> Town:
    """Two of four houses in arrears; the houses of a second building have all they paid."""
    houses = [new_house(floor=n, room=f"{n}01") for n in range(1, 5)]
    return make_scene(houses=[*houses, new_house(building="2栋", floor=9, room="901")], left_fen=(0, 100_000))


town = staged(_town)


def asked(plan: FurtherPlan) -> set[str]:
    return {
        f"{share.house.building.name}{share.house.room}" for share in plan.shares.select_related("house__building")
    }


class TestWhomThePlanNames:
    def test_are_those_in_arrears(self, town: Town) -> None:
        plan = approved(town, draft(town))

        assert (asked(plan), plan.total_fen) == ({"1栋101", "1栋201"}, FIRST_FEN + 785_330)

    def test_are_all_houses_of_the_area(self, town: Town) -> None:
        plan = approved(town, draft(town, who="ALL", standard="PER_M2", rate="10"))

        assert plan.house_count == 5
        assert plan.total_fen == 5 * 98_370

    def test_are_the_houses_of_the_buildings_that_were_ticked(self, town: Town) -> None:
        case, by = draft(town, who="BUILDINGS", standard="PER_M2", rate="10"), town.people["clerk"]
        second = Building.objects.get(name="2栋")
        building_choice.choose(case.pk, building_ids=[second.pk], by=by, at=AT)

        plan = approved(town, case)

        assert (asked(plan), plan.scope) == ({"2栋901"}, "部分楼栋的全部房屋（2栋）")

    def test_are_the_houses_chosen_on_the_building_table(self, town: Town) -> None:
        case, by = draft(town, who="CHOSEN", standard="PER_M2", rate="10"), town.people["clerk"]
        house_choice.choose(case.pk, house_ids=[by_floor(town)[2].pk], by=by, at=AT)

        assert asked(approved(town, case)) == {"1栋301"}

    @pytest.mark.parametrize(
        ("who", "page", "missing"), [("BUILDINGS", BuildingsPage, HousesPage), ("CHOSEN", HousesPage, BuildingsPage)]
    )
    def test_are_asked_for_on_the_page_that_fits(self, town: Town, who: str, page: type, missing: type) -> None:
        kinds = {type(one) for one in PROCEDURE.pages_of(draft(town, who=who))}

        assert page in kinds and missing not in kinds

    def test_stay_those_of_the_day_it_was_handed_in(self, town: Town) -> None:
        case = draft(town)
        engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)

        assert {house.floor for house in house_choice.chosen_houses(case)} == {1, 2}


class TestDeciding:
    def test_is_for_window_and_review_and_issues_nothing_before(self, town: Town) -> None:
        case = draft(town)
        engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)

        assert Case.objects.get(pk=case.pk).state == State.SUBMITTED
        assert not FurtherPlan.objects.exists() and not PaySlip.objects.filter(purpose="further_deposit").exists()

    def test_puts_the_slips_off_to_a_job(self, town: Town) -> None:
        plan = approved(town, draft(town))

        job = Job.objects.get(kind="further_slips")
        assert job.arguments["plan_id"] == plan.pk
        assert not PaySlip.objects.filter(purpose="further_deposit").exists()
        assert issue_slips_of(plan.pk, by=town.people["reviewer"], at=AT).slips == 2
        assert PROCEDURE.outcomes(plan.case)[0].argument == plan.case.number

    def test_twice_has_one_effect(self, town: Town) -> None:
        case = draft(town)
        approved(town, case)

        with pytest.raises(Refusal):
            engine.move(case.pk, Move.PASS, by=town.people["reviewer"], at=AT)
        assert FurtherPlan.objects.count() == 1

    def test_of_two_plans_for_the_same_houses_takes_the_first(self, town: Town) -> None:
        first, second = draft(town), draft(town)
        approved(town, first)

        with pytest.raises(HasProblems, match="在执行中的续交方案内"):
            approved(town, second)

    def test_is_not_for_whoever_handed_it_in_or_has_no_part_in_it(self, town: Town) -> None:
        case = draft(town)
        engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)

        for who in ("clerk", "accountant", "teller", "developer"):
            with pytest.raises(Refusal):
                engine.move(case.pk, Move.ACCEPT, by=town.people[who], at=AT)

    def test_is_begun_by_nobody_but_window_company_and_committee(self, town: Town) -> None:
        stranger = person(username="auditor", name="审计", role=Role.AUDITOR, city=town.city)

        for by in (stranger, town.people["developer"], town.people["teller"]):
            with pytest.raises(Refusal, match="没有办理"):
                engine.start(PROCEDURE, by=by, at=AT)


class TestAPlanThatIsReturned:
    def test_gives_its_houses_back_and_can_be_handed_in_again(self, town: Town) -> None:
        case = draft(town)
        engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)
        other = person(username="clerk3", name="三窗", role=Role.WINDOW_CLERK, city=town.city)
        engine.move(case.pk, Move.RETURN, by=other, at=AT, note="请补充决定文号")

        assert house_choice.chosen_ids(case) == []
        engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)
        assert len(house_choice.chosen_ids(case)) == 2

    def test_withdrawn_leaves_nothing(self, town: Town) -> None:
        case = draft(town)
        engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)
        engine.move(case.pk, Move.WITHDRAW, by=town.people["clerk"], at=AT)

        assert house_choice.chosen_ids(case) == []


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("changes", "why"),
        [
            ({"standard": "PER_M2", "rate": ""}, "请填写每平方米续交金额"),
            ({"method": "INSTALMENTS"}, "分期交存请填写期数"),
            ({"method": "INSTALMENTS", "instalments": "5", "every": "12"}, "分期最长 36 个月"),
            ({"first_due_on": "2026-11-20"}, "交存期限应晚于今天"),
            ({"document": ""}, "决定或文件名称"),
            ({"basis": "ASSEMBLY"}, "请上传“业主大会关于续交的决定”"),
            ({"who": "CHOSEN"}, "没有列入方案的房屋"),
            ({"area": "1"}, "物业区域不在可选范围"),
        ],
    )
    def test_is_said_in_a_sentence(self, town: Town, changes: dict[str, str], why: str) -> None:
        case = draft(town, **changes)

        with pytest.raises(HasProblems, match=why):
            engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)

    def test_is_a_plan_that_asks_nothing_of_anybody(self, town: Town) -> None:
        case = draft(town, who="CHOSEN")
        house_choice.choose(case.pk, house_ids=[by_floor(town)[3].pk], by=town.people["clerk"], at=AT)

        with pytest.raises(HasProblems, match="余额已达首期应交金额"):
            engine.move(case.pk, Move.SUBMIT, by=town.people["clerk"], at=AT)
