"""What a selling unit paid for a house when the house is gone, split or moved: given back, handed on, taken along.

# covers: D7 F9 E6 E7 E8
"""

import pytest
from django.db import connection

from tests.banking.town import AT
from tests.cast import LATER
from tests.deposits.unit_scene import PublicTown, issue_unit, make_public_town, pay_owners, pay_unit, with_unit
from tests.treasury import scene as s
from tests.treasury.scene import Scene, approve, cancellation, row, submitted
from upkeep.banking.actions import confirm_order
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.books.moving import houses_moved
from upkeep.casework.procedure import register
from upkeep.casework.states import State
from upkeep.deposits import unit_leaving
from upkeep.deposits.models import SaleEnd, UnitSale
from upkeep.deposits.unit_accounts import accounts_behind, public_houses
from upkeep.estate.actions import create_area
from upkeep.estate.models import Building, House, SellingUnitAccount
from upkeep.kernel.errors import HasProblems
from upkeep.parties.models import Organisation
from upkeep.treasury.models import UNIT_IS_GONE, Payout, PayoutState

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    """The treasury's town; the unit has paid its part for 501, the one public flat of 1栋."""
    scene = s.make_scene()
    public = with_unit(scene.town)
    pay_unit(public, issue_unit(public))
    return scene


@pytest.fixture
def public(db: None) -> PublicTown:
    """Six public flats in one building, paid for by owners and unit."""
    public = make_public_town()
    pay_owners(public, public.public)
    pay_unit(public, issue_unit(public, prices={public.public[0].pk: 90_000_00}))
    return public


def account() -> SellingUnitAccount:
    return SellingUnitAccount.objects.get()


def balance() -> int:
    return sub_accounts.balances([account().pk])[account().pk].balance_fen


class TestAHouseThatIsGone:
    def test_gives_the_units_part_back_to_the_unit_beside_the_owners(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "1栋"))

        owed = {one.masked_owner: one.amount_fen for one in Payout.objects.filter(house__room="501")}
        assert owed == {"王＊＊": 180_000, "江城市房管所": 5_400_000}
        assert balance() == 0
        assert UnitSale.objects.get().end == SaleEnd.RETURNED
        assert audit() == []

    def test_is_paid_to_the_unit_by_the_bank(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "1栋"))
        payout = Payout.objects.get(unit_account__isnull=False)
        order = s.order_payout(scene, payout, name="江城市房管所")
        teller = scene.town.people["other_teller"]
        confirm_order(number=order.number, amount_fen=order.amount_fen, serial="P1", by=teller, at=LATER)
        payout.refresh_from_db()
        assert payout.state == PayoutState.PAID
        assert audit() == []

    def test_goes_to_the_treasury_only_on_a_written_basis(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "1栋"))
        Organisation.objects.filter(name="江城市房管所").update(suspended_at=AT, suspension_reason="已撤销")
        payout = Payout.objects.get(unit_account__isnull=False)
        assert payout.masked_owner == UNIT_IS_GONE
        with pytest.raises(HasProblems, match="收缴同级国库的文号"):
            s.order_payout(scene, payout, name="江城市财政局国库")
        order = s.order_payout(scene, payout, name="江城市财政局国库", basis="江财库〔2026〕8 号")
        assert (order.payee_name, order.amount_fen) == ("江城市财政局国库", 5_400_000)

    def test_says_on_the_application_what_the_unit_gets(self, scene: Scene) -> None:
        case = cancellation(scene, "1栋")
        from_unit = [
            cells for cells in register["house_cancellation"].summary(case).tables[1].rows if "售房单位" in cells[2]
        ]
        assert [(cells[2], cells[3]) for cells in from_unit] == [("江城市房管所（售房单位部分）", "54,000.00")]

    def test_stays_while_the_units_money_is_held(self, scene: Scene) -> None:
        sub_accounts.hold(area_id=scene.town.area.pk, amounts={account().pk: 1}, source="test:1", at=AT)
        with pytest.raises(HasProblems, match="售房单位分账有冻结资金"):
            cancellation(scene, "1栋")

    def test_has_the_part_of_the_balance_that_was_paid_in_for_it(self, public: PublicTown) -> None:
        cheap, *others = public.public
        parts = unit_leaving.parts_of([cheap.pk, others[0].pk])
        assert parts == {(cheap.pk, account().pk): 1_800_000, (others[0].pk, account().pk): 3_600_000}

    def test_with_all_others_empties_the_account_to_the_fen(self, public: PublicTown) -> None:
        sub = account().pk
        sub_accounts.hold(area_id=public.town.area.pk, amounts={sub: 1}, source="test:1", at=AT)
        parts = unit_leaving.parts_of([house.pk for house in public.public])
        assert sum(parts.values()) == balance()


class TestAHouseThatIsSplit:
    def test_hands_on_what_the_unit_has_paid_in_for_it(self, scene: Scene) -> None:
        old = scene["501"]
        flat = {"use": "住宅", "unit": "1单元", "floor": 5, "address": "江阳区江南路 1 号 1 栋"}
        rows = [row(old, "501A", 2_000, **flat), row(old, "501B", 4_000, **flat)]
        case = approve(scene, submitted(scene, ["501"], rows))

        assert case.state == State.APPROVED
        new = {house.room: house.pk for house in House.objects.filter(room__startswith="501", state="ACTIVE")}
        found = public_houses(list(new.values()))
        assert (found[new["501A"]].unit_deposit_fen, found[new["501B"]].unit_deposit_fen) == (1_800_000, 3_600_000)
        assert accounts_behind(list(new.values())) == dict.fromkeys(new.values(), account().pk)
        assert UnitSale.objects.get(house=old).end == SaleEnd.DIVIDED
        assert balance() == 5_400_000


class TestABuildingThatMoves:
    def test_takes_the_units_account_along(self, public: PublicTown) -> None:
        town, houses = public.town, [house.pk for house in public.public]
        other = create_area(
            jurisdiction_id=town.district.pk,
            name="江北名邸",
            address="江北路 2 号",
            developer_id=town.developer.pk,
            floor_area_dm2=1,
            at=AT,
        )
        before, building = balance(), Building.objects.get(name="1栋")
        self.move(building.pk, other.pk)
        moved = houses_moved(
            from_area_id=town.area.pk,
            to_area_id=other.pk,
            house_ids=houses,
            fund_kinds={one.pk: kind for kind, one in town.custodies.items()},
            source="case:1",
            booked_on=AT.date(),
        )
        assert moved == before + 6 * 180_000
        assert balance() == before
        sub_accounts.hold(area_id=other.pk, amounts={account().pk: before}, source="test:1", at=AT)
        assert audit() == []
        assert town.custodies[FundKind.PUBLIC].pk in sub_accounts.balances_by_custody([account().pk])[account().pk]

    @staticmethod
    def move(building_id: int, area_id: int) -> None:
        """Building and houses in one statement, as the register demands."""
        with connection.cursor() as cursor:
            cursor.execute(
                "with b as (update estate_building set area_id = %s where id = %s)"
                " update estate_house set area_id = %s where building_id = %s",
                [area_id, building_id, area_id, building_id],
            )
