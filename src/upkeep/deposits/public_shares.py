"""Sold public housing bears a cost with its selling unit (165号令 第二十条): the division, pure integers, no database.

Between public houses and others a cost goes by floor area first; what falls on public houses is then divided between their owners
and the unit that sold them in proportion to the money each has paid in, and the owners' part by floor area again. The proportion
is taken within one selling unit's account of one building (按售房单位设账、按幢设分账), the ring that the money itself lies in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from upkeep.kernel.allocation import allocate

_OWNERS, _UNIT = 0, 1


@dataclass(frozen=True, kw_only=True)
class PublicHouse:
    """A public house behind which a selling unit's account stands; what was paid in for it, in fen."""

    account_id: int
    owner_deposit_fen: int
    unit_deposit_fen: int


@dataclass(frozen=True, kw_only=True)
class Borne:
    """What a house's share is made of: its own part and that of the unit's account, in fen."""

    owner_fen: int
    unit_fen: int

    @property
    def share_fen(self) -> int:
        """The house's whole share."""
        return self.owner_fen + self.unit_fen


def unit_parts(shares: Mapping[int, int], public: Mapping[int, PublicHouse]) -> dict[int, int]:
    """Of each house's share, what the selling unit's account behind it bears: fen by house id, 0 for every other house.

    `shares` is fen by house id, not negative; they follow the floor areas, or are what was agreed house by house. Per account
    the unit bears Σ shares × its deposits / (owners' deposits + its deposits), to the fen, an exact half to the owners; where
    nothing was ever paid in the owners bear all. Never more than the house's share, whatever the order of the rows.
    Raises: ValueError for a negative share or deposit.
    """
    parts = dict.fromkeys(shares, 0)
    by_account: dict[int, dict[int, int]] = {}
    for house_id, share in shares.items():
        if house_id in public:
            by_account.setdefault(public[house_id].account_id, {})[house_id] = share
    for together in by_account.values():
        paid = {
            _OWNERS: sum(public[house_id].owner_deposit_fen for house_id in together),
            _UNIT: sum(public[house_id].unit_deposit_fen for house_id in together),
        }
        whole = sum(together.values())
        if not whole or not paid[_UNIT]:
            continue
        owners = allocate(allocate(whole, paid)[_OWNERS], together)
        parts.update({house_id: share - owners[house_id] for house_id, share in together.items()})
    return parts


def divide_cost(total_fen: int, areas_dm2: Mapping[int, int], public: Mapping[int, PublicHouse]) -> dict[int, Borne]:
    """A cost divided over houses by floor area (0.01 m²), public houses' shares between owners and selling units: by house id.

    Σ is the total. Raises: ValueError for a negative total or area, or where no house has an area.
    """
    shares = allocate(total_fen, areas_dm2)
    parts = unit_parts(shares, public)
    return {
        house_id: Borne(owner_fen=fen - parts[house_id], unit_fen=parts[house_id]) for house_id, fen in shares.items()
    }


def by_sub_account(shares: Mapping[int, int], parts: Mapping[int, int], accounts: Mapping[int, int]) -> dict[int, int]:
    """What each sub-account bears, for `sub_accounts.hold`, `order_payments` and `postings.repair_paid`: fen by house id and by
    the id of a selling unit's account; nothing for whoever bears nothing.

    `shares` is fen by house id, `parts` what the unit bears of each, `accounts` the account behind each house that has one.
    Raises: KeyError where a unit bears a part and no account is named.
    """
    found: dict[int, int] = {}
    for house_id, share in shares.items():
        unit = parts.get(house_id, 0)
        if share - unit:
            found[house_id] = found.get(house_id, 0) + share - unit
        if unit:
            account_id = accounts[house_id]
            found[account_id] = found.get(account_id, 0) + unit
    return found
