"""The selling unit's deposit: what it owes, its slip at the bank, its account in the books, and what the database refuses."""

# covers: D7

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.banking.town import AT
from tests.cast import at_once
from tests.deposits.unit_scene import (
    PRICE_FEN,
    PublicTown,
    issue_unit,
    make_public_town,
    pay_owners,
    pay_unit,
)
from upkeep.banking.actions import ask_reversal, decide_reversal, reissue_slip, void_slip
from upkeep.banking.models import PaymentOrder, PaymentOrderLine, ReceiptMode
from upkeep.banking.orders import amounts_of, order_payment
from upkeep.banking.reversals import NotReversible
from upkeep.books import audit, postings, sub_accounts
from upkeep.books.chart import FundKind
from upkeep.books.errors import NotEnoughMoney
from upkeep.books.statements import balance_sheet
from upkeep.deposits.house_list import _paid
from upkeep.deposits.models import Receipt, ReceiptState, SaleEnd, UnitSale
from upkeep.deposits.queries import live_slip
from upkeep.deposits.unit_accounts import amounts_of_sub_accounts, public_houses, standings, unit_parts_of
from upkeep.deposits.unit_deposits import Sale, UnitHasPaid, due_for, issue_unit_slips
from upkeep.estate.claims import HouseIsBusy
from upkeep.estate.kinds import BuildingKind
from upkeep.estate.models import Building, House, SellingUnitAccount
from upkeep.policy.unit_deposit_rule import UnitDepositRule

LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def scene(_django_db_helper: None) -> PublicTown:
    return make_public_town()


def the_account() -> SellingUnitAccount:
    return SellingUnitAccount.objects.select_related("building", "organisation").get()


def take_back(scene: PublicTown, number: str) -> None:
    asked = ask_reversal(number=number, reason="录错了", by=scene.town.people["other_teller"], at=LATER)
    supervisor = scene.town.people["public_supervisor"]
    decide_reversal(reversal_id=asked.pk, approve=True, serial="R1", by=supervisor, at=LATER)


class TestWhatIsOwed:
    @pytest.mark.parametrize(
        ("kind", "storeys", "price", "fen"),
        [
            (BuildingKind.LOW_RISE, None, 18_000_000, 3_600_000),
            (BuildingKind.HIGH_RISE, None, 18_000_000, 5_400_000),
            (BuildingKind.HIGH_RISE, 6, 18_000_000, 3_600_000),
            (BuildingKind.OTHER, 10, 18_000_000, 5_400_000),
            (BuildingKind.LOW_RISE, 9, 3, 1),
            (BuildingKind.LOW_RISE, 9, 2, 0),
        ],
    )
    def test_is_the_percentage_of_the_proceeds(self, kind: str, storeys: int | None, price: int, fen: int) -> None:
        building = Building(kind=kind, storeys=storeys)
        assert due_for(building, price, UnitDepositRule()).amount_fen == fen

    def test_names_price_and_rule(self) -> None:
        due = due_for(Building(kind=BuildingKind.LOW_RISE), 18_000_050, UnitDepositRule(low_rise_percent=25))
        assert due.rule == "售房单位 多层 售房款 180,000.50 元 × 25%"


class TestASlip:
    def test_stands_for_the_units_account_of_the_building(self, scene: PublicTown) -> None:
        slip = issue_unit(scene)
        assert slip.unit_account == the_account()
        assert slip.total_fen == 6 * PRICE_FEN * 20 // 100
        assert slip.payer_organisation_id == scene.unit.pk
        assert {line.rule for line in slip.lines.all()} == {"售房单位 多层 售房款 180,000.00 元 × 20%"}

    def test_leaves_the_houses_free_for_their_owners_slips(self, scene: PublicTown) -> None:
        issue_unit(scene)
        assert live_slip(scene.public[0].pk) is None
        slip = pay_owners(scene, scene.public)
        assert slip.state == "PAID"

    def test_is_refused_a_second_time_while_it_waits(self, scene: PublicTown) -> None:
        issue_unit(scene)
        with pytest.raises(HouseIsBusy, match="售房单位交款"):
            issue_unit(scene, houses=scene.public[:1])

    def test_is_refused_for_a_house_that_is_no_public_housing(self, scene: PublicTown) -> None:
        with pytest.raises(UnitHasPaid, match="不是已售公有住房"):
            issue_unit(scene, houses=scene.others)

    def test_is_issued_one_for_each_building(self, scene: PublicTown) -> None:
        House.objects.filter(pk=scene.others[0].pk).update(nature="SOLD_PUBLIC")
        houses = scene.public
        slips = issue_unit_slips(
            area=scene.town.area,
            houses=houses,
            sales={one.pk: Sale(price_fen=PRICE_FEN, received_on=AT.date()) for one in houses},
            unit=scene.unit,
            payer_phone="13900000009",
            receipt_mode=ReceiptMode.WHOLE,
            by=scene.town.people["unit"],
            at=AT,
        )
        assert sorted(slip.total_fen * 100 // (slip.house_count * PRICE_FEN) for slip in slips) == [20, 30]

    def test_is_issued_anew_for_the_same_sales(self, scene: PublicTown) -> None:
        slip = issue_unit(scene)
        void_slip(number=slip.number, reason="更换银行", by=scene.town.people["approver"], at=AT)
        fresh = reissue_slip(number=slip.number, by=scene.town.people["unit"], at=LATER)
        assert (fresh.unit_account_id, fresh.total_fen) == (slip.unit_account_id, slip.total_fen)
        pay_unit(scene, fresh)
        assert UnitSale.objects.filter(deposited_fen__isnull=False).count() == 6

    def test_lets_a_sale_be_declared_anew_once_it_is_void(self, scene: PublicTown) -> None:
        slip = issue_unit(scene)
        void_slip(number=slip.number, reason="售房款有误", by=scene.town.people["approver"], at=AT)
        house = scene.public[0]
        again = issue_unit(scene, houses=[house], prices={house.pk: 20_000_000})
        assert again.total_fen == 4_000_000
        assert UnitSale.objects.get(house=house, end=SaleEnd.REPLACED).price_fen == PRICE_FEN


class TestAPayment:
    def test_goes_to_the_units_account_and_to_no_house(self, scene: PublicTown) -> None:
        pay_owners(scene, scene.public)
        before = sub_accounts.balances([one.pk for one in scene.public])
        slip = pay_unit(scene, issue_unit(scene))
        account = the_account()
        assert sub_accounts.balances([account.pk])[account.pk].balance_fen == slip.total_fen
        assert sub_accounts.balances([one.pk for one in scene.public]) == before
        assert _paid([scene.public[0].pk])[scene.public[0].pk] == before[scene.public[0].pk].balance_fen

    def test_is_counted_in_the_public_column_and_the_audit_holds(self, scene: PublicTown) -> None:
        pay_owners(scene, scene.public)
        slip = pay_unit(scene, issue_unit(scene))
        sheet = {row.label: row for row in balance_sheet(on=AT.date())}
        owners = sum(b.balance_fen for b in sub_accounts.balances([one.pk for one in scene.public]).values())
        assert sheet["已售公有住房维修资金"].second.public_fen == owners + slip.total_fen
        assert audit.audit() == []

    def test_writes_down_each_houses_part_and_issues_the_receipt(self, scene: PublicTown) -> None:
        slip = pay_unit(scene, issue_unit(scene))
        (standing,) = standings([the_account()])
        assert (standing.houses, standing.deposited_fen, standing.available_fen) == (6, slip.total_fen, slip.total_fen)
        receipt = Receipt.objects.get(slip=slip)
        assert (receipt.payer, receipt.amount_fen) == (scene.unit.name, slip.total_fen)

    def test_is_taken_once_for_a_house(self, scene: PublicTown) -> None:
        pay_unit(scene, issue_unit(scene))
        with pytest.raises(UnitHasPaid, match="售房单位已交存"):
            issue_unit(scene, houses=scene.public[:1])

    def test_is_taken_back_on_its_day_and_waits_again(self, scene: PublicTown) -> None:
        slip = pay_unit(scene, issue_unit(scene))
        take_back(scene, slip.number)
        account = the_account()
        assert sub_accounts.balances([account.pk])[account.pk].balance_fen == 0
        assert not UnitSale.objects.filter(deposited_fen__isnull=False).exists()
        assert Receipt.objects.get(slip=slip).state == ReceiptState.VOID
        pay_unit(scene, slip, serial="U2", at=LATER)
        assert sub_accounts.balances([account.pk])[account.pk].balance_fen == slip.total_fen
        assert audit.audit() == []

    def test_stays_where_its_money_is_held(self, scene: PublicTown) -> None:
        slip = pay_unit(scene, issue_unit(scene))
        sub_accounts.hold(area_id=scene.town.area.pk, amounts={the_account().pk: 1}, source="test:1", at=AT)
        with pytest.raises(NotReversible, match="已使用或冻结"):
            take_back(scene, slip.number)

    @pytest.mark.commits
    def test_is_booked_once_when_two_tellers_confirm(self, scene: PublicTown) -> None:
        slip = issue_unit(scene)
        works: list[Callable[[], object]] = [
            lambda: pay_unit(scene, slip, serial="A"),
            lambda: pay_unit(scene, slip, serial="B"),
        ]
        answers = at_once(*works)
        assert sum(isinstance(one, Exception) for one in answers) == 1
        account = the_account()
        assert sub_accounts.balances([account.pk])[account.pk].balance_fen == slip.total_fen


class TestTheDatabase:
    def test_refuses_a_second_part_of_a_house(self, scene: PublicTown) -> None:
        pay_unit(scene, issue_unit(scene))
        sale = UnitSale.objects.first()
        assert sale is not None
        with pytest.raises(IntegrityError, match="house_has_one_open_unit_sale"), transaction.atomic():
            UnitSale.objects.create(
                account=sale.account,
                house=sale.house,
                price_fen=1_000,
                received_on=AT.date(),
                declared_at=AT,
            )

    def test_refuses_a_part_that_no_slip_brought_in(self, scene: PublicTown) -> None:
        issue_unit(scene)
        with pytest.raises(IntegrityError, match="no slip has brought in"), transaction.atomic():
            UnitSale.objects.update(deposited_fen=1, deposited_on=AT.date())

    def test_refuses_to_make_a_part_unpaid_without_a_reversal(self, scene: PublicTown) -> None:
        pay_unit(scene, issue_unit(scene))
        with pytest.raises(IntegrityError, match="its part is deposited"), transaction.atomic():
            UnitSale.objects.update(deposited_fen=None, deposited_on=None, slip=None)

    def test_refuses_to_change_what_was_declared(self, scene: PublicTown) -> None:
        issue_unit(scene)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            UnitSale.objects.update(price_fen=1)

    def test_refuses_an_account_with_the_id_of_a_house(self, scene: PublicTown) -> None:
        house = scene.public[0]
        with pytest.raises(IntegrityError, match="id of a house"), transaction.atomic():
            SellingUnitAccount.objects.create(
                id=house.pk, organisation=scene.unit, building=house.building, opened_at=AT
            )

    def test_refuses_a_house_with_the_id_of_an_account(self, scene: PublicTown) -> None:
        issue_unit(scene)
        house = scene.public[0]
        house.pk, house.room = the_account().pk, "909"
        with pytest.raises(IntegrityError, match="selling unit's account"), transaction.atomic():
            house.save(force_insert=True)

    def test_refuses_an_account_of_a_developer(self, scene: PublicTown) -> None:
        with pytest.raises(IntegrityError, match="sells no public housing"), transaction.atomic():
            SellingUnitAccount.objects.create(
                organisation=scene.town.developer, building=scene.public[0].building, opened_at=AT
            )

    def test_refuses_to_pay_out_what_is_held(self, scene: PublicTown) -> None:
        slip = pay_unit(scene, issue_unit(scene))
        account = the_account()
        sub_accounts.hold(area_id=scene.town.area.pk, amounts={account.pk: slip.total_fen}, source="test:1", at=AT)
        with pytest.raises(NotEnoughMoney) as refused:
            sub_accounts.hold(area_id=scene.town.area.pk, amounts={account.pk: 1}, source="test:2", at=AT)
        assert refused.value.short == {account.pk: 1}


class TestWhatStandsBehindAPublicHouse:
    def test_is_the_account_with_what_owner_and_unit_paid_in(self, scene: PublicTown) -> None:
        pay_owners(scene, scene.public)
        pay_unit(scene, issue_unit(scene))
        found = public_houses([one.pk for one in scene.town.houses])
        assert found.keys() == {one.pk for one in scene.public}
        assert {one.unit_deposit_fen for one in found.values()} == {PRICE_FEN // 5}
        assert {one.owner_deposit_fen for one in found.values()} == {1_500_00 * 60 * 2 // 100}

    def test_bears_its_part_of_each_share(self, scene: PublicTown) -> None:
        pay_owners(scene, scene.public)
        pay_unit(scene, issue_unit(scene))
        owner, unit = 180_000, 3_600_000
        shares = {one.pk: 100_000 for one in scene.town.houses}
        parts = unit_parts_of(shares)
        whole = 6 * 100_000
        assert sum(parts.values()) == (whole * unit + (owner + unit) // 2) // (owner + unit)
        assert [parts[one.pk] for one in scene.others] == [0, 0]

    def test_is_nothing_while_the_units_slip_waits(self, scene: PublicTown) -> None:
        issue_unit(scene)
        assert public_houses([one.pk for one in scene.public]) == {}


class TestAPaymentOrder:
    @pytest.fixture
    def amounts(self, scene: PublicTown) -> dict[int, int]:
        """A cost of 6,000 yuan over the public houses, divided between them and the unit's account."""
        pay_owners(scene, scene.public)
        pay_unit(scene, issue_unit(scene))
        shares = {one.pk: 100_000 for one in scene.public}
        return amounts_of_sub_accounts(shares, unit_parts_of(shares))

    def order(self, scene: PublicTown, amounts: dict[int, int]) -> PaymentOrder:
        return order_payment(
            purpose="repair",
            reference="test:1",
            jurisdiction_id=scene.town.area.jurisdiction_id,
            area_id=scene.town.area.pk,
            custody_id=scene.town.custodies[FundKind.PUBLIC].pk,
            amounts=amounts,
            payee_name="江城市防水工程公司",
            payee_bank="江城银行",
            payee_account="6222000011112222",
            by=scene.town.people["approver"],
            at=AT,
        )

    def test_carries_the_units_amount_beside_the_houses(self, scene: PublicTown, amounts: dict[int, int]) -> None:
        order = self.order(scene, amounts)
        assert (order.amount_fen, order.house_count) == (600_000, 6)
        assert amounts_of(order) == amounts
        unit = PaymentOrderLine.objects.get(order=order, house=None)
        assert unit.holder == "1栋 售房单位分账（江城市房管所）"

    def test_may_be_borne_by_the_unit_alone(self, scene: PublicTown, amounts: dict[int, int]) -> None:
        account = the_account()
        order = self.order(scene, {account.pk: 700})
        assert (order.amount_fen, order.house_count, amounts_of(order)) == (700, 0, {account.pk: 700})

    def test_is_held_and_booked_like_the_houses_amounts(self, scene: PublicTown, amounts: dict[int, int]) -> None:
        area_id, account = scene.town.area.pk, the_account()
        before = sub_accounts.available([account.pk])[account.pk]
        sub_accounts.hold(area_id=area_id, amounts=amounts, source="test:1", at=AT)
        assert sub_accounts.available([account.pk])[account.pk] == before - amounts[account.pk]
        sub_accounts.release(area_id=area_id, source="test:1", at=AT)
        postings.repair_paid(
            area_id=area_id,
            custody_id=scene.town.custodies[FundKind.PUBLIC].pk,
            fund_kind=FundKind.PUBLIC,
            amounts=amounts_of(self.order(scene, amounts)),
            source="test:1",
            booked_on=AT.date(),
        )
        assert sub_accounts.balances([account.pk])[account.pk].balance_fen == before - amounts[account.pk]
        assert audit.audit() == []

    def test_line_is_of_a_house_or_an_account_and_never_of_both(
        self, scene: PublicTown, amounts: dict[int, int]
    ) -> None:
        order = self.order(scene, amounts)
        with pytest.raises(IntegrityError, match="order_line_is_of_one_sub_account"), transaction.atomic():
            PaymentOrderLine.objects.create(
                order=order, house=scene.others[0], unit_account=the_account(), amount_fen=1
            )
