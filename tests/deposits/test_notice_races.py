"""Two people at one notice at the same moment: real connections, real commits.

# covers: D1 D2 F2
"""

import datetime as dt

import pytest

from tests.banking.town import AT, Town, confirm, issue, make_town
from tests.cast import at_once
from tests.procedures.test_printed_notice import filled, submit
from upkeep.banking.actions import confirm_slip, expire_slips
from upkeep.banking.models import BankSerial, PaySlip
from upkeep.banking.slips import SlipClosed
from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.deposits.actions import reissue_slip, void_slip
from upkeep.estate.claims import HouseIsBusy
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import Refusal

pytestmark = pytest.mark.commits

LATE = AT + dt.timedelta(days=31)


def balance(town: Town) -> int:
    """What lies in the sub-accounts of all houses together, in fen."""
    return sum(one.balance_fen for one in sub_accounts.balances([house.pk for house in town.houses]).values())


class TestTwoAtOnce:
    def test_hand_in_notices_for_one_house_and_one_is_told_that_it_is_taken(self) -> None:
        town = make_town()
        first, second = filled(town), filled(town)

        answers = at_once(lambda: submit(town, first), lambda: submit(town, second))

        (lost,) = [answer for answer in answers if isinstance(answer, Refusal)]
        assert isinstance(lost, HouseIsBusy) and "有待交的交款通知单" in str(lost)
        assert len([answer for answer in answers if isinstance(answer, Case)]) == 1
        assert PaySlip.objects.count() == HouseClaim.objects.count() == 6

    def test_issue_one_slip_anew_once(self) -> None:
        town = make_town()
        old = issue(town)
        void_slip(number=old.number, reason="选错", by=town.people["developer"], at=AT)

        answers = at_once(
            *[lambda: reissue_slip(number=old.number, by=town.people["developer"], at=AT) for _ in range(2)]
        )

        (lost,) = [answer for answer in answers if isinstance(answer, Refusal)]
        assert isinstance(lost, SlipClosed) and "已重新开具为" in str(lost)
        assert PaySlip.objects.filter(replaces=old).count() == 1

    @pytest.mark.parametrize("turn", range(3))
    def test_make_it_void_and_confirm_it_and_one_of_them_holds(self, turn: int) -> None:
        town = make_town()
        slip = issue(town)

        answers = at_once(
            lambda: confirm(town, slip),
            lambda: void_slip(number=slip.number, reason="选错", by=town.people["developer"], at=AT),
        )

        slip.refresh_from_db()
        (lost,) = [answer for answer in answers if isinstance(answer, Refusal)]
        assert isinstance(lost, SlipClosed)
        assert ("作废（选错）" if slip.state == "VOID" else "已交，不能作废") in str(lost)
        assert balance(town) == (slip.total_fen if slip.state == "PAID" else 0)
        assert BankSerial.objects.count() == (1 if slip.state == "PAID" else 0)
        assert not HouseClaim.objects.exists()

    @pytest.mark.parametrize("turn", range(3))
    def test_confirm_on_the_last_day_and_expire_at_midnight_and_the_money_is_booked_or_refused(
        self, turn: int
    ) -> None:
        town = make_town()
        slip = issue(town)
        last = AT + dt.timedelta(days=30)

        answers = at_once(
            lambda: confirm_slip(
                number=slip.number, amount_fen=slip.total_fen, serial="S1", by=town.people["teller"], at=last
            ),
            lambda: expire_slips(on=LATE.date(), at=LATE),
        )

        slip.refresh_from_db()
        assert slip.state in ("PAID", "EXPIRED")
        assert balance(town) == (slip.total_fen if slip.state == "PAID" else 0)
        assert answers[1] == (0 if slip.state == "PAID" else 1)
        assert isinstance(answers[0], PaySlip if slip.state == "PAID" else SlipClosed)
        assert not HouseClaim.objects.exists()

    def test_issue_it_anew_and_pay_the_expired_one_and_only_the_new_one_can_be_paid(self) -> None:
        town = make_town()
        old = issue(town)

        answers = at_once(
            lambda: reissue_slip(number=old.number, by=town.people["developer"], at=LATE),
            lambda: confirm_slip(
                number=old.number, amount_fen=old.total_fen, serial="S1", by=town.people["teller"], at=LATE
            ),
        )

        assert isinstance(answers[0], PaySlip) and isinstance(answers[1], SlipClosed)
        assert sorted(PaySlip.objects.values_list("state", flat=True)) == ["EXPIRED", "WAITING"]
        assert balance(town) == 0
