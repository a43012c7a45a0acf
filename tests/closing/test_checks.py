"""What other parts of the books have to say to a close: vouchers by hand, and the bank's statements.

# covers: F7
"""

import datetime as dt

import pytest

from tests.cast import AT
from tests.closing.scene import Scene, make_scene
from tests.staging import staged
from upkeep.accounting import manual
from upkeep.accounting.manual import NewLine, Written
from upkeep.closing import closing_cases
from upkeep.closing.checks import Answer
from upkeep.closing.controls import Control, books_on, controls_of
from upkeep.closing.periods import Period
from upkeep.ledger import api as ledger
from upkeep.reconciliation.models import Channel
from upkeep.reconciliation.receiving import receive

pytestmark = pytest.mark.django_db
scene = staged(make_scene)
OCTOBER = Period(2026, 10)


def answer(scene: Scene, code: str) -> Answer:
    found = closing_cases.checklist(city_id=scene.city_id, period=OCTOBER, at=AT)
    return next(one for one in found if one.code == code)


def bank_control(scene: Scene) -> Control:
    books = books_on(jurisdiction_id=scene.city_id, book_ids=scene.books, on=OCTOBER.last)
    return next(one for one in controls_of(books) if one.code == "C7")


def bank_fen(scene: Scene) -> int:
    totals = ledger.totals(first=dt.date(2000, 1, 1), last=OCTOBER.last, custody_ids=[scene.custody.pk])
    return sum(one.closing_fen for one in totals if one.code == "1001")


def send_statement(scene: Scene, day: dt.date, fen: int) -> None:
    receive(
        custody_id=scene.custody.pk, day=day, opening_fen=fen, closing_fen=fen, lines=[], channel=Channel.FILE, at=AT
    )


class TestAVoucherByHand:
    @pytest.mark.parametrize(("day", "forbids"), [(dt.date(2026, 10, 31), True), (dt.date(2026, 11, 1), False)])
    def test_that_waits_for_the_month_forbids_its_close(self, scene: Scene, day: dt.date, forbids: bool) -> None:
        assert answer(scene, "vouchers").found is None
        lines = [NewLine(code="1001", debit_fen=5), NewLine(code="4901", credit_fen=5)]
        written = Written(custody_id=scene.custody.pk, area_id=None, booked_on=day, summary="补记收入", lines=lines)
        voucher = manual.draft(written, by=scene.accountant, at=AT)
        assert not answer(scene, "vouchers").forbids
        manual.submit(voucher.pk, by=scene.accountant, at=AT)
        assert answer(scene, "vouchers").forbids is forbids


class TestTheBanksStatements:
    def test_of_the_month_that_are_missing_ask_for_an_explanation(self, scene: Scene) -> None:
        assert answer(scene, "bank_statements").found is None  # no statement was ever sent: nothing is missing
        send_statement(scene, dt.date(2026, 10, 29), bank_fen(scene))
        found = answer(scene, "bank_statements").found
        assert found is not None and "缺 2 天的对账单" in found.text
        send_statement(scene, dt.date(2026, 10, 30), bank_fen(scene))
        send_statement(scene, dt.date(2026, 10, 31), bank_fen(scene))
        assert answer(scene, "bank_statements").found is None

    def test_of_the_last_day_stand_beside_the_books(self, scene: Scene) -> None:
        nothing = bank_control(scene)
        assert nothing.holds and not nothing.is_compared and not any(row.is_compared for row in nothing.rows)
        send_statement(scene, OCTOBER.last, bank_fen(scene))
        (row,) = [one for one in bank_control(scene).rows if one.is_compared]
        assert row.holds and row.left_fen == row.right_fen == bank_fen(scene)

    def test_that_differ_from_the_books_are_named_with_the_difference(self, scene: Scene) -> None:
        send_statement(scene, OCTOBER.last, bank_fen(scene) - 300)
        (row,) = [one for one in bank_control(scene).rows if one.is_compared]
        assert not row.holds and row.off_fen == 300
        found = answer(scene, "bank_statements").found
        assert found is not None and "相差 3.00 元" in found.text
