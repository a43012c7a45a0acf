"""科目余额表, 总账 and 明细账: every figure leads to what it is made of. They show; the books decide nothing here."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.books import statements, vouchers
from upkeep.books.chart import BANK, CHART
from upkeep.books.vouchers import AccountLine, words_of
from upkeep.estate.models import House
from upkeep.parties.roles import BOOKKEEPERS
from upkeep.web.access import ActorRequest, access
from upkeep.web.accounting.asking import Asked, BooksForm, LedgerForm, asked
from upkeep.web.accounting.evidence import Evidence, evidence_of
from upkeep.web.templatetags.components import url_with

PER_PAGE = 30
DETAIL, MONTHS = "明细账", "总账"


@access(*BOOKKEEPERS)
@require_safe
def balances(request: ActorRequest) -> HttpResponse:
    """科目余额表: opening, debit, credit and closing of every account; the sums balance or the page says so."""
    wanted = asked(request, BooksForm, today=timezone.localdate())
    rows = statements.trial_balance(
        first=wanted.first, last=wanted.last, area_ids=wanted.book_ids, custody_ids=wanted.custody_ids
    )
    sums = {
        "debit": sum(row.debit_fen for row in rows),
        "credit": sum(row.credit_fen for row in rows),
        "opening_debit": sum(max(row.opening_fen, 0) for row in rows),
        "opening_credit": sum(max(-row.opening_fen, 0) for row in rows),
        "closing_debit": sum(max(row.closing_fen, 0) for row in rows),
        "closing_credit": sum(max(-row.closing_fen, 0) for row in rows),
    }
    balanced = sums["debit"] == sums["credit"] and sums["closing_debit"] == sums["closing_credit"]
    context = {"asked": wanted, "form": wanted.form, "rows": rows, "sums": sums, "balanced": balanced}
    return render(request, "accounting/balances.html", context)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of 明细账 with the words around it."""

    line: AccountLine
    balance_fen: int
    words: str
    book: str
    evidence: Evidence
    house: House | None


def _codes(request: ActorRequest) -> tuple[str, ...]:
    """The accounts asked for: one of the list, or several that a row of a statement is made of."""
    known = tuple(dict.fromkeys(code for code in request.GET.getlist("code") if code in CHART))
    return known or (BANK,)


@access(*BOOKKEEPERS)
@require_safe
def ledger(request: ActorRequest) -> HttpResponse:
    """One account of the general ledger: by month (总账), or entry by entry with the balance after each (明细账)."""
    wanted = asked(request, LedgerForm, today=timezone.localdate())
    codes = _codes(request)
    wanted.form.initial["code"] = codes[0]
    accounts = [CHART[code] for code in codes]
    by_month = request.GET.get("view") == "months"
    context = {
        "asked": wanted,
        "form": wanted.form,
        "accounts": accounts,
        "title": "、".join(f"{one.code} {one.name}" for one in accounts),
        "is_debit": accounts[0].kind.is_debit,
        "by_month": by_month,
        "now": MONTHS if by_month else DETAIL,
        "tabs": [
            (DETAIL, url_with(request, view="", after=""), None),
            (MONTHS, url_with(request, view="months", after=""), None),
        ],
    }
    context |= _months(wanted, codes) if by_month else _detail(request, wanted, codes)
    return render(request, "accounting/ledger.html", context)


def _months(wanted: Asked, codes: tuple[str, ...]) -> dict[str, object]:
    opening, rows = vouchers.account_months(wanted.wanted(codes))
    return {"opening_fen": opening, "months": rows, "codes_query": _query_of(codes, wanted)}


def _query_of(codes: tuple[str, ...], wanted: Asked) -> str:
    """The accounts and books without the period, for a link to one month."""
    parts = [f"code={code}" for code in codes]
    kept = [part for part in wanted.query.split("&") if not part.startswith(("first=", "last="))]
    return "&".join([*parts, *kept])


def _detail(request: ActorRequest, wanted: Asked, codes: tuple[str, ...]) -> dict[str, object]:
    page = vouchers.account_page(wanted.wanted(codes), after=request.GET.get("after", ""), size=PER_PAGE)
    lines = [line for line, _ in page.rows]
    evidence = evidence_of({line.source for line in lines}, actor=request.actor)
    single = {line.house_id for line in lines if line.houses == 1 and line.house_id is not None}
    houses = House.objects.select_related("building").in_bulk(single)
    rows = [
        Row(
            line=line,
            balance_fen=balance,
            words=words_of(line),
            book=wanted.seen.names.get(line.book_id, ""),
            evidence=evidence[line.source],
            house=houses.get(line.house_id or 0) if line.houses == 1 else None,
        )
        for line, balance in page.rows
    ]
    return {
        "opening_fen": page.opening_fen,
        "is_first": not request.GET.get("after"),
        "rows": rows,
        "next_key": page.next_key,
        "sums": _sums(wanted, codes),
    }


def _sums(wanted: Asked, codes: tuple[str, ...]) -> dict[str, int]:
    """Turnover and balance of the whole period, whatever page is open."""
    found = statements.trial_balance(
        first=wanted.first, last=wanted.last, area_ids=wanted.book_ids, custody_ids=wanted.custody_ids
    )
    mine = [row for row in found if row.account.code in codes]
    return {
        "debit": sum(row.debit_fen for row in mine),
        "credit": sum(row.credit_fen for row in mine),
        "closing": sum(row.closing_fen for row in mine),
    }
