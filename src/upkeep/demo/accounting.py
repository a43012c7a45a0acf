"""The accountant's desk: vouchers by hand in every state, numbered vouchers, and a table of balances with mistakes in it."""

import datetime as dt

from upkeep.accounting import manual, openings
from upkeep.accounting.manual import NewLine, Written
from upkeep.accounting.models import Opening
from upkeep.accounting.opening_rows import COLUMNS
from upkeep.accounting.openings import BankTotal
from upkeep.banking.custody_books import books_of, custodies_of
from upkeep.books.chart import BANK, OTHER_EXPENSE, OTHER_INCOME, FundKind
from upkeep.books.vouchers import number_vouchers
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.estate.models import House


class _Silent:
    """Nobody watches the demo being loaded."""

    def begin(self, total: int, note: str = "") -> None:
        """Nothing is shown."""

    def advance(self, count: int = 1) -> None:
        """Nothing is shown."""

    def note(self, text: str) -> None:
        """Nothing is shown."""


def keep_books(city: City, one: Filled, *, today: dt.date) -> int:
    """Vouchers by hand in the book of the 商品住宅 custody account; answers with the number of vouchers that have numbers."""
    accountant, approver = city.actor("demo-accountant"), city.actor("demo-approver")
    custodies = list(custodies_of(city.jurisdiction.pk))
    custody = next(row for row in custodies if row.fund_kind == FundKind.COMMODITY)

    def written(summary: str, debit: str, credit: str, fen: int, day: dt.date) -> Written:
        lines = [NewLine(code=debit, debit_fen=fen), NewLine(code=credit, credit_fen=fen)]
        return Written(custody_id=custody.pk, area_id=None, booked_on=day, summary=summary, lines=lines, attachments=1)

    booked = []
    for days, summary, debit, credit, fen in (
        (52, "收到专户银行服务质量补偿款", BANK, OTHER_INCOME, 2_600_00),
        (33, "补记上季度账户管理费", OTHER_EXPENSE, BANK, 180_00),
        (20, "收到退回的票据工本费", BANK, OTHER_INCOME, 96_50),
    ):
        day = today - dt.timedelta(days=days)
        voucher = manual.draft(written(summary, debit, credit, fen, day), by=accountant, at=moment(day, 10, 5))
        manual.submit(voucher.pk, by=accountant, at=moment(day, 10, 20))
        booked.append(manual.approve(voucher.pk, by=approver, at=moment(day, 15, 40)))
    back = today - dt.timedelta(days=12)
    reversal = manual.ask_reversal(
        booked[1].pk, reason="银行已另行冲正该笔费用", booked_on=back, by=accountant, at=moment(back, 9, 30)
    )
    manual.approve(reversal.pk, by=approver, at=moment(back, 11, 0))
    day = today - dt.timedelta(days=2)
    returned = manual.draft(written("补记短信通知费", OTHER_EXPENSE, BANK, 312_00, day), by=accountant, at=moment(day))
    manual.submit(returned.pk, by=accountant, at=moment(day, 11, 0))
    manual.send_back(returned.pk, reason="请附银行扣费回单", by=approver, at=moment(day, 16, 0))
    day = today - dt.timedelta(days=1)
    waiting = manual.draft(
        written("更正上月手续费差额", OTHER_EXPENSE, BANK, 15_00, day), by=accountant, at=moment(day)
    )
    manual.submit(waiting.pk, by=accountant, at=moment(day, 10, 0))
    manual.draft(written("收到网银服务费返还", BANK, OTHER_INCOME, 40_00, today), by=accountant, at=moment(today))
    _hand_in_mistakes(city, one, custody_id=custody.pk, number=custody.number, today=today)
    return number_vouchers(
        book_ids=books_of(city.jurisdiction.pk), since=today - dt.timedelta(days=2000), through=back
    )


def _hand_in_mistakes(city: City, one: Filled, *, custody_id: int, number: str, today: dt.date) -> Opening:
    """What an accountant meets on his first try: a table with a few mistakes, all told at once."""
    houses = list(House.objects.select_related("area", "building").filter(area=one.area).order_by("pk")[:6])
    rows = [["", house.area.name, house.building.name, house.unit, house.room, number, "8650.00"] for house in houses]
    rows[1][5] = number[:-1]
    rows[2][6] = "八千元"
    rows[3][4] = "2502"
    rows.append(list(rows[0]))
    text = "\r\n".join(",".join(row) for row in [list(COLUMNS.values()), *rows])
    day = today - dt.timedelta(days=6)
    opening = openings.hand_in(
        file_name="江城市期初余额（试算）.csv",
        chunks=[text.encode("gb18030")],
        opened_on=day,
        totals={custody_id: BankTotal(bank_fen=51_900_00)},
        by=city.actor("demo-accountant"),
        at=moment(day, 14, 10),
    )
    return openings.read(opening.pk, progress=_Silent())
