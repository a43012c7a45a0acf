"""利率表: entered by the accountant, confirmed by an approver, kept for ever; which rate held on which day."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from upkeep.banking.models import CustodyAccount
from upkeep.banking.orders import NeedsAnother
from upkeep.earnings.arithmetic import Segment
from upkeep.earnings.models import InterestRun, Rate, RateSheet, RateTerm, SheetState
from upkeep.earnings.models.run import DEAD
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import ancestry, within
from upkeep.parties.roles import Role

#: Who enters rates and works out interest, and who confirms.
MAKERS, CHECKERS = (Role.ACCOUNTANT,), (Role.APPROVER,)
MOST_MILLIONTHS = 200_000


class SheetDecided(Refusal):
    """Somebody has decided the sheet meanwhile."""


class NoRate(Refusal):
    """A rate that is needed stands in no confirmed sheet."""


def percent(millionths: int) -> str:
    """9500 -> "0.95%"; exact, at least two decimals."""
    whole, rest = divmod(millionths, 10_000)
    digits = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{digits}%"


def propose_sheet(
    *,
    jurisdiction_id: int,
    bank_id: int | None,
    valid_from: dt.date,
    rates: Mapping[str, int],
    basis: str,
    by: Actor,
    at: dt.datetime,
) -> RateSheet:
    """Enter rates in millionths by term, for another person to confirm; `bank_id` None: every bank without a sheet of its own.

    Raises: HasProblems; Refusal where another sheet of the bank still waits, or the actor is no accountant here.
    """
    if not by.has(*MAKERS) or jurisdiction_id not in within(by.jurisdiction_id):
        raise Refusal("利率表由本管辖区的会计录入")
    if problems := _problems(bank_id, rates, basis):
        raise HasProblems(problems)
    _check_not_settled(jurisdiction_id, valid_from)
    try:
        with transaction.atomic():
            sheet = RateSheet.objects.create(
                jurisdiction_id=jurisdiction_id,
                bank_id=bank_id,
                valid_from=valid_from,
                basis=basis.strip(),
                made_at=at,
                made_by_id=by.user_id,
                made_by_name=by.name,
            )
    except IntegrityError:
        raise Refusal("该银行已有一份利率表等待确认，请先处理该表") from None
    ids = new_ids(len(rates))
    Rate.objects.bulk_create(
        Rate(id=pk, sheet=sheet, term=term, millionths=rate)
        for pk, (term, rate) in zip(ids, sorted(rates.items()), strict=True)
    )
    return sheet


def _problems(bank_id: int | None, rates: Mapping[str, int], basis: str) -> list[Problem]:
    found = []
    if bank_id and not Organisation.objects.filter(pk=bank_id, kind=OrganisationKind.BANK).exists():
        found.append(Problem("bank", "请选择专户银行"))
    if not rates:
        found.append(Problem("DEMAND", "请至少填写一个存期的利率"))
    for term, rate in rates.items():
        if term not in RateTerm.values or not 0 <= rate <= MOST_MILLIONTHS:
            found.append(Problem(term, "年利率应在 0 至 20% 之间，最多四位小数"))
    if not basis.strip():
        found.append(Problem("basis", "请填写依据，例如银行的利率公告或协议编号"))
    elif len(basis) > 200:
        found.append(Problem("basis", "依据不超过 200 字"))
    return found


def _check_not_settled(jurisdiction_id: int, valid_from: dt.date) -> None:
    """Rates of days for which interest has been worked out already would never be used. Raises: HasProblems."""
    places = {*within(jurisdiction_id), *ancestry(jurisdiction_id)}
    runs = InterestRun.objects.filter(jurisdiction_id__in=places, mode="AGREED", settled_on__gt=valid_from)
    run = runs.exclude(state__in=DEAD).order_by("-settled_on").first()
    if run is not None:
        text = f"{run.settled_on:%Y-%m-%d} 以前的利息已经按批次 {run.number} 结算，执行日期不能早于该日"
        raise HasProblems([Problem("valid_from", text)])


@transaction.atomic
def confirm_sheet(sheet_id: int, *, by: Actor, at: dt.datetime) -> RateSheet:
    """Put the rates in force. Raises: SheetDecided; NeedsAnother for whoever entered them; HasProblems, Refusal."""
    sheet = _waiting(sheet_id, by=by)
    _check_not_settled(sheet.jurisdiction_id, sheet.valid_from)
    same = RateSheet.objects.filter(
        jurisdiction_id=sheet.jurisdiction_id,
        bank_id=sheet.bank_id,
        valid_from=sheet.valid_from,
        state=SheetState.IN_FORCE,
    )
    if same.exists():
        raise Refusal("该银行同一执行日期已有确认的利率表，请退回并更正执行日期")
    return _decide(sheet, SheetState.IN_FORCE, by=by, at=at)


@transaction.atomic
def refuse_sheet(sheet_id: int, *, reason: str, by: Actor, at: dt.datetime) -> RateSheet:
    """Not put in force. Raises: as above; HasProblems without a reason."""
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    return _decide(_waiting(sheet_id, by=by), SheetState.REFUSED, by=by, at=at, note=reason[:200])


@transaction.atomic
def drop_sheet(sheet_id: int, *, by: Actor, at: dt.datetime) -> RateSheet:
    """Whoever entered it takes it back. Raises: SheetDecided, Refusal."""
    sheet = _locked(sheet_id)
    if sheet.made_by_id != by.user_id:
        raise Refusal("只有录入人可以撤回利率表")
    return _decide(sheet, SheetState.DROPPED, by=by, at=at)


def _locked(sheet_id: int) -> RateSheet:
    sheet = RateSheet.objects.select_for_update(of=("self",)).get(pk=sheet_id)
    if sheet.state != SheetState.WAITING:
        raise SheetDecided(f"这份利率表{sheet.get_state_display()}（{sheet.decided_by_name}），请勿重复办理")
    return sheet


def _waiting(sheet_id: int, *, by: Actor) -> RateSheet:
    sheet = _locked(sheet_id)
    if sheet.made_by_id == by.user_id:
        raise NeedsAnother("利率表由您录入，须由他人确认")
    if not by.has(*CHECKERS) or sheet.jurisdiction_id not in within(by.jurisdiction_id):
        raise Refusal("利率表由本管辖区的审批人员确认")
    return sheet


def _decide(sheet: RateSheet, state: SheetState, *, by: Actor, at: dt.datetime, note: str = "") -> RateSheet:
    sheet.state, sheet.note = state, note
    sheet.decided_by_id, sheet.decided_by_name, sheet.decided_at = by.user_id, by.name, at
    sheet.save(update_fields=["state", "note", "decided_by", "decided_by_name", "decided_at"])
    return sheet


def segments(
    *, custody: CustodyAccount, terms: Collection[str], first: dt.date, last: dt.date
) -> dict[str, list[Segment]]:
    """Of each term the rates that hold from `first` to `last` (not counted), split where one changes. Two queries.

    The bank's own sheet goes before the common one, the nearer jurisdiction's before the city's above, the later before the
    earlier. Raises: NoRate naming the bank, term and day for which nothing was confirmed.
    """
    line = ancestry(custody.jurisdiction_id)
    sheets = list(
        RateSheet.objects.filter(
            jurisdiction_id__in=line, bank_id__in=[custody.bank_id], state=SheetState.IN_FORCE, valid_from__lt=last
        ).prefetch_related("rates")
    )
    sheets += RateSheet.objects.filter(
        jurisdiction_id__in=line, bank=None, state=SheetState.IN_FORCE, valid_from__lt=last
    ).prefetch_related("rates")
    sheets.sort(key=lambda one: (one.bank_id is None, line.index(one.jurisdiction_id), -one.valid_from.toordinal()))
    known = [(one, {rate.term: rate.millionths for rate in one.rates.all()}) for one in sheets]
    days = sorted({first, last, *(one.valid_from for one in sheets if one.valid_from > first)})
    return {term: _merged(_segments(known, days, term=term, bank=custody.bank.name)) for term in terms}


def _segments(
    known: Sequence[tuple[RateSheet, dict[str, int]]], days: Sequence[dt.date], *, term: str, bank: str
) -> list[Segment]:
    found = []
    for first, last in pairwise(days):
        rate = next((rates[term] for sheet, rates in known if sheet.valid_from <= first and term in rates), None)
        if rate is None:
            label = RateTerm(term).label
            raise NoRate(f"{bank}在 {first:%Y-%m-%d} 没有已确认的“{label}”利率，请先录入并确认利率表")
        found.append(Segment(first=first, last=last, rate=rate))
    return found


def _merged(segments_: Sequence[Segment]) -> list[Segment]:
    found: list[Segment] = []
    for one in segments_:
        if found and found[-1].rate == one.rate:
            found[-1] = Segment(first=found[-1].first, last=one.last, rate=one.rate)
        else:
            found.append(one)
    return found


def visible_to(actor: Actor) -> QuerySet[RateSheet]:
    """The sheets of the actor's jurisdiction and of what it inherits from, the latest first."""
    mine = {*ancestry(actor.jurisdiction_id), *within(actor.jurisdiction_id)}
    rows = RateSheet.objects.filter(jurisdiction_id__in=mine).select_related("bank", "jurisdiction")
    return rows.prefetch_related("rates").order_by("-valid_from", "-made_at", "pk")
