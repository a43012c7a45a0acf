"""Two people at once: real connections, real commits.

# covers: F2 D9
"""

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import connections
from django.db.models import Max, Min

from tests.banking.town import AT, confirm, issue, make_town, new_house, person
from upkeep.banking.actions import ask_reversal, decide_reversal
from upkeep.banking.models import BankReversal, BankSerial, PaySlip, ReceiptMode
from upkeep.banking.reversals import NotReversible
from upkeep.banking.serials import SerialUsed
from upkeep.banking.slips import SlipClosed
from upkeep.books import sub_accounts
from upkeep.deposits.models import Receipt, ReceiptBook
from upkeep.estate.claims import HouseIsBusy
from upkeep.parties.roles import Role

pytestmark = pytest.mark.commits


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gave back or raised, all begun at the same moment."""
    barrier, answers = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = work()  # type: ignore[call-overload]
        except Exception as refused:
            answers[place] = refused  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return list(answers)


def of_kind(answers: Sequence[object], kind: type) -> list[object]:
    return [answer for answer in answers if isinstance(answer, kind)]


class TestTwoTellersAtOnce:
    def test_confirm_one_slip_once_and_the_loser_is_told_who_won(self) -> None:
        town = make_town()
        slip, houses = issue(town), [house.pk for house in town.houses]

        answers = at_once(
            lambda: confirm(town, slip, serial="A1", who="teller"),
            lambda: confirm(town, slip, serial="A2", who="teller2"),
        )

        (lost,) = of_kind(answers, SlipClosed)
        assert len(of_kind(answers, PaySlip)) == 1
        assert "确认收款，请勿重复收款" in str(lost)
        assert {b.balance_fen for b in sub_accounts.balances(houses).values()} == {885_330}
        assert BankSerial.objects.count() == Receipt.objects.count() == 1

    def test_with_one_serial_confirm_one_of_two_slips(self) -> None:
        town = make_town()
        first, second = issue(town, houses=town.houses[:3]), issue(town, houses=town.houses[3:])

        answers = at_once(lambda: confirm(town, first), lambda: confirm(town, second, who="teller2"))

        assert len(of_kind(answers, PaySlip)) == len(of_kind(answers, SerialUsed)) == 1
        assert sorted(PaySlip.objects.values_list("state", flat=True)) == ["PAID", "WAITING"]

    def test_sending_the_same_confirmation_twice_get_the_same_answer(self) -> None:
        town = make_town()
        slip = issue(town)

        answers = at_once(lambda: confirm(town, slip), lambda: confirm(town, slip))

        assert len(of_kind(answers, PaySlip)) == 2
        assert BankSerial.objects.count() == 1


class TestTwoSupervisorsAtOnce:
    def test_take_a_payment_back_once(self) -> None:
        town = make_town()
        houses = [house.pk for house in town.houses]
        slip = confirm(town, issue(town))
        second = person(
            username="s2", name="陈复核", role=Role.TELLER_SUPERVISOR, city=town.city, organisation=town.banks[0]
        )
        asked = ask_reversal(number=slip.number, reason="录错", by=town.people["teller"], at=AT)

        answers = at_once(
            *(
                lambda by=by, n=n: decide_reversal(reversal_id=asked.pk, approve=True, serial=f"CZ{n}", by=by, at=AT)
                for n, by in enumerate((town.people["supervisor"], second))
            )
        )

        assert len(of_kind(answers, BankReversal)) == len(of_kind(answers, NotReversible)) == 1
        assert {b.balance_fen for b in sub_accounts.balances(houses).values()} == {0}
        assert PaySlip.objects.get().payment_no == 2

    def test_and_a_teller_ask_once_and_confirm_again_once(self) -> None:
        town = make_town()
        slip = confirm(town, issue(town))

        answers = at_once(
            *(
                lambda who=who: ask_reversal(number=slip.number, reason="录错", by=town.people[who], at=AT)
                for who in ("teller", "teller2")
            )
        )

        assert len(of_kind(answers, BankReversal)) == len(of_kind(answers, NotReversible)) == 1


class TestTwoDevelopersAtOnce:
    def test_get_one_live_slip_for_a_house(self) -> None:
        town = make_town()
        houses = town.houses

        answers = at_once(lambda: issue(town, houses=houses[:4]), lambda: issue(town, houses=houses[3:]))

        assert len(of_kind(answers, PaySlip)) == len(of_kind(answers, HouseIsBusy)) == 1
        assert PaySlip.objects.count() == 1


class TestReceiptNumbers:
    def test_have_no_gaps_when_many_confirm_and_some_fail(self) -> None:
        town = make_town(houses=[new_house(floor=n + 1, room=str(n)) for n in range(12)])
        houses = town.houses
        slips = [issue(town, houses=houses[n : n + 2], mode=ReceiptMode.PER_HOUSE) for n in range(0, 12, 2)]

        answers = at_once(
            *(lambda slip=slip, n=n: confirm(town, slip, serial=f"R{n // 2}") for n, slip in enumerate(slips))
        )

        paid = len(of_kind(answers, PaySlip))
        numbers = Receipt.objects.aggregate(least=Min("number"), most=Max("number"))
        assert (paid, len(of_kind(answers, SerialUsed))) == (3, 3)
        assert (numbers["least"], numbers["most"], Receipt.objects.count()) == (1, 6, 6)
        assert ReceiptBook.objects.get().next == 7
