"""房屋补充, from the workbook to houses with sub-accounts beside those that were there.

# covers: E4
"""

from typing import Any

import pytest

from tests.cast import AT, Cast, at_once, move
from tests.estate.leaving import cancel
from tests.procedures.test_area_collection import HOUSE
from upkeep.books import sub_accounts
from upkeep.casework import engine, files, parts
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.papers import picture_of
from upkeep.estate import actions
from upkeep.estate.actions import HouseExists
from upkeep.estate.house_rows import new_house
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, Building, House
from upkeep.kernel.errors import HasProblems

pytestmark = pytest.mark.django_db

PROCEDURE = register["house_supplement"]
NEXT_DOOR = HOUSE | {"room": "302", "address": "江阳区滨江路188号1幢1单元302"}
SECOND = HOUSE | {"building": "2幢", "building_kind": "多层", "elevator": "无", "unit": "1"}


def area_of(cast: Cast, name: str = "云水谣", *, developer: int = 0, houses: bool = True, dm2: int = 500_00) -> Area:
    """An area with the one house of `HOUSE`."""
    area = actions.create_area(
        jurisdiction_id=cast.city.districts[0].pk,
        name=name,
        address="江阳区滨江路188号",
        developer_id=cast.city.developers[developer].pk,
        floor_area_dm2=dm2,
        at=AT,
    )
    if houses:
        ids = actions.add_houses(area_id=area.pk, houses=[new_house(HOUSE)])
        sub_accounts.open_for(area_id=area.pk, house_ids=ids)
    return area


def draft(cast: Cast, area: Area, **changes: Any) -> Case:
    by = cast["demo-developer"]
    case = engine.start(PROCEDURE, by=by, at=AT, data={"area": str(area.pk), "remark": "二期"} | changes)
    files.attach(case.pk, paper="survey", name="1.png", content=picture_of("测绘报告"), by=by, at=AT)
    return case


def take(cast: Cast, case: Case, *houses: dict[str, Any]) -> list[tuple[str, str]]:
    content = HouseTable().export(houses)
    reading = parts.import_rows(case.pk, part="houses", content=content, by=cast["demo-developer"], at=AT)
    return [(fault.cell, fault.text) for fault in reading.faults]


def filled(cast: Cast, area: Area, *houses: dict[str, Any]) -> Case:
    case = draft(cast, area)
    assert take(cast, case, *houses) == []
    return case


def submit(cast: Cast, case: Case) -> Case:
    return move(case, Move.SUBMIT, cast["demo-developer"])


def approve(cast: Cast, case: Case) -> Case:
    move(submit(cast, case), Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"])


class TestHouseSupplement:
    def test_adds_a_house_a_unit_and_a_building_and_opens_their_sub_accounts(self, cast: Cast) -> None:
        area = area_of(cast)
        second_unit = HOUSE | {"unit": "2单元"}

        case = filled(cast, area, NEXT_DOOR, second_unit, SECOND)
        assert House.objects.count() == 1
        case = approve(cast, case)

        houses = House.objects.filter(area=area).order_by("building__order", "unit", "room")
        assert list(houses.values_list("building__name", "unit", "room")) == [
            ("1幢", "1单元", "301"),
            ("1幢", "1单元", "302"),
            ("1幢", "2单元", "301"),
            ("2幢", "1", "301"),
        ]
        assert len(sub_accounts.balances([house.pk for house in houses])) == 4
        assert (case.state, case.area_id, case.subject) == (State.APPROVED, area.pk, "云水谣 · 补充 3 户")
        assert case.jurisdiction == cast.city.districts[0]
        assert [(one.page, one.argument) for one in PROCEDURE.outcomes(case)] == [("estate:area", area.pk)]

    def test_names_a_house_of_the_register_at_its_cell_and_keeps_nothing(self, cast: Cast) -> None:
        case = draft(cast, area_of(cast))

        faults = take(cast, case, NEXT_DOOR, HOUSE)

        assert faults == [("H3", "该房屋已在楼盘表中（1幢 1单元 301），请删去本行")]
        assert parts.row_count(case, "houses") == 0

    @pytest.mark.parametrize("unit", ["1", "1单元", "１单元"])
    def test_knows_a_unit_however_it_is_written(self, cast: Cast, unit: str) -> None:
        faults = take(cast, draft(cast, area_of(cast)), HOUSE | {"unit": unit})

        assert [cell for cell, _ in faults] == ["H2"]

    def test_names_what_contradicts_the_register_about_a_building(self, cast: Cast) -> None:
        faults = take(cast, draft(cast, area_of(cast)), NEXT_DOOR | {"building_kind": "多层", "elevator": "无"})

        assert [cell for cell, _ in faults] == ["B2", "C2"]
        assert "楼栋类型为“高层”" in faults[0][1] and "楼栋变更" in faults[0][1]

    def test_takes_a_building_whose_year_and_structure_are_left_empty(self, cast: Cast) -> None:
        approve(cast, filled(cast, area_of(cast), NEXT_DOOR | {"structure": None, "built_month": None}))

        assert Building.objects.get().built_in == "202509"

    def test_takes_the_number_of_a_cancelled_house(self, cast: Cast) -> None:
        area = area_of(cast)
        actions.add_houses(area_id=area.pk, houses=[new_house(SECOND)])
        cancel(House.objects.get(building__name="1幢"))

        approve(cast, filled(cast, area, HOUSE))

        assert House.objects.filter(state=HouseState.ACTIVE, building__name="1幢").count() == 1

    def test_says_what_is_new_and_how_much(self, cast: Cast) -> None:
        case = filled(cast, area_of(cast), NEXT_DOOR, SECOND)

        summary = PROCEDURE.summary(case)

        assert [(fact.label, fact.value) for fact in summary.facts] == [
            ("物业区域", "云水谣"),
            ("补充说明", "二期"),
            ("新增楼栋", "2幢"),
        ]
        assert [list(row) for row in summary.tables[0].rows][-1] == ["合计", "2 栋", "2", "236.72"]

    def test_warns_whoever_decides_of_more_floor_area_than_is_registered(self, cast: Cast) -> None:
        assert PROCEDURE.warnings(filled(cast, area_of(cast), NEXT_DOOR)) == []

        (warning,) = PROCEDURE.warnings(filled(cast, area_of(cast, "山水间", dm2=236_71), NEXT_DOOR))

        assert "合计 236.72 ㎡，超过物业区域登记的建筑面积 236.71 ㎡" in warning


class TestARefusedSupplement:
    def test_is_one_of_an_area_without_a_house_table(self, cast: Cast) -> None:
        area = area_of(cast, houses=False)
        case = draft(cast, area)
        take(cast, case, HOUSE)

        assert PROCEDURE.choices(case, "area") == []
        with pytest.raises(HasProblems, match="物业区域不在可选范围"):
            submit(cast, case)

    def test_is_one_of_another_developers_area(self, cast: Cast) -> None:
        with pytest.raises(HasProblems, match="物业区域不在可选范围"):
            submit(cast, filled(cast, area_of(cast, developer=1), NEXT_DOOR))

    def test_is_one_without_houses_or_without_the_survey(self, cast: Cast) -> None:
        case = draft(cast, area_of(cast))
        with pytest.raises(HasProblems, match="请导入要补充的房屋"):
            submit(cast, case)
        take(cast, case, NEXT_DOOR)
        files.detach(case.pk, case.files.get().pk, by=cast["demo-developer"])
        with pytest.raises(HasProblems, match="请上传“房产测绘成果报告”"):
            submit(cast, case)

    def test_is_one_whose_area_was_changed_after_the_import(self, cast: Cast) -> None:
        case = filled(cast, area_of(cast, "山水间"), NEXT_DOOR, HOUSE | {"room": "401"})
        other = area_of(cast)
        actions.add_houses(area_id=other.pk, houses=[new_house(NEXT_DOOR)])
        engine.save_draft(case.pk, {"area": str(other.pk)}, by=cast["demo-developer"], at=AT)

        with pytest.raises(HasProblems, match="房屋信息第 2 行：该房屋已在楼盘表中"):
            submit(cast, case)

    def test_is_the_second_of_two_that_add_the_same_house(self, cast: Cast) -> None:
        area = area_of(cast)
        first = submit(cast, filled(cast, area, NEXT_DOOR, SECOND))
        second = filled(cast, area, NEXT_DOOR | {"unit": "1"}, HOUSE | {"room": "401"})

        with pytest.raises(HasProblems, match=f"1幢 1单元 302已由业务单 {first.number} 申请补充") as refused:
            submit(cast, second)
        assert "401" not in str(refused.value)
        assert State(Case.objects.get(pk=second.pk).state) is State.DRAFT

        move(first, Move.WITHDRAW, cast["demo-developer"])
        assert approve(cast, second).state == State.APPROVED

    @pytest.mark.parametrize("who", ["demo-company", "demo-clerk", "demo-teller1"])
    def test_is_one_begun_by_anybody_but_a_developer(self, cast: Cast, who: str) -> None:
        with pytest.raises(NotYours):
            engine.start(PROCEDURE, by=cast[who], at=AT)

    def test_is_one_handed_in_twice(self, cast: Cast) -> None:
        case = submit(cast, filled(cast, area_of(cast), NEXT_DOOR))

        with pytest.raises(NotNow):
            submit(cast, case)

    def test_returned_leaves_the_register_and_may_be_mended(self, cast: Cast) -> None:
        case = submit(cast, filled(cast, area_of(cast), NEXT_DOOR))
        move(case, Move.RETURN, cast["demo-clerk"], note="少一户")
        assert House.objects.count() == 1
        assert take(cast, case, NEXT_DOOR, SECOND) == []

        approve(cast, case)

        assert House.objects.count() == 3


@pytest.mark.commits
class TestTwoSupplementsAtOnce:
    def test_are_handed_in_one_after_the_other_and_the_later_one_is_refused(self, cast: Cast) -> None:
        area = area_of(cast)
        cases = [filled(cast, area, NEXT_DOOR | {"unit": unit}) for unit in ("1", "1单元")]

        answers = at_once(*(lambda one=one: submit(cast, one) for one in cases))

        refused = [one for one in answers if isinstance(one, HasProblems)]
        assert len(refused) == 1 and "申请补充，正在办理" in str(refused[0])
        assert sorted(Case.objects.values_list("state", flat=True)) == [State.DRAFT, State.SUBMITTED]

    def test_enter_a_house_once_also_when_a_collection_of_rows_overtakes_them(self, cast: Cast) -> None:
        area = area_of(cast)
        case = submit(cast, filled(cast, area, NEXT_DOOR))
        move(case, Move.ACCEPT, cast["demo-clerk"])
        add = lambda: actions.add_houses(area_id=area.pk, houses=[new_house(NEXT_DOOR)])  # noqa: E731

        answers = at_once(add, lambda: move(case, Move.PASS, cast["demo-reviewer"]))

        assert len([one for one in answers if isinstance(one, (HasProblems, HouseExists))]) == 1
        assert House.objects.count() == 2
