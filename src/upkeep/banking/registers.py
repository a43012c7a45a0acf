"""Lists of the bank's papers as workbooks."""

from collections.abc import Iterable, Iterator
from typing import Any

from upkeep.banking.day_book import JournalLine
from upkeep.banking.models import PaymentOrder, PaySlip
from upkeep.banking.purposes import purpose_title
from upkeep.banking.queries import shown_payer
from upkeep.kernel.dates import to_the_minute
from upkeep.parties.actor import Actor
from upkeep.sheets.kinds import Money, Text, Whole
from upkeep.sheets.sheet import Column, Sheet


class SlipRegister(Sheet):
    """交款通知单清单: one row per slip."""

    title = "交款通知单"
    columns = (
        Column(key="number", title="通知单编号", kind=Text(20), width=22),
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="payer", title="交款人", kind=Text(100), width=30),
        Column(key="fund", title="资金类别", kind=Text(20), width=14),
        Column(key="houses", title="户数", kind=Whole(1, 10**6), width=8),
        Column(key="total_fen", title="金额(元)", kind=Money(), width=16),
        Column(key="state", title="状态", kind=Text(10), width=8),
        Column(key="issued", title="开具时间", kind=Text(20), width=18),
        Column(key="expires", title="有效期至", kind=Text(20), width=12),
        Column(key="closed", title="办结时间", kind=Text(20), width=18),
    )

    @staticmethod
    def rows(slips: Iterable[PaySlip], *, actor: Actor) -> Iterator[dict[str, Any]]:
        """The cells of each slip, as the actor may see them."""
        for slip in slips:
            yield {
                "number": slip.number,
                "area": slip.area.name,
                "payer": shown_payer(slip, actor=actor),
                "fund": slip.custody.get_fund_kind_display(),
                "houses": slip.house_count,
                "total_fen": slip.total_fen,
                "state": slip.get_state_display(),
                "issued": to_the_minute(slip.issued_at),
                "expires": f"{slip.expires_on:%Y-%m-%d}",
                "closed": to_the_minute(slip.closed_at) if slip.closed_at else "",
            }


class OrderRegister(Sheet):
    """付款通知清单: one row per order; account numbers stay on the printed paper."""

    title = "付款通知"
    columns = (
        Column(key="number", title="付款通知编号", kind=Text(20), width=22),
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="purpose", title="用途", kind=Text(20), width=12),
        Column(key="payee", title="收款人", kind=Text(100), width=30),
        Column(key="bank", title="专户银行", kind=Text(100), width=24),
        Column(key="fund", title="资金类别", kind=Text(20), width=14),
        Column(key="houses", title="户数", kind=Whole(1, 10**6), width=8),
        Column(key="amount_fen", title="金额(元)", kind=Money(), width=16),
        Column(key="state", title="状态", kind=Text(10), width=8),
        Column(key="issued", title="开具时间", kind=Text(20), width=18),
        Column(key="issuer", title="开具人", kind=Text(50), width=10),
        Column(key="closed", title="办结时间", kind=Text(20), width=18),
        Column(key="serial", title="银行流水号", kind=Text(40), width=24),
        Column(key="failure", title="未付原因", kind=Text(200), width=30),
        Column(key="replaces", title="重开自", kind=Text(20), width=22),
    )

    @staticmethod
    def rows(orders: Iterable[PaymentOrder]) -> Iterator[dict[str, Any]]:
        """The cells of each order, which come with what they replace."""
        for order in orders:
            yield {
                "number": order.number,
                "area": order.area.name,
                "purpose": purpose_title(order.purpose),
                "payee": order.payee_name,
                "bank": order.custody.bank.name,
                "fund": order.custody.get_fund_kind_display(),
                "houses": order.house_count,
                "amount_fen": order.amount_fen,
                "state": order.get_state_display(),
                "issued": to_the_minute(order.issued_at),
                "issuer": order.issued_by_name,
                "closed": to_the_minute(order.closed_at) if order.closed_at else "",
                "serial": order.bank_serial.serial if order.bank_serial else "",
                "failure": order.failure_reason,
                "replaces": order.replaces.number if order.replaces else "",
            }


class JournalRegister(Sheet):
    """当日流水: one row per confirmation."""

    title = "当日流水"
    columns = (
        Column(key="at", title="时间", kind=Text(20), width=18),
        Column(key="serial", title="银行流水号", kind=Text(40), width=24),
        Column(key="number", title="单据编号", kind=Text(20), width=22),
        Column(key="title", title="类别", kind=Text(10), width=10),
        Column(key="kind", title="用途", kind=Text(20), width=14),
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="party", title="交款人或收款人", kind=Text(100), width=30),
        Column(key="in_fen", title="收入(元)", kind=Money(), width=16),
        Column(key="out_fen", title="支出(元)", kind=Money(), width=16),
        Column(key="teller", title="柜员", kind=Text(50), width=10),
    )

    @staticmethod
    def rows(lines: Iterable[JournalLine]) -> Iterator[dict[str, Any]]:
        """The cells of each line."""
        for line in lines:
            yield {
                "at": to_the_minute(line.at),
                "serial": line.serial,
                "number": line.number,
                "title": line.title,
                "kind": line.kind,
                "area": line.area,
                "party": line.party,
                "in_fen": line.in_fen,
                "out_fen": line.out_fen,
                "teller": line.teller,
            }
