"""结账检查: what must be settled before a month is closed, and what whoever closes it should know.

A check is one function registered by `check`: it is given the period and answers with what it found, or None when all is
well. What `must` be settled forbids the close; everything else asks for an explanation (说明).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from upkeep.accounting.models import ManualState, ManualVoucher
from upkeep.banking.models import BankReversal, OrderState, PaymentOrder, ReversalState
from upkeep.closing.controls import Books, Control, books_on, controls_of, sentence_of
from upkeep.closing.models import LedgerAudit
from upkeep.closing.periods import Period
from upkeep.earnings.models import Investment, InvestmentState, RunState
from upkeep.earnings.runs import live_runs
from upkeep.kernel.dates import start_of
from upkeep.kernel.money import yuan
from upkeep.parties.queries import within
from upkeep.policy.closing_rule import closing_rule
from upkeep.reconciliation.queries import missing_days, open_lines, open_movements, overdue, waiting_acts

#: Where the control formulas are looked at, vouchers by hand are checked, and the banks' statements are worked off.
CONTROLS, VOUCHERS, RECONCILIATION = "/closing/controls/", "/accounting/manual/", "/reconciliation/"
INTEREST, INVESTMENTS = "/earnings/runs/", "/earnings/investments/"


@dataclass(frozen=True)
class ToClose:
    """The period that is to be closed, and the city's books as they stand at its end."""

    jurisdiction_id: int
    period: Period
    at: dt.datetime
    books: Books
    controls: Sequence[Control] = field(default_factory=list)

    @property
    def last(self) -> dt.date:
        return self.period.last

    @property
    def is_of_year(self) -> bool:
        """December's close is the year's."""
        return self.period.month == 12

    @property
    def ended_at(self) -> dt.datetime:
        """The moment at which the period was over."""
        return start_of(self.last + dt.timedelta(days=1))


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a check found: a sentence with what to do, how many, and where to do it."""

    text: str
    count: int = 0
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A check and what it found; None: all is well."""

    code: str
    title: str
    must: bool
    found: Found | None

    @property
    def forbids(self) -> bool:
        return self.must and self.found is not None

    @property
    def state(self) -> str:
        """通过, 必须处理 or 请说明."""
        if self.found is None:
            return "通过"
        return "必须处理" if self.must else "请说明"

    @property
    def tone(self) -> str:
        if self.found is None:
            return "good"
        return "bad" if self.must else "warn"


_Check = Callable[[ToClose], Found | None]
_CHECKS: list[tuple[str, str, bool, _Check]] = []


def check(code: str, title: str, *, must: bool) -> Callable[[_Check], _Check]:
    """Register a check; they are made in the order of registration. Raises: ValueError for a code that is taken."""

    def register(function: _Check) -> _Check:
        if code in [one[0] for one in _CHECKS]:
            raise ValueError(f"two checks named {code}")
        _CHECKS.append((code, title, must, function))
        return function

    return register


def answers_of(*, jurisdiction_id: int, period: Period, book_ids: Sequence[int], at: dt.datetime) -> list[Answer]:
    """Every check of the list for a month of a city."""
    books = books_on(jurisdiction_id=jurisdiction_id, book_ids=book_ids, on=period.last)
    asked = ToClose(jurisdiction_id, period, at, books, controls_of(books))
    return [
        Answer(code=code, title=title, must=must, found=function(asked)) for code, title, must, function in _CHECKS
    ]


@check("controls", "控制公式全部成立", must=True)
def controls_hold(asked: ToClose) -> Found | None:
    """Trial balance, equation, sub-accounts, payables, nothing below zero."""
    broken = [one for one in asked.controls if not one.holds and one.code not in ("C5", "C7")]
    if not broken:
        return None
    return Found(text="；".join(sentence_of(one) for one in broken), count=len(broken), url=CONTROLS)


@check("audit_sound", "最近一次账务全面核查没有问题", must=True)
def audit_is_sound(asked: ToClose) -> Found | None:
    """What a full audit found must be mended first; see docs/runbooks/audit-finding.md."""
    newest = LedgerAudit.objects.order_by("-began_at", "-pk").first()
    if newest is None or newest.is_sound:
        return None
    count = len(newest.findings)
    return Found(
        text=f"最近一次账务全面核查发现 {count} 个问题，请联系系统管理员处理后重新核查",
        count=count,
        url=CONTROLS,
    )


@check("reversals", "没有待复核的冲正", must=True)
def no_reversal_waits(asked: ToClose) -> Found | None:
    """A reversal is booked on the day it was asked for, which the close would shut."""
    waiting = BankReversal.objects.filter(
        custody__jurisdiction__in=within(asked.jurisdiction_id),
        state=ReversalState.ASKED,
        booked_on__lte=asked.last,
    ).count()
    if not waiting:
        return None
    return Found(text=f"有 {waiting} 笔冲正等待专户银行复核，请先请银行同意或不同意", count=waiting)


@check("vouchers", "没有待复核的手工凭证", must=True)
def no_voucher_waits(asked: ToClose) -> Found | None:
    """A voucher by hand that is to be booked into the period."""
    waiting = ManualVoucher.objects.filter(
        jurisdiction__in=within(asked.jurisdiction_id), state=ManualState.WAITING, booked_on__lte=asked.last
    ).count()
    if not waiting:
        return None
    return Found(
        text=f"有 {waiting} 张记账日期在本期及以前的手工凭证等待复核，请先复核记账或退回", count=waiting, url=VOUCHERS
    )


@check("bank_acts", "银行对账差异的处理均已复核", must=True)
def no_act_waits(asked: ToClose) -> Found | None:
    """What was done about a difference and waits for a second person may book into the period."""
    of_the_time = Q(bank_line__day__lte=asked.last) | Q(movement__day__lte=asked.last)
    waiting = waiting_acts(list(asked.books.custodies)).filter(of_the_time).count()
    if not waiting:
        return None
    return Found(text=f"有 {waiting} 项对账差异的处理等待复核，请先复核或退回", count=waiting, url=RECONCILIATION)


@check("interest", "本期的结息批次均已办完", must=True)
def no_run_is_under_way(asked: ToClose) -> Found | None:
    """A run that is booked within the period can be booked, or taken back, only while the period is open."""
    under_way = (
        live_runs(asked.jurisdiction_id).filter(booked_on__lte=asked.last).exclude(state=RunState.POSTED).count()
    )
    if not under_way:
        return None
    text = f"有 {under_way} 个结息批次记账日期在本期以内，还没有入账或作废，请先办完"
    return Found(text=text, count=under_way, url=INTEREST)


@check("investments", "本期的定期存款和国债均已复核", must=True)
def no_investment_waits(asked: ToClose) -> Found | None:
    """Money put out or taken back on a day of the period waits for the second person, who books it on that day."""
    waits = Q(state=InvestmentState.ASKED, placed_on__lte=asked.last)
    waits |= Q(state=InvestmentState.REDEEM_ASKED, returned_on__lte=asked.last)
    waiting = Investment.objects.filter(waits, custody_id__in=list(asked.books.custodies)).count()
    if not waiting:
        return None
    text = f"有 {waiting} 笔定期存款或国债的存入、收回等待复核，请先复核或退回"
    return Found(text=text, count=waiting, url=INVESTMENTS)


@check("bank_statements", "本期各日已与银行对账", must=False)
def bank_is_reconciled(asked: ToClose) -> Found | None:
    """Days without the bank's statement, and differences of the period that nobody has explained."""
    ids = list(asked.books.custodies)
    missing = sum(
        sum(asked.period.first <= day <= asked.last for day in missing_days(pk, until=asked.last)) for pk in ids
    )
    lines = overdue(open_lines(ids).filter(day__lte=asked.last), on=asked.last).count()
    movements = overdue(open_movements(ids).filter(day__lte=asked.last), on=asked.last).count()
    uneven = [one for one in asked.controls if one.code == "C7" and not one.holds]
    if not missing and not lines + movements and not uneven:
        return None
    said = [f"缺 {missing} 天的对账单"] if missing else []
    said += [sentence_of(one) for one in uneven]
    if lines + movements:
        said.append(f"有 {lines + movements} 笔差异未处理")
    return Found(text=f"{'，'.join(said)}，请到“银行对账”处理", count=missing + lines + movements, url=RECONCILIATION)


@check("audit_recent", "近期做过账务全面核查", must=False)
def audit_is_recent(asked: ToClose) -> Found | None:
    """The journal proved line by line within the days that the city's rule says."""
    days = closing_rule(jurisdiction_id=asked.jurisdiction_id, on=asked.last).audit_days
    newest = LedgerAudit.objects.order_by("-began_at", "-pk").first()
    if newest is not None and newest.began_at >= asked.at - dt.timedelta(days=days):
        return None
    return Found(text=f"最近 {days} 天没有做过账务全面核查，建议先在“控制检查”中核查一次", url=CONTROLS)


@check("transit", "专户划转在途为零", must=False)
def nothing_in_transit(asked: ToClose) -> Found | None:
    """Money between two custody accounts at the end of the period."""
    transit = sum(one.in_transit_fen for one in asked.books.of_custody)
    if not transit:
        return None
    return Found(text=f"期末有 {yuan(transit)} 元在专户之间划转途中，请核对对方专户何时到账")


@check("orders", "付款通知均已付款或作废", must=False)
def no_order_waits(asked: ToClose) -> Found | None:
    """Orders of the period that the bank has not answered, or that failed and wait to be issued anew."""
    waiting = PaymentOrder.objects.filter(
        Q(state=OrderState.WAITING) | Q(state=OrderState.FAILED, replaced_by__isnull=True),
        jurisdiction__in=within(asked.jurisdiction_id),
        issued_at__lt=asked.ended_at,
    ).count()
    if not waiting:
        return None
    return Found(
        text=f"本期及以前开具的付款通知有 {waiting} 张还没有付款，期末仍为冻结资金",
        count=waiting,
        url=f"/payments/orders/?state={OrderState.WAITING}",
    )


@check("undistributed", "年末待分配累计收益已经分配", must=False)
def earnings_are_distributed(asked: ToClose) -> Found | None:
    """At the year's end: what was earned and not given to the houses."""
    left = sum(one.undistributed_fen for one in asked.books.of_custody)
    if not asked.is_of_year or left <= 0:
        return None
    return Found(text=f"年末待分配累计收益 {yuan(left)} 元，如本年应分配到户，请先办理收益分配再结账")


@check("losses", "待分配累计收益不为负", must=False)
def earnings_are_not_below_zero(asked: ToClose) -> Found | None:
    """More fees than earnings, or more given to the houses than was earned."""
    below = [one for one in asked.books.of_custody if one.undistributed_fen < 0]
    if not below:
        return None
    one = below[0]
    return Found(
        text=f"{asked.books.name_of(one.custody_id)}待分配累计收益为 {yuan(one.undistributed_fen)} 元，"
        "手续费或分配多于收益，请核对",
        count=len(below),
    )
