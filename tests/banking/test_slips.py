"""Pay slips at the bank counter, one teller at a time.

# covers: F2
"""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.banking.town import AT, Town, bank, confirm, issue, make_town, new_house, person
from tests.staging import staged
from upkeep.banking.actions import confirm_slip, expire_slips, void_slip
from upkeep.banking.counter import UnknownPaper, WrongAmount, WrongBank
from upkeep.banking.models import BankSerial, PaySlip, PaySlipLine, ReceiptMode, SlipState
from upkeep.banking.serials import SerialUsed
from upkeep.banking.slips import SlipClosed
from upkeep.books import sub_accounts
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.deposits.models import Receipt
from upkeep.estate.claims import HouseIsBusy
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.numbers import make_number
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db


town = staged(make_town)


class TestSlip:
    def test_adds_up_to_its_houses_and_names_the_rule(self, town: Town) -> None:
        slip = issue(town)

        assert slip.total_fen == 6 * 885_330  # 98.37 m² × 90 yuan
        assert set(slip.lines.values_list("amount_fen", "rule")) == {(885_330, "有电梯 90.00 元/㎡")}
        assert slip.expires_on == dt.date(2026, 12, 20)

    def test_is_refused_for_a_house_with_a_live_slip_and_names_it(self, town: Town) -> None:
        issue(town, count=1)

        with pytest.raises(HouseIsBusy, match="1栋1单元 301有待交的交款通知单"):
            issue(town)

        assert PaySlip.objects.count() == 1

    def test_moves_the_money_when_the_bank_confirms(self, town: Town) -> None:
        slip = confirm(town, issue(town))

        assert (slip.state, slip.closed_by_name, slip.booked_on) == ("PAID", "钱柜员", dt.date(2026, 11, 20))
        assert {b.balance_fen for b in sub_accounts.balances([h.pk for h in town.houses]).values()} == {885_330}
        assert {house.first_deposit_due_fen for house in town.houses} == {885_330}
        assert not HouseClaim.objects.exists()

    def test_confirmed_again_under_the_same_serial_changes_nothing(self, town: Town) -> None:
        slip = issue(town)

        first, again = confirm(town, slip), confirm(town, slip)

        assert (again.pk, again.closed_at) == (first.pk, first.closed_at)
        assert sub_accounts.balances([town.houses[0].pk])[town.houses[0].pk].balance_fen == 885_330
        assert Receipt.objects.count() == 1

    def test_confirmed_again_under_another_serial_says_who_was_quicker(self, town: Town) -> None:
        slip = issue(town)
        confirm(town, slip)

        with pytest.raises(SlipClosed, match="已由钱柜员于 2026-11-20 10:30 确认收款"):
            confirm(town, slip, serial="S2", who="teller2")

    def test_is_not_confirmed_with_a_serial_used_before(self, town: Town) -> None:
        first, second = issue(town, count=1), None
        confirm(town, first)
        (second,) = issue_deposit_slips(
            area=town.area,
            houses=town.houses[1:],
            payer_name="江南置业有限公司",
            payer_phone="",
            receipt_mode=ReceiptMode.WHOLE,
            by=town.people["developer"],
            at=AT,
        )

        with pytest.raises(SerialUsed, match=f"已用于单据 {first.number} 的收款确认"):
            confirm(town, second)

        second.refresh_from_db()
        assert second.state == SlipState.WAITING

    def test_is_refused_with_another_amount(self, town: Town) -> None:
        slip = issue(town)

        with pytest.raises(WrongAmount, match=r"通知单金额 53,119.80 元，录入 53,119.79 元"):
            confirm(town, slip, amount_fen=slip.total_fen - 1)

        assert not BankSerial.objects.exists()

    def test_is_refused_without_a_serial(self, town: Town) -> None:
        with pytest.raises(HasProblems, match="请填写银行流水号"):
            confirm(town, issue(town), serial=" 　")

    def test_is_refused_at_another_bank_which_learns_where_to_go(self, town: Town) -> None:
        with pytest.raises(WrongBank, match="专户开在建设银行江城分行"):
            confirm(town, issue(town), who="other_teller")

    def test_does_not_exist_for_a_teller_of_another_city(self, town: Town) -> None:
        slip, nobody = issue(town), make_number("JK", dt.date(2026, 11, 20), 99)
        city = add_jurisdiction(code="620100", slug="lan", name="兰城市", office_name="兰城市中心")
        town.people["stranger"] = person(
            username="x1", name="外地柜员", role=Role.TELLER, city=city, organisation=bank(city, "兰城银行", "LAN")
        )

        with pytest.raises(UnknownPaper) as there:
            confirm(town, slip, who="stranger")
        with pytest.raises(UnknownPaper) as absent:
            confirm_slip(number=nobody, amount_fen=1, serial="S1", by=town.people["stranger"], at=AT)

        assert str(there.value).replace(slip.number, "#") == str(absent.value).replace(nobody, "#")

    def test_is_confirmed_by_tellers_only(self, town: Town) -> None:
        with pytest.raises(UnknownPaper, match="须由专户银行的柜员办理"):
            confirm(town, issue(town), who="accountant")

    def test_number_typed_wrong_is_told_before_anything_is_looked_up(self, town: Town) -> None:
        with pytest.raises(UnknownPaper, match="请对照纸面核对"):
            confirm_slip(number="JK202611200000011", amount_fen=1, serial="S1", by=town.people["teller"], at=AT)

    def test_made_void_frees_its_houses_and_takes_no_money(self, town: Town) -> None:
        slip = issue(town)
        void_slip(number=slip.number, reason="房屋选错", by=town.people["developer"], at=AT)

        with pytest.raises(SlipClosed, match=r"作废（房屋选错）.*重新办理"):
            confirm(town, slip)
        assert issue(town).number != slip.number

    def test_is_not_made_void_without_a_reason_or_after_payment(self, town: Town) -> None:
        slip = issue(town)
        with pytest.raises(HasProblems):
            void_slip(number=slip.number, reason=" ", by=town.people["developer"], at=AT)
        confirm(town, slip)

        with pytest.raises(SlipClosed, match="已交，不能作废"):
            void_slip(number=slip.number, reason="选错", by=town.people["developer"], at=AT)

    def test_past_its_last_day_takes_no_money_even_before_it_is_closed(self, town: Town) -> None:
        slip, late = issue(town), AT + dt.timedelta(days=31)

        with pytest.raises(SlipClosed, match="有效期至 2026-12-20，已过期"):
            confirm_slip(number=slip.number, amount_fen=slip.total_fen, serial="S1", by=town.people["teller"], at=late)

    def test_on_its_last_day_still_takes_money(self, town: Town) -> None:
        slip, last = issue(town), AT + dt.timedelta(days=30)

        paid = confirm_slip(
            number=slip.number, amount_fen=slip.total_fen, serial="S1", by=town.people["teller"], at=last
        )

        assert paid.state == SlipState.PAID

    def test_expires_the_day_after_and_frees_its_houses(self, town: Town) -> None:
        slip = issue(town)

        assert expire_slips(on=dt.date(2026, 12, 20), at=AT) == 0
        assert expire_slips(on=dt.date(2026, 12, 21), at=AT) == 1

        slip.refresh_from_db()
        assert slip.state == SlipState.EXPIRED
        assert not HouseClaim.objects.exists()

    def test_of_5000_houses_is_issued_and_confirmed_in_few_queries(self) -> None:
        houses = [new_house(unit=f"{n // 100}单元", floor=n % 100 + 1, room=str(n)) for n in range(5_000)]
        town = make_town(houses=houses)
        chosen = town.houses

        with CaptureQueriesContext(connection) as issuing:
            slip = issue(town, houses=chosen, mode=ReceiptMode.PER_HOUSE)
        with CaptureQueriesContext(connection) as confirming:
            confirm(town, slip)

        assert slip.house_count == 5_000
        assert Receipt.objects.filter(slip=slip).count() == 5_000
        assert len(issuing) <= 25
        assert len(confirming) <= 54


class TestSlipGuards:
    """What the database refuses whoever asks."""

    def refuses(self, sql: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.execute("set constraints all immediate")

    def test_refuse_a_line_added_after_issue(self, town: Town) -> None:
        slip = issue(town, count=2)

        with pytest.raises(DatabaseError, match="exceed its total"), transaction.atomic():
            PaySlipLine.objects.create(slip=slip, house=town.houses[3], area_dm2=1, rule="x", amount_fen=1)

    def test_refuse_lines_that_do_not_add_up(self, town: Town) -> None:
        slip = issue(town, count=1)
        values = {field.attname: getattr(slip, field.attname) for field in PaySlip._meta.concrete_fields}

        with pytest.raises(DatabaseError, match="sum up to"), transaction.atomic():
            other = PaySlip.objects.create(**(values | {"id": 1, "number": "JK9", "total_fen": 3, "house_count": 1}))
            PaySlipLine.objects.create(slip=other, house=town.houses[3], area_dm2=1, rule="x", amount_fen=2)
            with connection.cursor() as cursor:
                cursor.execute("set constraints all immediate")

    def test_refuse_to_change_or_delete_lines(self, town: Town) -> None:
        issue(town)

        self.refuses("update banking_payslipline set amount_fen = amount_fen + 1")
        self.refuses("delete from banking_payslipline")

    def test_refuse_another_amount_payer_or_area(self, town: Town) -> None:
        issue(town)

        self.refuses("update banking_payslip set total_fen = total_fen + 1")
        self.refuses("update banking_payslip set payer_name = '他人'")
        self.refuses("delete from banking_payslip")

    def test_refuse_a_second_life_for_a_paid_slip(self, town: Town) -> None:
        confirm(town, issue(town))

        self.refuses("update banking_payslip set state='WAITING', closed_at=null, booked_on=null, bank_serial_id=null")
        self.refuses("delete from banking_bankserial")

    def test_refuse_a_paid_slip_without_a_serial(self, town: Town) -> None:
        issue(town)

        self.refuses("update banking_payslip set state = 'PAID', closed_at = now(), booked_on = '2026-11-20'")
