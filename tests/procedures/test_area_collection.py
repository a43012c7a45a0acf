"""物业区域采集, from the workbook to an area with sub-accounts.

# covers: E1 E2 E3
"""

import csv
from pathlib import Path
from typing import Any

import pytest
from django.db.models import CharField

from tests.cast import AT, Cast, at_once, move
from upkeep.books import sub_accounts
from upkeep.casework import engine, files, parts
from upkeep.casework.engine import NotYours
from upkeep.casework.models import Case
from upkeep.casework.pages import SheetPage
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.papers import picture_of
from upkeep.estate import drafting
from upkeep.estate.drafting import Generation
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.kinds import HouseNature
from upkeep.estate.models import Area, Building, House
from upkeep.estate.numbering import Plan, UnitPlan
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.collection_rule import WORKBOOK, CollectionRule
from upkeep.policy.models import PolicyKind
from upkeep.sheets.kinds import Text
from upkeep.sheets.sheet import Reading

pytestmark = pytest.mark.django_db

PROCEDURE = register["area_collection"]
DATA = Path(__file__).parent.parent / "data"
HOUSE = {
    "building": "1幢",
    "building_kind": "高层",
    "elevator": "有",
    "structure": "剪力墙结构",
    "built_month": "202509",
    "unit": "1单元",
    "floor": 3,
    "room": "301",
    "use": "住宅",
    "nature": "商品房",
    "area_dm2": 118_36,
    "inner_area_dm2": 92_80,
    "address": "江阳区滨江路188号1幢1单元301",
    "note": None,
}


def draft(cast: Cast, **changes: Any) -> Case:
    form = {
        "district": str(cast.city.districts[0].pk),
        "name": "云水谣",
        "address": "江阳区滨江路188号",
        "floor_area": "113,000",
        "property_company": str(cast.city.companies[0].pk),
    }
    by = cast["demo-developer"]
    case = engine.start(PROCEDURE, by=by, at=AT, data=form | changes)
    files.attach(case.pk, paper="planning_permit", name="1.png", content=picture_of("许可证"), by=by, at=AT)
    return case


def take(cast: Cast, case: Case, content: bytes) -> Reading:
    return parts.import_rows(case.pk, part="houses", content=content, by=cast["demo-developer"], at=AT)


def filled(cast: Cast, *houses: dict[str, Any], **changes: Any) -> Case:
    case = draft(cast, **changes)
    reading = take(cast, case, HouseTable().export(houses or [HOUSE]))
    assert reading.faults == []
    return case


def submit(cast: Cast, case: Case) -> Case:
    return move(case, Move.SUBMIT, cast["demo-developer"])


def approve(cast: Cast, case: Case) -> Case:
    move(submit(cast, case), Move.ACCEPT, cast["demo-clerk"])
    return move(case, Move.PASS, cast["demo-reviewer"])


class TestAreaCollection:
    def test_of_1200_houses_enters_them_and_opens_their_sub_accounts(self, cast: Cast) -> None:
        case = draft(cast)
        assert take(cast, case, (DATA / "house-table-1200.xlsx").read_bytes()).faults == []
        assert not Area.objects.exists()

        case = approve(cast, case)

        area = Area.objects.get()
        houses = list(House.objects.filter(area=area))
        balances = sub_accounts.balances([house.pk for house in houses])
        assert (area.name, area.developer, area.jurisdiction) == (
            "云水谣",
            cast.city.developers[0],
            cast.city.districts[0],
        )
        assert (Building.objects.count(), len(houses), len(balances)) == (9, 1_200, 1_200)
        assert sum(house.area_dm2 for house in houses) == 112_839_56
        assert len([house for house in houses if house.nature == HouseNature.SOLD_PUBLIC]) == 48
        assert {balance.balance_fen for balance in balances.values()} == {0}
        assert (case.state, case.area_id, case.subject) == (State.APPROVED, area.pk, "云水谣 · 1,200 户")
        assert [(one.page, one.argument) for one in PROCEDURE.outcomes(case)] == [("estate:area", area.pk)]

    def test_with_a_faulty_workbook_names_every_fault_and_saves_nothing(self, cast: Cast) -> None:
        with (DATA / "house-table-faulty.expected.csv").open(encoding="utf-8-sig") as file:
            expected = sorted(line["cell"] for line in csv.DictReader(file))
        case = draft(cast)

        reading = take(cast, case, (DATA / "house-table-faulty.xlsx").read_bytes())

        assert sorted(fault.cell for fault in reading.faults) == expected
        assert parts.row_count(case, "houses") == 0
        with pytest.raises(HasProblems, match="请填写房屋信息"):
            submit(cast, case)

    def test_keeps_every_cell_of_a_house(self, cast: Cast) -> None:
        shop = HOUSE | {"building": "商铺", "building_kind": "商业", "elevator": "无", "structure": None, "unit": None}
        shop |= {
            "use": "商业",
            "floor": -1,
            "room": "S01",
            "built_month": None,
            "inner_area_dm2": None,
            "note": "拐角",
        }

        approve(cast, filled(cast, HOUSE, shop))

        flat, corner = House.objects.select_related("building").order_by("-floor")
        assert (flat.label, flat.floor, flat.area_dm2, flat.inner_area_dm2) == ("1单元 301", 3, 118_36, 92_80)
        assert (flat.building.kind, flat.building.has_lift, flat.building.built_in) == ("HIGH_RISE", True, "202509")
        assert (corner.unit, corner.floor, corner.use, corner.note) == ("", -1, "COMMERCIAL", "拐角")
        assert (corner.building.structure, corner.building.built_in, corner.building.order) == ("", "", 2)

    def test_sums_the_buildings_up_for_the_reader(self, cast: Cast) -> None:
        case = filled(cast, HOUSE, HOUSE | {"building": "2幢"}, HOUSE | {"room": "302"})

        (table,) = PROCEDURE.summary(case).tables
        assert [list(row) for row in table.rows] == [
            ["1幢", "高层，有电梯", "2", "236.72"],
            ["2幢", "高层，有电梯", "1", "118.36"],
            ["合计", "2 栋", "3", "355.08"],
        ]

    def test_of_a_name_that_the_district_has_is_refused(self, cast: Cast) -> None:
        approve(cast, filled(cast))

        with pytest.raises(HasProblems, match=r"“云水谣”已有楼盘表.*房屋补充"):
            submit(cast, filled(cast))

    def test_of_a_name_that_another_district_has_is_taken(self, cast: Cast) -> None:
        approve(cast, filled(cast))

        approve(cast, filled(cast, district=str(cast.city.districts[1].pk)))

        assert Area.objects.filter(name="云水谣").count() == 2

    def test_of_one_name_asked_for_twice_succeeds_once(self, cast: Cast) -> None:
        second = submit(cast, filled(cast))
        approve(cast, filled(cast))
        move(second, Move.ACCEPT, cast["demo-clerk"])

        with pytest.raises(HasProblems, match="已有楼盘表"):
            move(second, Move.PASS, cast["demo-reviewer"])

        assert (Area.objects.count(), House.objects.count()) == (1, 1)

    def test_with_more_floor_area_than_was_filled_in_is_refused(self, cast: Cast) -> None:
        with pytest.raises(HasProblems, match=r"合计 118.36 ㎡，超过填写的 118.35 ㎡"):
            submit(cast, filled(cast, floor_area="118.35"))

        assert submit(cast, filled(cast, floor_area="118.36")).state == State.SUBMITTED

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"name": "云" * 61}, "name"),
            ({"floor_area": "0"}, "floor_area"),
            ({"floor_area": "12.345"}, "floor_area"),
            ({"floor_area": "很大"}, "floor_area"),
            ({"district": ""}, "district"),
            ({"district": "999999"}, "district"),
            ({"district": "²"}, "district"),
            ({"district": "9" * 30}, "district"),
            ({"property_company": "999999"}, "property_company"),
        ],
    )
    def test_is_refused_naming_what_is_wrong(self, cast: Cast, changes: dict[str, str], field: str) -> None:
        with pytest.raises(HasProblems) as refused:
            submit(cast, filled(cast, **changes))

        assert {problem.field for problem in refused.value.problems} == {field}

    def test_does_not_take_a_developer_for_the_property_company(self, cast: Cast) -> None:
        with pytest.raises(HasProblems, match="物业服务企业不在可选范围"):
            submit(cast, filled(cast, property_company=str(cast.city.developers[0].pk)))

    def test_without_the_permit_is_refused(self, cast: Cast) -> None:
        case = filled(cast)
        file = case.files.get()
        files.detach(case.pk, file.pk, by=cast["demo-developer"])

        with pytest.raises(HasProblems, match="请上传“建设工程规划许可证”"):
            submit(cast, case)

    @pytest.mark.parametrize("who", ["demo-company", "demo-clerk", "demo-teller1"])
    def test_is_begun_by_developers_only(self, cast: Cast, who: str) -> None:
        with pytest.raises(NotYours):
            engine.start(PROCEDURE, by=cast[who], at=AT)

    def test_returned_may_be_mended_with_another_workbook(self, cast: Cast) -> None:
        case = submit(cast, filled(cast))
        move(case, Move.RETURN, cast["demo-clerk"], note="少一户")
        take(cast, case, HouseTable().export([HOUSE, HOUSE | {"room": "302"}]))

        approve(cast, case)

        assert House.objects.count() == 2


class TestAnAreaEnteredByHand:
    def test_is_applied_for_like_one_from_a_workbook(self, cast: Cast) -> None:
        case = draft(cast, established_on="2025-03-01", land_area="20,000")
        by, plan = cast["demo-developer"], Plan(units=(UnitPlan("1", 2),), storeys=18, skipped=frozenset({4, 13, 14}))
        tower = {key: HOUSE[key] for key in ("building", "building_kind", "elevator", "structure", "built_month")}
        said = tower | {"floor_area_dm2": 400_000, "storeys": 18, "basements": 1, "units": "1"}
        drafting.save_building(case.pk, was="", values=said, by=by, at=AT)
        wanted = Generation(plan=plan, use="住宅", nature="商品房", areas_dm2=(100_00, 90_00))
        drafting.generate(case.pk, "1幢", wanted, by=by, at=AT)

        approve(cast, case)

        area, building = Area.objects.get(), Building.objects.get()
        floors = sorted(set(House.objects.values_list("floor", flat=True)))
        assert (area.land_area_dm2, str(area.established_on)) == (20_000_00, "2025-03-01")
        assert (building.storeys, building.basements, building.units, building.has_lift) == (18, 1, 1, True)
        assert (House.objects.count(), len(floors), floors[-1]) == (36, 18, 21)
        assert not {4, 13, 14} & set(floors)

    def test_in_a_city_without_that_way_is_refused_it(self, cast: Cast) -> None:
        set_policy(
            kind=PolicyKind.COLLECTION_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=CollectionRule(sources=(WORKBOOK,)),
            valid_from=AT.date().replace(year=2020),
        )
        case = draft(cast)
        page = next(page for page in PROCEDURE.pages if isinstance(page, SheetPage))

        assert [source.code for source in PROCEDURE.sources_of(case, page)] == [WORKBOOK]

    @pytest.mark.commits
    def test_by_two_at_once_is_generated_once(self, cast: Cast) -> None:
        case = draft(cast)
        tower = {key: HOUSE[key] for key in ("building", "building_kind", "elevator", "structure", "built_month")}
        said = tower | {"storeys": 3, "units": "1"}
        drafting.save_building(case.pk, was="", values=said, by=cast["demo-developer"], at=AT)
        plan = Plan(units=(UnitPlan("1", 2),), storeys=3)
        wanted = Generation(plan=plan, use="住宅", nature="商品房", areas_dm2=(100_00,))

        def generate(who: str) -> int:
            return drafting.generate(case.pk, "1幢", wanted, by=cast[who], at=AT)

        answers = at_once(lambda: generate("demo-developer"), lambda: generate("colleague"))

        assert 6 in answers
        assert [str(one) for one in answers if one != 6] == ["按所填的规则没有可增加的房屋：这些房号都已经有了"]
        assert parts.row_count(case, "houses") == 6


class TestTheHouseTablesColumns:
    def test_take_no_text_that_the_register_could_not_hold(self) -> None:
        columns = {"building": (Building, "name")} | {key: (House, key) for key in ("unit", "room", "address", "note")}
        fields = {key: model._meta.get_field(name) for key, (model, name) in columns.items()}
        held = {key: field.max_length or 0 for key, field in fields.items() if isinstance(field, CharField)}
        limits = {column.key: column.kind.most for column in HouseTable.columns if isinstance(column.kind, Text)}

        too_long = {key: most for key, most in limits.items() if most > held[key]}
        assert set(limits) == set(held)
        assert too_long == {}
