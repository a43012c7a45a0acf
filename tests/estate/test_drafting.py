"""An area drafted by hand, up to its approval: buildings, houses generated and single, owners bound.

# covers: E1 E2 E10
"""

import random
from typing import Any

import pytest
from django.db import connection

from tests.cast import AT, Cast, move
from upkeep.books import sub_accounts
from upkeep.casework import engine, files, parts
from upkeep.casework.engine import NotNow, NotYours
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.demo.papers import picture_of
from upkeep.demo.people import invent
from upkeep.estate import draft_binding, drafting
from upkeep.estate.draft_sheets import UnitNames
from upkeep.estate.drafting import Generation
from upkeep.estate.models import Area, Building, House, Ownership, OwnershipAct
from upkeep.estate.numbering import NoSuchPlan, Plan, RoomRule, UnitPlan
from upkeep.estate.owner_form import read_owners
from upkeep.kernel.errors import HasProblems
from upkeep.messaging.models import Outbox
from upkeep.sheets.kinds import Wrong

pytestmark = pytest.mark.django_db

TOWER: dict[str, Any] = {
    "building": "1幢",
    "building_kind": "高层",
    "elevator": "有",
    "structure": "剪力墙结构",
    "built_month": "202509",
    "floor_area_dm2": 1_280_000,
    "storeys": 3,
    "basements": None,
    "units": "1、2",
}
OWNER = {"name": "赵明", "id_kind": "ID_CARD", "phone": "13908300077", "share": ""}


def id_number(serial: int) -> str:
    return invent(random.Random(serial)).id_number


def generation(**changes: Any) -> Generation:
    plan = Plan(**{"units": (UnitPlan("1", 2), UnitPlan("2", 2)), "storeys": 3, **changes.pop("plan", {})})
    return Generation(**{"plan": plan, "use": "住宅", "nature": "商品房", "areas_dm2": (100_00, 89_50), **changes})


@pytest.fixture
def case(cast: Cast) -> Case:
    form = {
        "district": str(cast.city.districts[0].pk),
        "name": "云水谣",
        "address": "江阳区滨江路188号",
        "floor_area": "113,000",
        "land_area": "20000",
        "established_on": "2025-03-01",
    }
    case = engine.start(register["area_collection"], by=cast["demo-developer"], at=AT, data=form)
    files.attach(
        case.pk,
        paper="planning_permit",
        name="1.png",
        content=picture_of("许可证"),
        by=cast["demo-developer"],
        at=AT,
    )
    return case


class Desk:
    """The developer's clerk at work on one draft."""

    def __init__(self, cast: Cast, case: Case) -> None:
        self.cast, self.case, self.by = cast, case, cast["demo-developer"]

    def building(self, was: str = "", **changes: Any) -> None:
        drafting.save_building(self.case.pk, was=was, values=TOWER | changes, by=self.by, at=AT)

    def generate(self, building: str = "1幢", **changes: Any) -> int:
        return drafting.generate(self.case.pk, building, generation(**changes), by=self.by, at=AT)

    def rows(self, part: str = "houses") -> dict[int, dict[str, Any]]:
        return dict(parts.rows_of(self.case, part))

    def number(self, room: str, unit: str = "1") -> int:
        return next(n for n, row in self.rows().items() if (row["unit"], row["room"]) == (unit, room))

    def bind(self, room: str, serial: int = 1, **changes: Any) -> None:
        self.bind_all(room, OWNER | {"id_number": id_number(serial)} | changes)

    def bind_all(self, room: str, *rows: dict[str, Any]) -> None:
        named = read_owners(rows)
        assert not named.problems
        draft_binding.bind(self.case.pk, self.number(room), named, by=self.by, at=AT)

    def approve(self) -> Area:
        move(self.case, Move.SUBMIT, self.by)
        move(self.case, Move.ACCEPT, self.cast["demo-clerk"])
        move(self.case, Move.PASS, self.cast["demo-reviewer"])
        return Area.objects.get(name="云水谣")


@pytest.fixture
def desk(cast: Cast, case: Case) -> Desk:
    return Desk(cast, case)


class TestAnAreaDraftedByHand:
    def test_becomes_area_buildings_houses_accounts_and_owners(self, desk: Desk) -> None:
        desk.building()
        assert desk.generate() == 12
        desk.bind("101")
        assert not Area.objects.exists()

        area = desk.approve()

        houses = list(House.objects.filter(area=area).order_by("unit", "floor", "room"))
        building = Building.objects.get()
        assert (str(area.established_on), area.land_area_dm2) == ("2025-03-01", 2_000_000)
        assert (building.floor_area_dm2, building.storeys, building.basements, building.units) == (1_280_000, 3, 0, 2)
        assert [house.room for house in houses] == ["101", "102", "201", "202", "301", "302"] * 2
        assert [house.area_dm2 for house in houses[:2]] == [100_00, 89_50]
        assert houses[0].address == "江阳区滨江路188号1幢1单元101"
        assert len(sub_accounts.balances([house.pk for house in houses])) == 12
        bound = Ownership.objects.get()
        assert (bound.house, bound.owner.name, bound.owner.id_number) == (houses[0], "赵明", id_number(1))

    def test_is_told_where_houses_are_missing_before_it_is_handed_in(self, desk: Desk) -> None:
        desk.building()
        desk.generate(plan={"units": (UnitPlan("1", 2),)})

        with pytest.raises(HasProblems, match="1幢2单元还没有房屋"):
            move(desk.case, Move.SUBMIT, desk.by)

    def test_takes_a_workbook_beside_what_was_generated(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        row = next(iter(desk.rows().values()))
        parts.add_row(
            desk.case.pk, "houses", row | {"building": "2幢", "unit": None, "use": "商业"}, by=desk.by, at=AT
        )

        first, second = drafting.buildings_of(desk.case)

        assert (first.name, first.houses, second.name, second.houses) == ("1幢", 12, "2幢", 1)
        assert (second.data["building_kind"], second.data["storeys"], second.units) == ("高层", 1, ("",))

    def test_with_an_owner_whose_house_a_workbook_took_away_is_refused(self, desk: Desk) -> None:
        desk.building(units="1")
        desk.generate(plan={"units": (UnitPlan("1", 2),)})
        desk.bind("101")
        rest = [row for row in desk.rows().values() if row["room"] != "101"]
        parts.replace_rows(desk.case.pk, "houses", rest, by=desk.by, at=AT)

        with pytest.raises(HasProblems, match=r"已绑定业主的1幢 1单元 101不在房屋信息中"):
            move(desk.case, Move.SUBMIT, desk.by)

    def test_established_before_our_time_is_refused(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        engine.save_draft(desk.case.pk, {"established_on": "1025-03-01"}, by=desk.by, at=AT)

        with pytest.raises(HasProblems, match="成立日期不正确"):
            move(desk.case, Move.SUBMIT, desk.by)


class TestABuilding:
    def test_of_a_name_that_is_taken_is_refused(self, desk: Desk) -> None:
        desk.building()
        desk.building(building="2幢")

        with pytest.raises(NotNow, match="已有名为“1幢”的楼栋"):
            desk.building()
        with pytest.raises(NotNow, match="已有名为“1幢”的楼栋"):
            desk.building(was="2幢")

    def test_without_what_it_needs_is_refused_at_the_cell(self, desk: Desk) -> None:
        with pytest.raises(parts.RowsFaulty) as refused:
            desk.building(elevator=None, storeys=None)

        assert {fault.column for fault in refused.value.faults} == {"有无电梯", "地上层数"}

    def test_renamed_takes_its_houses_addresses_and_owners_along(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        desk.bind("101")
        drafting.save_house(desk.case.pk, desk.number("102"), {"address": "滨江路190号附1号"}, by=desk.by, at=AT)

        desk.building(was="1幢", building="A座", elevator="无")

        rows = desk.rows()
        assert {row["building"] for row in rows.values()} == {"A座"}
        assert {row["elevator"] for row in rows.values()} == {"无"}
        assert rows[desk.number("101")]["address"] == "江阳区滨江路188号A座1单元101"
        assert rows[desk.number("102")]["address"] == "滨江路190号附1号"
        assert drafting.buildings_of(desk.case)[0].owners == 1

    def test_known_from_a_workbook_only_may_be_described(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        (number,) = desk.rows("buildings")
        parts.delete_rows(desk.case.pk, "buildings", [number], by=desk.by, at=AT)

        desk.building(was="1幢", structure="框架结构")

        assert [row["structure"] for row in desk.rows("buildings").values()] == ["框架结构"]
        assert {row["structure"] for row in desk.rows().values()} == {"框架结构"}

    def test_deleted_goes_with_its_houses_and_their_owners(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        desk.bind("101")
        desk.building(building="2幢")

        assert drafting.delete_building(desk.case.pk, "1幢", by=desk.by, at=AT) == 12

        assert (desk.rows(), desk.rows("owners")) == ({}, {})
        assert [one.name for one in drafting.buildings_of(desk.case)] == ["2幢"]
        with pytest.raises(NotNow, match="已被删除"):
            desk.building(was="1幢")

    def test_is_no_business_of_another_developer(self, cast: Cast, desk: Desk) -> None:
        desk.building()
        desk.by = cast["more-developer2"]

        for work in (lambda: desk.building(building="2幢"), desk.generate):
            with pytest.raises(NotYours):
                work()


class TestItsUnits:
    @pytest.mark.parametrize(
        ("typed", "names"),
        [
            ("2", "1、2"),
            ("1", "1"),
            ("1,2", "1、2"),
            ("东、西", "东、西"),
            ("1单元 2单元", "1单元、2单元"),
            ("１", "1"),
        ],
    )
    def test_are_counted_or_named(self, typed: str, names: str) -> None:
        assert UnitNames().read(typed, at=AT.date()) == names

    @pytest.mark.parametrize(
        "typed", ["0", "100", "1、1", "1、1单元", "单" * 21, "、".join(f"甲{n}" for n in range(100))]
    )
    def test_that_make_no_sense_are_refused(self, typed: str) -> None:
        with pytest.raises(Wrong):
            UnitNames().read(typed, at=AT.date())

    def test_are_added_by_hand(self, desk: Desk) -> None:
        desk.building()
        drafting.add_unit(desk.case.pk, "1幢", " 3 ", by=desk.by, at=AT)
        for name, why in (("3单元", "已有“3单元”"), ("", "请填写单元名称"), ("4、5", "请填写单元名称")):
            with pytest.raises(NotNow, match=why):
                drafting.add_unit(desk.case.pk, "1幢", name, by=desk.by, at=AT)

        assert drafting.buildings_of(desk.case)[0].units == ("1", "2", "3")

    def test_are_deleted_with_their_houses_but_not_the_last(self, desk: Desk) -> None:
        desk.building()
        desk.generate()

        assert drafting.delete_unit(desk.case.pk, "1幢", "2", by=desk.by, at=AT) == 6
        with pytest.raises(NotNow, match="至少有一个单元"):
            drafting.delete_unit(desk.case.pk, "1幢", "1", by=desk.by, at=AT)

        assert {row["unit"] for row in desk.rows().values()} == {"1"}
        assert len(desk.rows()) == 6


class TestGeneratedHouses:
    def test_have_the_kind_the_nature_and_the_areas_that_were_asked_for(self, desk: Desk) -> None:
        desk.building()
        desk.generate(use="办公", nature="保障性住房", areas_dm2=(55_00,))

        assert {(row["use"], row["nature"], row["area_dm2"]) for row in desk.rows().values()} == {
            ("办公", "保障性住房", 55_00)
        }

    def test_leave_those_that_are_there_as_they_are(self, desk: Desk) -> None:
        desk.building()
        desk.generate(plan={"storeys": 1})
        drafting.set_houses(desk.case.pk, [desk.number("101")], {"use": "商业"}, by=desk.by, at=AT)

        assert desk.generate() == 8
        with pytest.raises(NotNow, match="没有可增加的房屋"):
            desk.generate()

        assert desk.rows()[desk.number("101")]["use"] == "商业"
        assert len(desk.rows()) == 12

    def test_of_an_impossible_plan_are_refused(self, desk: Desk) -> None:
        desk.building()
        with pytest.raises(NoSuchPlan, match=r"每个户室面积应填写 1 个数.*2 个数，现有 3 个"):
            desk.generate(areas_dm2=(1, 2, 3))
        with pytest.raises(NotNow, match="已被删除"):
            desk.generate("9幢")

    def test_with_a_unit_in_their_number_do_not_say_it_twice_in_the_address(self, desk: Desk) -> None:
        desk.building()
        desk.generate(plan={"rule": RoomRule.UNIT_DASH, "storeys": 1})

        assert desk.rows()[desk.number("1-101")]["address"] == "江阳区滨江路188号1幢1-101"


class TestSeveralHouses:
    def test_are_set_at_once(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        numbers = [desk.number("101"), desk.number("102")]

        assert drafting.set_houses(desk.case.pk, numbers, {"area_dm2": 70_00}, by=desk.by, at=AT) == 2

        assert sorted(row["area_dm2"] for row in desk.rows().values())[:2] == [70_00, 70_00]
        with pytest.raises(NotNow, match="请先勾选房屋"):
            drafting.set_houses(desk.case.pk, [], {"use": "商业"}, by=desk.by, at=AT)
        with pytest.raises(NotNow, match="请选择要设置"):
            drafting.set_houses(desk.case.pk, numbers, {}, by=desk.by, at=AT)


class TestAnOwnerOfTheDraft:
    def test_lies_encrypted_and_follows_his_house_to_another_number(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        desk.bind("101", name="CANARY")
        with connection.cursor() as cursor:
            cursor.execute("select string_agg(to_jsonb(r)::text, ' ') from casework_caserow r")
            assert "CANARY" not in cursor.fetchone()[0]

        drafting.save_house(desk.case.pk, desk.number("101"), {"room": "1A"}, by=desk.by, at=AT)

        (bound,) = desk.rows("owners").values()
        assert (bound["room"], bound["owner_name"]) == ("1A", "CANARY")

    def test_is_corrected_and_taken_back(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        desk.bind("101")
        desk.bind("101", serial=2, name="钱立")
        assert [row["owner_name"] for row in desk.rows("owners").values()] == ["钱立"]

        draft_binding.unbind(desk.case.pk, desk.number("101"), by=desk.by, at=AT)

        assert desk.rows("owners") == {}

    def test_may_be_several_by_shares_or_jointly_and_the_register_says_so(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        first, second = ({**OWNER, "name": name, "id_number": id_number(n)} for n, name in enumerate(("赵明", "钱立")))
        desk.bind_all("101", {**first, "share": "1/3"}, {**second, "share": "2/3"})
        desk.bind_all("102", first, second)
        assert drafting.buildings_of(desk.case)[0].owners == 2

        area = desk.approve()

        owned = Ownership.objects.filter(house__area=area).order_by("house__room", "share_ppm")
        assert [(one.house.room, one.owner.name, one.share_ppm, one.manner) for one in owned] == [
            ("101", "赵明", 333_333, "SHARED"),
            ("101", "钱立", 666_667, "SHARED"),
            ("102", "赵明", 500_000, "JOINT"),
            ("102", "钱立", 500_000, "JOINT"),
        ]
        acts = OwnershipAct.objects.filter(house__area=area)
        assert {(act.case_id, act.basis) for act in acts} == {(desk.case.pk, f"物业区域采集 {desk.case.number}")}

    def test_is_told_once_when_the_area_is_approved(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        desk.bind("101")
        desk.bind("102")

        desk.approve()

        (sms,) = Outbox.objects.filter(event="ownership.bound")
        assert (sms.address, sms.body.count("云水谣1幢1单元 101等 2 户已登记到您名下")) == (OWNER["phone"], 1)

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            ([{"id_number": "510502199001011234"}], "身份证号码不正确"),
            ([{"name": ""}], "请填写业主姓名"),
            ([{"phone": ""}], "请填写联系电话"),
            ([{"share": "1/2"}], "只有一位业主时份额应为 100%"),
            ([{"share": "1/2"}, {"id_number": id_number(2), "share": ""}], "按份共有的，每位业主都要填写份额"),
            ([{"share": "1/2"}, {"id_number": id_number(2), "share": "1/3"}], "份额合计应为 100%"),
            ([{}, {}], "证件号码相同"),
        ],
    )
    def test_that_is_wrong_is_named(self, rows: list[dict[str, Any]], sentence: str) -> None:
        named = read_owners([OWNER | {"id_number": id_number(1)} | row for row in rows])

        assert sentence in "；".join(problem.text for problem in named.problems)

    def test_goes_with_his_house(self, desk: Desk) -> None:
        desk.building()
        desk.generate()
        desk.bind("101")
        number, owner = desk.number("101"), OWNER | {"id_number": id_number(1)}

        assert drafting.delete_houses(desk.case.pk, [number], by=desk.by, at=AT) == 1

        assert desk.rows("owners") == {}
        with pytest.raises(NotNow, match="已被删除"):
            draft_binding.bind(desk.case.pk, number, read_owners([owner]), by=desk.by, at=AT)
