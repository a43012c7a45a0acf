"""In which custody account (专户) houses' money lies, when houses are about to leave the register."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from upkeep.banking.models import CustodyAccount
from upkeep.books import sub_accounts
from upkeep.books.chart import FundKind
from upkeep.estate.claims import names_of
from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal


class MoneyIsSpread(Refusal):
    """A house's money lies in several custody accounts, or is on its way between two."""


class MoneyIsHeld(Refusal):
    """A house has money that is promised to somebody."""


@dataclass(frozen=True)
class Purse:
    """The money of houses in one custody account: fen by house id, no zeros."""

    custody: CustodyAccount
    amounts: dict[int, int]

    @property
    def fund_kind(self) -> FundKind:
        return FundKind(self.custody.fund_kind)


def check_free(houses: Sequence[House]) -> None:
    """Whether nothing is held on the houses and each keeps its money in one place.

    Raises: MoneyIsHeld, MoneyIsSpread naming the houses.
    """
    ids = [house.pk for house in houses]
    balances = sub_accounts.balances(ids)
    if held := [house for house in houses if balances[house.pk].held_fen]:
        raise MoneyIsHeld(f"{names_of(held)}有冻结资金，须待付款完成后再办理")
    places = sub_accounts.balances_by_custody(ids)
    if spread := [house for house in houses if len(places.get(house.pk, ())) > 1]:
        raise MoneyIsSpread(f"{names_of(spread)}的资金分在几个专户，须待专户划转完成后再办理")


def check_units_free(parts: Mapping[tuple[int, int], int]) -> None:
    """Whether the accounts of the units that sold houses can give back what they have for them: fen by (house, account).

    Raises: MoneyIsHeld, MoneyIsSpread.
    """
    wanted: dict[int, int] = {}
    for (_, account_id), fen in parts.items():
        wanted[account_id] = wanted.get(account_id, 0) + fen
    available = sub_accounts.available(wanted)
    if any(available[pk] < fen for pk, fen in wanted.items()):
        raise MoneyIsHeld("售房单位分账有冻结资金，须待付款完成后再办理")
    if any(len(places) > 1 for places in sub_accounts.balances_by_custody(wanted).values()):
        raise MoneyIsSpread("售房单位分账的资金分在几个专户，须待专户划转完成后再办理")


def purses_of(house_ids: Collection[int]) -> list[Purse]:
    """The houses' money by custody account; houses without money are in none. Two queries."""
    by_custody: dict[int, dict[int, int]] = {}
    for house_id, places in sub_accounts.balances_by_custody(house_ids).items():
        for custody_id, fen in places.items():
            by_custody.setdefault(custody_id, {})[house_id] = fen
    accounts = CustodyAccount.objects.in_bulk(list(by_custody))
    return [Purse(accounts[custody_id], amounts) for custody_id, amounts in sorted(by_custody.items())]
