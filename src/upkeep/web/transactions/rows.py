"""Rows of 交易明细 with what stands behind each: the paper, its number and serial, where it can be opened, the house."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from upkeep.banking.origins import Origin, origins_of
from upkeep.banking.queries import orders_visible_to, slips_visible_to
from upkeep.books.titles import title_of
from upkeep.books.transactions import KIND_OF, MoneyLine, MoneyMove, MoveKind, counted_in
from upkeep.casework.queries import visible_to as cases_visible_to
from upkeep.estate.models import Area, House, SellingUnitAccount
from upkeep.estate.unit_accounts import accounts_in
from upkeep.parties.actor import Actor


@dataclass(frozen=True, kw_only=True)
class Row:
    """A transaction as it is shown. `house` is the one house it moved, if it was one; `url` is None where the reader may
    not open the paper behind it."""

    move: MoneyMove | MoneyLine
    area: Area
    origin: Origin | None
    house: House | None
    #: The selling unit's account (售房单位分账) that was moved, if it was that alone.
    unit: SellingUnitAccount | None
    house_count: int
    in_fen: int
    out_fen: int
    url: str

    @property
    def kind(self) -> MoveKind:
        return KIND_OF[self.move.reason]

    @property
    def tone(self) -> str:
        """Deposits stand out from spending."""
        return {MoveKind.DEPOSIT: "good", MoveKind.SPENDING: "warn", MoveKind.EARNINGS: "info"}.get(self.kind, "quiet")

    @property
    def words(self) -> str:
        """维修支出（3幢电梯大修）."""
        about = ""
        if self.origin is not None:
            about = self.origin.about or (self.origin.title if self.origin.paper == "slip" else "")
        title = title_of(self.move.reason)
        text = f"{title}（{about}）" if about else title
        return f"冲正：{text}" if self.move.reverses else text

    @property
    def place(self) -> str:
        """The one house or account that was moved, by name; empty where there were several."""
        if self.unit is not None:
            return self.unit.words
        return f"{self.house.building.name} {self.house.label}" if self.house else ""

    @property
    def number(self) -> str:
        return self.origin.number if self.origin else ""

    @property
    def serial(self) -> str:
        return self.origin.serial if self.origin else ""

    @property
    def case_number(self) -> str:
        return self.origin.case_number if self.origin else ""


def rows_of(found: Sequence[MoneyMove] | Sequence[MoneyLine], *, actor: Actor) -> list[Row]:
    """The rows of a page, in order. Eleven queries at most, however many rows."""
    origins = origins_of({one.source for one in found})
    areas = Area.objects.in_bulk({one.area_id for one in found})
    single = {one.house_id for one in found if isinstance(one, MoneyLine) or one.houses == 1}
    houses = House.objects.select_related("building").in_bulk(single)
    units = accounts_in(areas)
    moves = [one for one in found if isinstance(one, MoneyMove) and one.houses > 1]
    no_houses = counted_in(moves, account_ids=units) if units and moves else {}
    urls = papers_urls(origins.values(), actor=actor)
    return [
        Row(
            move=one,
            area=areas[one.area_id],
            origin=(origin := origins.get(one.source)),
            house=houses.get(one.house_id) if isinstance(one, MoneyLine) or one.houses == 1 else None,
            unit=units.get(one.house_id) if isinstance(one, MoneyLine) or one.houses == 1 else None,
            house_count=1 if isinstance(one, MoneyLine) else one.houses - no_houses.get(one.entry_id, 0),
            in_fen=max(one.amount_fen, 0) if isinstance(one, MoneyLine) else one.in_fen,
            out_fen=max(-one.amount_fen, 0) if isinstance(one, MoneyLine) else one.out_fen,
            url=urls.get(origin.number, "") if origin else "",
        )
        for one in found
    ]


def papers_urls(origins: Iterable[Origin], *, actor: Actor) -> dict[str, str]:
    """Where the reader opens each paper, by its number; those that he does not see are left out."""
    by_paper: dict[str, set[str]] = {}
    for one in origins:
        by_paper.setdefault(one.paper, set()).add(one.number)
    pages = {
        "slip": ("deposits:slip", slips_visible_to),
        "order": ("payments:order", orders_visible_to),
        "case": ("cases:show", cases_visible_to),
    }
    found: dict[str, str] = {}
    for paper, numbers in by_paper.items():
        page, visible_to = pages[paper]
        known: Collection[str] = visible_to(actor).filter(number__in=numbers).values_list("number", flat=True)
        found |= {number: reverse(page, args=[number]) for number in known}
    return found
