"""首期应交, computed by hand beside the program: the tariffs that cities have published, and houses that none fits.

# covers: D7
"""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from tests.banking.town import AT, Town, confirm, issue, make_town, new_house
from tests.deposits.further_scene import TODAY, by_floor
from upkeep.books import sub_accounts
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.deposits.due import Due, dues
from upkeep.deposits.models import HousePrice
from upkeep.deposits.prices import note_price
from upkeep.deposits.queries import area_deposits, would_be_due
from upkeep.estate.kinds import BuildingKind, HouseNature
from upkeep.estate.models import Building, House
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, NoStandard, StandardRow
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db

LOW = (BuildingKind.LOW_RISE,)
#: 榆林: 多层无电梯 50, 多层有电梯 55, 小高层、高层 90 yuan per m².
YULIN = (
    StandardRow(label="多层无电梯", building_kinds=LOW, has_lift=False, fen_per_m2=50_00),
    StandardRow(label="多层有电梯", building_kinds=LOW, has_lift=True, fen_per_m2=55_00),
    StandardRow(label="小高层、高层", building_kinds=("MID_RISE", "HIGH_RISE", "SUPER_HIGH_RISE"), fen_per_m2=90_00),
)


def tariff(town: Town, *rows: StandardRow, district: bool = False, since: dt.date = TODAY) -> None:
    place = town.district if district else town.city
    value = DepositStandard(rows=rows)
    set_policy(kind=PolicyKind.DEPOSIT_STANDARD, jurisdiction_id=place.pk, value=value, valid_from=since)


def due(town: Town, house: House, *, on: dt.date = TODAY) -> Due:
    return dues(jurisdiction_id=town.area.jurisdiction_id, houses=[house], on=on)[house.pk]


def one(area_dm2: int, **changes: object) -> tuple[Town, House]:
    town = make_town(houses=[new_house(room="101", area_dm2=area_dm2, **changes)])  # type: ignore[arg-type]
    return town, town.houses[0]


class TestTheTariffOfYulin:
    @pytest.mark.parametrize(
        ("kind", "has_lift", "area_dm2", "fen"),
        [
            ("LOW_RISE", False, 8_637, 431_850),  # 86.37 × 50 = 4,318.50
            ("LOW_RISE", True, 8_637, 475_035),  # 86.37 × 55 = 4,750.35
            ("HIGH_RISE", True, 9_837, 885_330),  # 98.37 × 90 = 8,853.30
            ("MID_RISE", True, 12_001, 1_080_090),  # 120.01 × 90 = 10,800.90
        ],
    )
    def test_gives_what_one_computes_by_hand(self, kind: str, has_lift: bool, area_dm2: int, fen: int) -> None:
        town, _ = one(area_dm2, has_lift=has_lift)
        Building.objects.update(kind=kind)
        tariff(town, *YULIN)

        assert due(town, House.objects.select_related("building").get()).amount_fen == fen


class TestAShareOfTheCostOfBuilding:
    @pytest.mark.parametrize(
        ("price_fen", "basis_points", "area_dm2", "fen"),
        [
            (180_000, 500, 9_837, 885_330),  # 1,800 × 5 % = 90 per m²; × 98.37 = 8,853.30
            (180_000, 800, 9_837, 1_416_528),  # 1,800 × 8 % = 144; × 98.37 = 14,165.28
            (213_550, 650, 10_003, 1_388_491),  # 2,135.50 × 6.5 % × 100.03 = 13,884.9141…
            (199_999, 501, 3_333, 333_965),  # 1,999.99 × 5.01 % = 100.199499; × 33.33 = 3,339.6493…
            (100_001, 500, 101, 5_050),  # 1,000.01 × 5 % × 1.01 = 50.500505
        ],
    )
    def test_is_exact_to_the_fen(self, price_fen: int, basis_points: int, area_dm2: int, fen: int) -> None:
        town, house = one(area_dm2)
        tariff(town, StandardRow(label="首期", price_fen_per_m2=price_fen, basis_points=basis_points))

        assert due(town, house).amount_fen == fen

    def test_of_public_housing_is_two_percent_of_its_cost_price_to_the_owner(self) -> None:
        town, house = one(6_000, nature=HouseNature.SOLD_PUBLIC)
        row = StandardRow(label="房改房", natures=("SOLD_PUBLIC",), price_fen_per_m2=150_000, basis_points=200)
        tariff(town, row, *YULIN)

        assert due(town, house) == Due(180_000, "房改房 1,500.00 元/㎡ × 2%")  # 60 m² × 1,500 × 2 %


class TestTheStoreysOfTheBuilding:
    ROWS = (
        StandardRow(label="6 层以下", most_storeys=6, fen_per_m2=50_00),
        StandardRow(label="7 至 11 层", least_storeys=7, most_storeys=11, fen_per_m2=70_00),
        StandardRow(label="12 层以上", least_storeys=12, fen_per_m2=90_00),
    )

    @pytest.mark.parametrize(
        ("storeys", "label"),
        [
            (1, "6 层以下"),
            (6, "6 层以下"),
            (7, "7 至 11 层"),
            (11, "7 至 11 层"),
            (12, "12 层以上"),
            (99, "12 层以上"),
        ],
    )
    def test_decide_up_to_their_bounds(self, storeys: int, label: str) -> None:
        town, _ = one(10_000)
        Building.objects.update(storeys=storeys)
        tariff(town, *self.ROWS)

        assert due(town, House.objects.select_related("building").get()).rule.startswith(label)

    def test_are_those_of_the_highest_house_where_nobody_entered_them(self) -> None:
        town = make_town(houses=[new_house(floor=floor, room=f"{floor}01") for floor in (1, 8)])
        tariff(town, *self.ROWS)

        assert due(town, by_floor(town)[0]).rule == "7 至 11 层 70.00 元/㎡"

    def test_can_be_mended_by_entering_them(self) -> None:
        town, house = one(10_000, floor=-1)
        tariff(town, *self.ROWS)

        with pytest.raises(NoStandard, match=r"1栋1单元 101无法计算首期应交金额：.*楼栋变更补登地上层数"):
            due(town, house)


class TestAShareOfTheContractsPrice:
    ROWS = (StandardRow(label="按房价", natures=("COMMODITY",), of_contract_price=True, basis_points=200),)

    def note(self, town: Town, house: House, fen: int) -> None:
        note_price(house.pk, price_fen=fen, contract="HT-2026-001", by=town.people["accountant"], at=AT)

    def test_is_asked_of_the_price_that_is_known(self) -> None:
        town, house = one(9_837)
        tariff(town, *self.ROWS)
        self.note(town, house, 86_543_219)

        assert due(town, house) == Due(1_730_864, "按房价 合同价 × 2%")  # 865,432.19 × 2 % = 17,308.6438

    def test_names_the_house_whose_price_is_not_known_and_what_to_do(self) -> None:
        town, house = one(9_837)
        tariff(town, *self.ROWS)

        with pytest.raises(NoStandard, match=r"1栋1单元 101无法计算首期应交金额：.*请先在房屋页面登记合同价"):
            due(town, house)
        assert "登记合同价" in would_be_due(house, on=TODAY).why_not

    def test_leaves_houses_without_a_price_to_the_next_row(self) -> None:
        town, house = one(10_000)
        tariff(town, *self.ROWS, StandardRow(label="其余", fen_per_m2=60_00))

        assert due(town, house) == Due(600_000, "其余 60.00 元/㎡")

    def test_goes_by_the_latest_price_and_keeps_the_former(self) -> None:
        town, house = one(9_837)
        tariff(town, *self.ROWS)
        self.note(town, house, 50_000_000)
        self.note(town, house, 60_000_000)

        assert due(town, house).amount_fen == 1_200_000
        assert list(HousePrice.objects.order_by("noted_at", "pk").values_list("price_fen", flat=True)) == [
            50_000_000,
            60_000_000,
        ]
        with pytest.raises(IntegrityError), transaction.atomic():
            HousePrice.objects.update(until=None)

    def test_is_refused_without_the_number_of_the_contract_and_once_the_house_has_paid(self) -> None:
        town, house = one(9_837)
        by = town.people["accountant"]

        with pytest.raises(HasProblems):
            note_price(house.pk, price_fen=1, contract=" ", by=by, at=AT)
        confirm(town, issue(town))
        with pytest.raises(HasProblems, match="已交首期"):
            note_price(house.pk, price_fen=1, contract="HT-1", by=by, at=AT)


class TestWhichStandardHolds:
    def test_is_that_of_the_district_before_that_of_the_city(self) -> None:
        town, house = one(10_000)
        tariff(town, StandardRow(label="全市", fen_per_m2=50_00))
        tariff(town, StandardRow(label="本区", fen_per_m2=80_00), district=True)

        assert due(town, house).rule == "本区 80.00 元/㎡"
        assert dues(jurisdiction_id=town.city.pk, houses=[house], on=TODAY)[house.pk].rule == "全市 50.00 元/㎡"

    def test_is_that_of_the_day(self) -> None:
        town, house = one(10_000)
        tariff(town, StandardRow(label="旧", fen_per_m2=50_00), since=TODAY)
        tariff(town, StandardRow(label="新", fen_per_m2=60_00), since=TODAY + dt.timedelta(days=10))

        assert due(town, house, on=TODAY + dt.timedelta(days=9)).amount_fen == 500_000
        assert due(town, house, on=TODAY + dt.timedelta(days=10)).amount_fen == 600_000

    def test_changes_nothing_for_a_house_whose_notice_was_issued_before(self) -> None:
        town, house = one(9_837)
        slip = issue(town)
        tariff(town, StandardRow(label="新标准", fen_per_m2=120_00))

        assert due(town, house).amount_fen == 1_180_440
        confirm(town, slip)

        line = slip.lines.get()
        paid = House.objects.select_related("building", "area").get()
        assert (line.amount_fen, line.rule) == (885_330, "有电梯 90.00 元/㎡")
        assert (paid.first_deposit_due_fen, sub_accounts.balances([house.pk])[house.pk].balance_fen) == (
            885_330,
            885_330,
        )
        assert would_be_due(paid, on=TODAY).rule == "有电梯 90.00 元/㎡"


class TestAHouseThatNoRowFits:
    def test_is_named_with_what_it_is_and_who_mends_it(self) -> None:
        town = make_town(houses=[new_house(floor=n, room=f"{n}01") for n in range(1, 6)])
        tariff(town, StandardRow(label="无电梯", has_lift=False, fen_per_m2=50_00))

        with pytest.raises(NoStandard) as refused:
            issue_deposit_slips(
                area=town.area,
                houses=town.houses,
                payer_name="江南置业有限公司",
                payer_phone="",
                receipt_mode="WHOLE",  # type: ignore[arg-type]
                by=town.people["developer"],
                at=AT,
            )

        said = str(refused.value)
        assert "等 5 户无法计算首期应交金额：高层、有电梯、住宅、商品房不在交存标准的任何一档内" in said
        assert "政策设置" in said

    def test_is_counted_on_the_state_of_its_area(self) -> None:
        town, _ = one(9_837)
        tariff(town, StandardRow(label="无电梯", has_lift=False, fen_per_m2=50_00))

        (found,) = area_deposits([town.area], on=TODAY)

        assert (found.unfit, found.missing_fen) == (1, 0)


class TestARowOfTheStandard:
    @pytest.mark.parametrize(
        "row",
        [
            {"fen_per_m2": 5_000, "price_fen_per_m2": 1},
            {"fen_per_m2": 5_000, "basis_points": 200},
            {"of_contract_price": True},
            {"of_contract_price": True, "basis_points": 10_001},
            {"of_contract_price": True, "basis_points": 200, "fen_per_m2": 1},
            {"fen_per_m2": 5_000, "least_storeys": 7, "most_storeys": 6},
            {"fen_per_m2": 5_000, "most_storeys": 301},
            {},
        ],
    )
    def test_that_makes_no_sense_is_refused(self, row: dict[str, int]) -> None:
        with pytest.raises(ValueError):
            StandardRow(label="错", **row)  # type: ignore[arg-type]
