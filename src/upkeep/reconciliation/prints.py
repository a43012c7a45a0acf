"""银行存款余额调节表 as a PDF, kept as it stood when it was printed."""

import datetime as dt
from collections.abc import Sequence

from upkeep.casework.numbering import next_number
from upkeep.kernel.dates import day_of
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.parts import Fact, Table
from upkeep.printing.forms.reconciling import BalanceAdjustment
from upkeep.printing.models import KeptPrint
from upkeep.reconciliation.adjustment import Adjustment
from upkeep.reconciliation.models import BankLine, BookMovement
from upkeep.reconciliation.wording import what_it_is

PREFIX = "TJ"


def subject_of(custody_id: int, day: dt.date) -> str:
    """Under which the prints of a day's table are kept; each is as it stood then."""
    return f"adjustment:{custody_id}:{day:%Y%m%d}"


def keep_adjustment(found: Adjustment, *, by: Actor, at: dt.datetime) -> KeptPrint:
    """Print the table as it stands now and keep it under a number of its own."""
    custody = found.custody
    city = city_of(jurisdiction_id=custody.jurisdiction_id)
    document = Document(
        form="balance_adjustment",
        title="银行存款余额调节表",
        number=next_number(PREFIX, on=day_of(at)),
        subject=subject_of(custody.pk, found.day),
        issuer=city.office_name if city else "",
        city=city.slug if city else "",
        data=BalanceAdjustment(
            facts=(
                Fact("户名", custody.name, wide=True),
                Fact("账号", custody.number),
                Fact("开户行", custody.opening_bank),
            ),
            day_on=found.day,
            balances=_balances(found),
            items=tuple(_items(found)),
            remark=remark_of(found),
            printed_for=by.name,
        ),
    )
    return printing.keep(document, by_id=by.user_id, at=at)


def remark_of(found: Adjustment) -> str:
    """One sentence on whether the table is even, and if not, since when."""
    if found.is_even:
        return "调节后双方余额相符。"
    if found.difference_fen == found.before_fen:
        return (
            f"调节后账面余额与银行余额相差 {yuan(found.difference_fen)} 元，"
            f"系 {found.since} 第一份对账单之前已有的差额，请核对启用对账以前的账目。"
        )
    return f"调节后账面余额与银行余额相差 {yuan(found.difference_fen)} 元，请核对。"


def _balances(found: Adjustment) -> Table:
    def total(items: Sequence[BankLine] | Sequence[BookMovement]) -> str:
        return yuan(abs(sum(one.fen for one in items)))

    rows = (
        ("账面银行存款余额", yuan(found.book_fen), "银行对账单余额", yuan(found.bank_fen)),
        ("加：银行已收、我方未收", total(found.bank_received), "加：我方已收、银行未收", total(found.we_received)),
        ("减：银行已付、我方未付", total(found.bank_paid), "减：我方已付、银行未付", total(found.we_paid)),
    )
    last = ("调节后余额", yuan(found.book_adjusted_fen), "调节后余额", yuan(found.bank_adjusted_fen))
    return Table("", ("项目", "金额（元）", "项目", "金额（元）"), rows, "lrlr", (3, 2, 3, 2), total=last)


def _items(found: Adjustment) -> list[Table]:
    parts: tuple[tuple[str, Sequence[BankLine] | Sequence[BookMovement]], ...] = (
        ("银行已收、我方未收", found.bank_received),
        ("银行已付、我方未付", found.bank_paid),
        ("我方已收、银行未收", found.we_received),
        ("我方已付、银行未付", found.we_paid),
    )
    headers = ("日期", "银行流水号", "摘要", "金额（元）")
    return [
        Table(
            f"{title}（{len(items)} 笔）",
            headers,
            tuple((f"{one.day}", one.serial, what_it_is(one), yuan(abs(one.fen))) for one in items),
            "cllr",
            (2, 4, 6, 3),
        )
        for title, items in parts
        if items
    ]
