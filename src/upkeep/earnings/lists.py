"""What pages, workbooks and prints show of a run: its areas, its houses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from upkeep.books.chart import CHART
from upkeep.earnings.models import InterestLine, InterestPart, InterestPool, InterestRun
from upkeep.estate.models import House, SellingUnitAccount
from upkeep.sheets.kinds import Money, Text, Whole
from upkeep.sheets.sheet import Column, Sheet

MOST_EXPORTED = 50_000


def yuan_days(product: Decimal | int) -> str:
    """积数 in yuan × days, as it is printed: 123456 fen·days are 1,234.56."""
    fen = int(product)
    return f"{fen // 100:,}.{fen % 100:02d}"


@dataclass(frozen=True, kw_only=True)
class EarnedPart:
    """One account of what a custody account has to distribute."""

    name: str
    fen: int


def earned_parts(pool: InterestPool) -> list[EarnedPart]:
    """The parts of the earnings by name, in the order of the chart."""
    return [EarnedPart(name=CHART[code].name, fen=fen) for code, fen in sorted(pool.earned_parts.items())]


def parts_of(run: InterestRun, *, text: str = "") -> QuerySet[InterestPart]:
    """The areas of a run by name, narrowed to those whose name holds the text."""
    rows = run.parts.select_related("area", "custody").order_by("area__name", "area_id", "custody_id")
    return rows.filter(area__name__icontains=text.strip()) if text.strip() else rows


@dataclass(frozen=True, kw_only=True)
class HouseInterest:
    """One line of a run with the words for its holder."""

    holder: str
    house_id: int | None
    line: InterestLine


def lines_of(
    run: InterestRun, *, area_id: int, custody_id: int | None = None, text: str = ""
) -> QuerySet[InterestLine]:
    """The lines of an area, those of the building table's order aside: by sub-account; `text` narrows to rooms and addresses."""
    rows = InterestLine.objects.filter(run=run, area_id=area_id)
    if custody_id:
        rows = rows.filter(custody_id=custody_id)
    if text := text.strip():
        houses = House.everything.filter(area_id=area_id).filter(Q(address__icontains=text) | Q(room__icontains=text))
        rows = rows.filter(sub_account_id__in=list(houses.values_list("pk", flat=True)[:5_000]))
    return rows.order_by("custody_id", "sub_account_id")


def with_holders(lines: Sequence[InterestLine]) -> list[HouseInterest]:
    """The lines with the names of their houses, or of selling units' accounts. Two queries."""
    ids = [line.sub_account_id for line in lines]
    houses = House.everything.select_related("building").in_bulk(ids)
    units = SellingUnitAccount.objects.select_related("building", "organisation").in_bulk(
        [pk for pk in ids if pk not in houses]
    )
    found = []
    for line in lines:
        house = houses.get(line.sub_account_id)
        if house is not None:
            words = f"{house.building.name} {house.label}"
        else:
            unit = units.get(line.sub_account_id)
            words = unit.words if unit else str(line.sub_account_id)
        found.append(HouseInterest(holder=words, house_id=house.pk if house else None, line=line))
    return found


def sums_of(lines: QuerySet[InterestLine]) -> dict[str, Any]:
    """The sums over all pages of a list of lines."""
    return lines.order_by().aggregate(product=Sum("product"), fen=Sum("fen"), balance=Sum("balance_fen"))


class RunRegister(Sheet):
    """结息汇总表: one row per area and custody account."""

    title = "结息汇总表"
    columns = (
        Column(key="area", title="物业区域", kind=Text(60), width=28),
        Column(key="custody", title="专户", kind=Text(100), width=36),
        Column(key="accounts", title="分户数", kind=Whole(0, 10**7), width=10),
        Column(key="product", title="积数(元·天)", kind=Text(40), width=24),
        Column(key="total_fen", title="结息金额(元)", kind=Money(), width=18),
        Column(key="withheld_fen", title="不入户金额(元)", kind=Money(), width=18),
    )

    @staticmethod
    def rows(parts: QuerySet[InterestPart]) -> Iterator[dict[str, Any]]:
        """The cells of each area."""
        for one in parts:
            yield {
                "area": one.area.name,
                "custody": one.custody.name,
                "accounts": one.accounts,
                "product": yuan_days(one.product),
                "total_fen": one.total_fen,
                "withheld_fen": one.withheld_fen,
            }


class HouseRegister(Sheet):
    """分户结息明细: one row per sub-account of an area."""

    title = "分户结息明细"
    columns = (
        Column(key="house", title="房屋", kind=Text(80), width=28),
        Column(key="account", title="分户账号", kind=Text(24), width=24),
        Column(key="balance_fen", title="结息日余额(元)", kind=Money(), width=18),
        Column(key="product", title="积数(元·天)", kind=Text(40), width=24),
        Column(key="stood_fen", title="按定期计息的余额(元)", kind=Money(), width=22),
        Column(key="fen", title="结息金额(元)", kind=Money(), width=18),
        Column(key="note", title="说明", kind=Text(40), width=24),
    )

    @staticmethod
    def rows(lines: QuerySet[InterestLine]) -> Iterator[dict[str, Any]]:
        """The cells of each house, a thousand at a time."""
        ids = list(lines.values_list("sub_account_id", "custody_id")[:MOST_EXPORTED])
        for start in range(0, len(ids), 1_000):
            some = [sub_account for sub_account, _ in ids[start : start + 1_000]]
            for one in with_holders(list(lines.filter(sub_account_id__in=some))):
                yield {
                    "house": one.holder,
                    "account": str(one.line.sub_account_id),
                    "balance_fen": one.line.balance_fen,
                    "product": yuan_days(one.line.product),
                    "stood_fen": one.line.stood_fen,
                    "fen": one.line.fen,
                    "note": "" if one.line.is_open else "已销户，不入户",
                }
