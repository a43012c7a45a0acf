"""What each payee of a project is paid out of which house (分摊到收款人). Pure integers, no database."""

from collections.abc import Mapping

from upkeep.kernel.allocation import allocate


def split_among_payees(shares: Mapping[int, int], payees: Mapping[int, int]) -> dict[int, dict[int, int]]:
    """Say how much of each payee's amount each house pays: both margins exact, as proportional as fen allow.

    `shares` is fen by house, `payees` fen by payee, with equal totals. Houses that pay a payee nothing are left out.
    Raises: ValueError when the totals differ.
    """
    if sum(shares.values()) != sum(payees.values()):
        raise ValueError("the payees' amounts do not add up to the houses' shares")
    left = dict(shares)
    divided: dict[int, dict[int, int]] = {}
    for payee in sorted(payees):
        # A quota of what is left never exceeds what the house has left, so the last payee's column comes out exactly.
        part = allocate(payees[payee], left) if payees[payee] else {}
        divided[payee] = {house: fen for house, fen in part.items() if fen}
        for house, fen in divided[payee].items():
            left[house] -= fen
    return divided
