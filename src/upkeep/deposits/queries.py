"""How houses stand with their first deposit (交存情况): by house for the building table, by area in sums."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.db.models import Sum

from upkeep.banking.models import PaySlip, PaySlipLine, SlipState
from upkeep.books import sub_accounts
from upkeep.deposits.arrears import percents_of
from upkeep.deposits.due import Known, due_of, known_of, why_not
from upkeep.deposits.models import Receipt, ReceiptState
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Area, House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.areas import square_metres
from upkeep.kernel.money import yuan
from upkeep.policy.deposit_standard import DepositStandard, deposit_standard
from upkeep.policy.queries import NoPolicy


class DepositState(models.TextChoices):
    """交存状态."""

    NONE = "NONE", "未交"
    WAITING = "WAITING", "待交"
    PAID = "PAID", "已交"
    ARREARS = "ARREARS", "欠交"


def state_of(*, first_due_fen: int | None, balance_fen: int, is_claimed: bool, percent: int) -> DepositState:
    """The state of one house; in arrears strictly below the city's `percent` of what its first deposit was set at
    (165号令 第十七条).
    """
    if first_due_fen is None:
        return DepositState.WAITING if is_claimed else DepositState.NONE
    if balance_fen * 100 < first_due_fen * percent:
        return DepositState.ARREARS
    return DepositState.PAID


@dataclass(frozen=True)
class HouseDeposit:
    """How one house stands. `due_fen` is what its first deposit was set at, or would be today; None: no standard."""

    house: House
    state: DepositState
    due_fen: int | None
    balance_fen: int


@dataclass(frozen=True)
class Standing:
    """What the building table shows of a house's money; what would be due is not asked."""

    state: DepositState
    balance_fen: int


def standings(houses: Sequence[House], *, on: dt.date) -> dict[int, Standing]:
    """How the houses stand by the rule of that day, by house id. Four queries."""
    ids = [house.pk for house in houses]
    percents = percents_of({house.area_id for house in houses}, on=on)
    balances = sub_accounts.balances(ids)
    claimed = set(
        HouseClaim.objects.filter(house_id__in=ids, kind=ClaimKind.DEPOSIT).values_list("house_id", flat=True)
    )
    return {
        house.pk: Standing(
            state_of(
                first_due_fen=house.first_deposit_due_fen,
                balance_fen=balances[house.pk].balance_fen,
                is_claimed=house.pk in claimed,
                percent=percents[house.area_id],
            ),
            balances[house.pk].balance_fen,
        )
        for house in houses
    }


def house_deposits(houses: Sequence[House], *, on: dt.date) -> list[HouseDeposit]:
    """How the houses stand, in their order; buildings are loaded. A fixed number of queries for each district."""
    stand = standings(houses, on=on)
    standards = _standards({house.area_id for house in houses}, on=on)
    known = known_of([house for house in houses if house.first_deposit_due_fen is None], *standards.values())
    return [
        HouseDeposit(
            house=house,
            state=stand[house.pk].state,
            due_fen=_due_fen(house, standards[house.area_id], known),
            balance_fen=stand[house.pk].balance_fen,
        )
        for house in houses
    ]


def _standards(area_ids: set[int], *, on: dt.date) -> dict[int, DepositStandard | None]:
    places = dict(Area.objects.filter(pk__in=area_ids).values_list("pk", "jurisdiction_id"))
    by_place: dict[int, DepositStandard | None] = {}
    for jurisdiction_id in set(places.values()):
        try:
            by_place[jurisdiction_id] = deposit_standard(jurisdiction_id=jurisdiction_id, on=on)
        except NoPolicy:
            by_place[jurisdiction_id] = None
    return {area_id: by_place[jurisdiction_id] for area_id, jurisdiction_id in places.items()}


def _due_fen(house: House, standard: DepositStandard | None, known: Known) -> int | None:
    if house.first_deposit_due_fen is not None:
        return house.first_deposit_due_fen
    due = due_of(house, standard, known) if standard is not None else None
    return due.amount_fen if due else None


@dataclass(frozen=True)
class WouldBeDue:
    """What a house paid at first or would have to pay today: by which rule, or why it cannot be computed."""

    amount_fen: int | None
    rule: str
    is_paid: bool
    why_not: str = ""


def would_be_due(house: House, *, on: dt.date) -> WouldBeDue:
    """For the page of one house; building and area are loaded."""
    if house.first_deposit_due_fen is not None:
        line = PaySlipLine.objects.filter(house=house, slip__state=SlipState.PAID, slip__purpose="deposit").first()
        return WouldBeDue(house.first_deposit_due_fen, line.rule if line else "", is_paid=True)
    try:
        standard = deposit_standard(jurisdiction_id=house.area.jurisdiction_id, on=on)
    except NoPolicy as none:
        return WouldBeDue(None, "", is_paid=False, why_not=str(none))
    known = known_of([house], standard)
    due = due_of(house, standard, known)
    if due is None:
        return WouldBeDue(None, "", is_paid=False, why_not=why_not(house, standard, known))
    return WouldBeDue(due.amount_fen, due.rule, is_paid=False)


@dataclass(frozen=True)
class AreaDeposits:
    """How the houses of an area stand together. `missing_fen`: what the houses not paid yet still owe; `unfit` of them
    are in no row of the standard and owe nobody knows what.
    """

    area: Area
    houses: dict[DepositState, int]
    due_fen: int
    paid_fen: int
    missing_fen: int
    balance_fen: int
    unfit: int

    @property
    def house_count(self) -> int:
        return sum(self.houses.values())

    @property
    def none(self) -> int:
        return self.houses[DepositState.NONE]

    @property
    def waiting(self) -> int:
        return self.houses[DepositState.WAITING]

    @property
    def paid(self) -> int:
        return self.houses[DepositState.PAID]

    @property
    def arrears(self) -> int:
        return self.houses[DepositState.ARREARS]


def area_deposits(areas: Sequence[Area], *, on: dt.date) -> list[AreaDeposits]:
    """How the areas of one page of a list stand, in their order. Six queries, whatever their number."""
    by_area: dict[int, list[HouseDeposit]] = {area.pk: [] for area in areas}
    houses = House.objects.filter(area_id__in=list(by_area), state=HouseState.ACTIVE).select_related("building")
    for found in house_deposits(list(houses), on=on):
        by_area[found.house.area_id].append(found)
    paid = dict(
        PaySlipLine.objects.filter(
            slip__area_id__in=list(by_area), slip__state=SlipState.PAID, slip__unit_account__isnull=True
        )
        .values_list("slip__area_id")
        .annotate(total=Sum("amount_fen"))
    )
    return [_together(area, by_area[area.pk], paid.get(area.pk, 0)) for area in areas]


def _together(area: Area, found: Sequence[HouseDeposit], paid_fen: int) -> AreaDeposits:
    counts = dict.fromkeys(DepositState, 0)
    for one in found:
        counts[one.state] += 1
    not_paid = (DepositState.NONE, DepositState.WAITING)
    return AreaDeposits(
        area=area,
        houses=counts,
        due_fen=sum(one.due_fen or 0 for one in found),
        paid_fen=paid_fen,
        missing_fen=sum(one.due_fen or 0 for one in found if one.state in not_paid),
        balance_fen=sum(one.balance_fen for one in found),
        unfit=sum(one.due_fen is None for one in found),
    )


def receipts_of_house(house_id: int, *, since: dt.date, through: dt.date | None) -> list[Receipt]:
    """The valid receipts that name the house alone, of payments booked in a time; the newest first."""
    found = Receipt.objects.filter(house_id=house_id, state=ReceiptState.VALID, slip__booked_on__gte=since)
    if through is not None:
        found = found.filter(slip__booked_on__lte=through)
    return list(found.select_related("slip", "book").order_by("-issued_at", "-number"))


def blocked_from_deposit(house_ids: Sequence[int]) -> dict[int, str]:
    """Which houses cannot be put on a first deposit's slip, each with the reason."""
    paid = House.objects.filter(pk__in=house_ids, first_deposit_due_fen__isnull=False).values_list("pk", flat=True)
    claimed = HouseClaim.objects.filter(house_id__in=house_ids, kind=ClaimKind.DEPOSIT)
    return dict.fromkeys(claimed.values_list("house_id", flat=True), "有待交的交款通知单") | dict.fromkeys(
        paid, "已交首期维修资金"
    )


def live_slip(house_id: int) -> PaySlip | None:
    """The slip that waits for the house's deposit, if there is one."""
    lines = PaySlipLine.objects.filter(
        house_id=house_id, slip__state=SlipState.WAITING, slip__unit_account__isnull=True
    ).select_related("slip__custody")
    line = lines.order_by("-slip__issued_at").first()
    return line.slip if line else None


def not_payable(house: House) -> str:
    """Why the first deposit of the house cannot be asked for now, in a sentence; empty when it can."""
    if house.first_deposit_due_fen is not None:
        return "该房屋已交首期维修资金，不需要再交"
    if slip := live_slip(house.pk):
        return f"该房屋已有待交的交款通知单 {slip.number}，请持该通知单到专户银行交款，有效期至 {slip.expires_on}"
    return ""


def due_table(houses: Sequence[House], *, on: dt.date) -> list[tuple[str, str, str, str]]:
    """What the houses of one area owe together by each row of the standard, with a sum: rule, houses, area, amount.

    Empty where the city has no standard: the refusal on handing in says what to do.
    """
    standard = _standards({house.area_id for house in houses}, on=on).get(houses[0].area_id) if houses else None
    if standard is None:
        return []
    known = known_of(houses, standard)
    found: dict[str, list[int]] = {}
    for house in houses:
        due = due_of(house, standard, known)
        if due is None:
            return []
        sums = found.setdefault(due.rule, [0, 0, 0])
        for place, value in enumerate((1, house.area_dm2, due.amount_fen)):
            sums[place] += value
    total = [sum(sums[place] for sums in found.values()) for place in range(3)]
    lines = [*found.items(), ("合计", total)]
    return [(rule, f"{count:,}", square_metres(area_dm2), yuan(fen)) for rule, (count, area_dm2, fen) in lines]
