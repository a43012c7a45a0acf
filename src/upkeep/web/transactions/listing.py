"""交易明细 (F8): every movement of houses' money in the areas one sees, as transactions or house by house.

Source: manual 000 §2.4 (开发商), §2.6 (物业), §2.5 (业主委员会) 交易明细.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.books.transactions import (
    MoneyLine,
    MoneyMove,
    MoveKind,
    MovePage,
    MoveSums,
    lines_page,
    moves_page,
    sums_of,
)
from upkeep.parties.roles import OFFICE, ORGANISATION, Role
from upkeep.sheets.kinds import Money, Text, Whole
from upkeep.sheets.sheet import Column, Sheet
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.templatetags.components import url_with
from upkeep.web.transactions.rows import Row, rows_of
from upkeep.web.transactions.searching import BY_HOUSE, TransactionForm, asked

READERS = (*OFFICE, *ORGANISATION)
PER_PAGE = 20
MOST_EXPORTED = 20_000


class TransactionSheet(Sheet):
    """交易明细 as a workbook."""

    title = "交易明细"
    columns = (
        Column(key="day", title="记账日期", kind=Text(10), width=12),
        Column(key="kind", title="类型", kind=Text(10), width=8),
        Column(key="words", title="摘要", kind=Text(200), width=36),
        Column(key="number", title="订单号", kind=Text(20), width=22),
        Column(key="serial", title="银行流水号", kind=Text(40), width=24),
        Column(key="case", title="业务单编号", kind=Text(20), width=22),
        Column(key="area", title="物业区域", kind=Text(60), width=24),
        Column(key="house", title="房屋", kind=Text(60), width=20),
        Column(key="houses", title="户数", kind=Whole(1, 10**6), width=8),
        Column(key="in_fen", title="收入(元)", kind=Money(), width=16),
        Column(key="out_fen", title="支出(元)", kind=Money(), width=16),
    )

    @staticmethod
    def rows(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        """The cells of each transaction."""
        for row in rows:
            yield {
                "day": f"{row.move.booked_on:%Y-%m-%d}",
                "kind": row.kind.label,
                "words": row.words,
                "number": row.number or None,
                "serial": row.serial or None,
                "case": row.case_number or None,
                "area": row.area.name,
                "house": row.place or None,
                "houses": None if row.unit else row.house_count or None,
                "in_fen": row.in_fen or None,
                "out_fen": row.out_fen or None,
            }


@access(*READERS)
@require_safe
def transactions(request: ActorRequest) -> HttpResponse:
    """A page of the list with the sums of all pages."""
    form = TransactionForm(request.GET)
    wanted = asked(form, actor=request.actor, today=timezone.localdate())
    by_house = request.GET.get("view") == BY_HOUSE
    page: MovePage[MoneyMove] | MovePage[MoneyLine] = MovePage[MoneyMove](rows=(), next_key="")
    sums: dict[MoveKind, MoveSums] = {}
    if not wanted.refused:
        read = lines_page if by_house else moves_page
        page = read(wanted.wanted, after=request.GET.get("after", ""), size=PER_PAGE)
        sums = sums_of(wanted.wanted)
    context = {
        "form": form,
        "by_house": by_house,
        "tabs": [
            ("按笔", url_with(request, view="", after=""), None),
            ("按户", url_with(request, view=BY_HOUSE, after=""), None),
        ],
        "now": "按户" if by_house else "按笔",
        "asked": wanted,
        "rows": rows_of(page.rows, actor=request.actor),
        "next_key": page.next_key,
        "sums": sums,
        "total": _total(sums.values()),
        "most": MOST_EXPORTED,
        "sees_units": request.actor.has(*OFFICE, Role.PROPERTY_COMPANY, Role.SELLING_UNIT),
    }
    return render(request, "transactions/list.html", context)


def _total(sums: Iterable[MoveSums]) -> MoveSums:
    parts = list(sums)
    return MoveSums(
        entries=sum(one.entries for one in parts),
        lines=sum(one.lines for one in parts),
        in_fen=sum(one.in_fen for one in parts),
        out_fen=sum(one.out_fen for one in parts),
    )


@access(*READERS)
@require_safe
def export(request: ActorRequest) -> HttpResponse:
    """The same list as a workbook, the newest 20,000."""
    wanted = asked(TransactionForm(request.GET), actor=request.actor, today=timezone.localdate())
    read = lines_page if request.GET.get("view") == BY_HOUSE else moves_page
    found = () if wanted.refused else read(wanted.wanted, size=MOST_EXPORTED).rows
    content = TransactionSheet().export(TransactionSheet.rows(rows_of(found, actor=request.actor)))
    return workbook(content, "交易明细")
