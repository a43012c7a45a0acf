"""The bank's statements of the last days of the commodity fund's account, with the differences that every week has."""

import datetime as dt

from upkeep.banking.models import CustodyAccount, PaySlip, SlipState
from upkeep.banking.movements import voucher_of, vouchers_of_day
from upkeep.books.bank_movements import bank_balance, bank_days, bank_movements
from upkeep.books.chart import FundKind
from upkeep.demo.city import City
from upkeep.demo.fill import moment
from upkeep.kernel.dates import start_of
from upkeep.reconciliation import acts
from upkeep.reconciliation.matching import match_custody
from upkeep.reconciliation.models import ActKind, BankLine, Channel
from upkeep.reconciliation.receiving import Direction, StatementLine, receive

#: So far back the bank sends statements.
_DAYS = 45
#: Bank fee taken on the day before yesterday, and interest credited yesterday: nobody has booked them yet.
_FEE_FEN, _INTEREST_FEN = 1_500, 312_846


def send_statements(city: City, *, today: dt.date) -> int:
    """Statements through yesterday, matched; two people have begun with what differs. Answers with their number."""
    custody = CustodyAccount.objects.select_related("bank").get(
        jurisdiction=city.jurisdiction, fund_kind=FundKind.COMMODITY, is_default=True, is_active=True
    )
    yesterday = today - dt.timedelta(days=1)
    first = today - dt.timedelta(days=_DAYS)
    moved = bank_days(custody_id=custody.pk, first=first, last=yesterday)
    days = sorted({*moved, yesterday - dt.timedelta(days=1), yesterday})
    slip = (
        PaySlip.objects.filter(custody=custody, state=SlipState.WAITING, expires_on__gt=today)
        .order_by("number")
        .last()
    )
    balance = bank_balance(custody_id=custody.pk, on=days[0] - dt.timedelta(days=1))
    for day in days:
        lines = _lines(custody, day)
        if day == yesterday - dt.timedelta(days=1):
            lines.append(_line(f"{day:%Y%m%d}900001", day, -_FEE_FEN, summary="账户管理费"))
        if day == yesterday:
            lines.append(_line(f"{day:%Y%m%d}900002", day, _INTEREST_FEN, summary="存款利息"))
            if slip is not None:
                payer = slip.payer_name if slip.payer_organisation_id else ""
                text = f"维修资金 {slip.number}"
                lines.append(_line(f"{day:%Y%m%d}900003", day, slip.total_fen, summary=text, counterparty=payer))
        ending = balance + sum(one.fen for one in lines)
        receive(
            custody_id=custody.pk,
            day=day,
            opening_fen=balance,
            closing_fen=ending,
            lines=lines,
            channel=Channel.API,
            at=moment(day + dt.timedelta(days=1), 6),
        )
        balance = ending
    match_custody(custody_id=custody.pk, at=moment(today, 1, 22))
    _begin_with(city, custody, slip, today=today)
    return len(days)


def _lines(custody: CustodyAccount, day: dt.date) -> list[StatementLine]:
    """What the bank has of our own movements of a day; the entries of one serial are one line."""
    vouchers = vouchers_of_day(custody_id=custody.pk, day=day)
    sums: dict[str, int] = {}
    for place, one in enumerate(bank_movements(custody_id=custody.pk, day=day), start=1):
        serial = voucher_of(vouchers, book_id=one.area_id, source=one.source).serial or f"{day:%Y%m%d}{place:06d}"
        sums[serial] = sums.get(serial, 0) + one.fen
    return [_line(serial, day, fen, summary="维修资金") for serial, fen in sums.items() if fen]


def _line(serial: str, day: dt.date, fen: int, *, summary: str, counterparty: str = "") -> StatementLine:
    return StatementLine(
        serial=serial,
        at=start_of(day) + dt.timedelta(hours=15, minutes=20),
        direction=Direction.IN if fen > 0 else Direction.OUT,
        amount_fen=abs(fen),
        summary=summary,
        counterparty=counterparty,
    )


def _begin_with(city: City, custody: CustodyAccount, slip: PaySlip | None, *, today: dt.date) -> None:
    """The cashier has proposed to book the fee and asks for the slip to be confirmed; the interest nobody has looked at."""
    by, at = city.actor("demo-cashier"), moment(today, 9, 5)
    found = BankLine.objects.select_related("custody").filter(custody=custody, match__isnull=True, is_replaced=False)
    fee = found.filter(fen=-_FEE_FEN).first()
    if fee is not None:
        acts.propose(fee, kind=ActKind.FEE, reason="网银回单：账户管理费", by=by, at=at)
    paid = found.filter(fen=slip.total_fen).first() if slip is not None else None
    if paid is not None and slip is not None:
        reason = "交款人持回单查询，柜面漏确认"
        acts.propose(paid, kind=ActKind.CONFIRM_SLIP, number=slip.number, reason=reason, by=by, at=at)
