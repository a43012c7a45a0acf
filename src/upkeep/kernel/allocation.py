"""Allocation (分摊): amounts divided exactly to the fen, by largest remainder. Pure integers, no database."""

from collections.abc import Mapping, Sequence


def allocate(total_fen: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Divide a total in proportion to weights (floor areas by house id): Σ = total, each within 1 fen of exact.

    Whoever was rounded down furthest gets a fen first; ties go to the lower id, so the order of the rows, and
    whoever repeats the sum by hand, make no difference (165号令 第二十条: 按各自拥有物业建筑面积的比例分摊).
    Raises: ValueError for a negative total or weight, or when nothing has a weight.
    """
    whole = sum(weights.values())
    if total_fen < 0 or whole <= 0 or min(weights.values()) < 0:
        raise ValueError("an allocation needs a total and weights that are not negative, and one weight above zero")
    return _rounded(total_fen, total_fen, whole, weights)


def allocate_in_groups(total_fen: int, weights: Mapping[int, int], groups: Mapping[int, str]) -> dict[int, int]:
    """As `allocate`, and each group's sum is within 1 fen of its own exact part too (165号令 第二十条: 先按建筑面积
    分摊到各相关物业). With one group the answer is that of `allocate`.

    Raises: ValueError as `allocate`; KeyError for a key that no group is named for.
    """
    whole = sum(weights.values())
    if total_fen < 0 or whole <= 0 or min(weights.values()) < 0:
        raise ValueError("an allocation needs a total and weights that are not negative, and one weight above zero")
    members: dict[str, dict[int, int]] = {}
    for key, weight in weights.items():
        members.setdefault(groups[key], {})[key] = weight
    names = sorted(members)
    if len(names) == 1:
        return allocate(total_fen, weights)
    parts = allocate(total_fen, {place: sum(members[name].values()) for place, name in enumerate(names)})
    shares: dict[int, int] = {}
    for place, name in enumerate(names):
        shares |= _rounded(parts[place], total_fen, whole, members[name])
    return {key: shares[key] for key in weights}


def _rounded(part_fen: int, total_fen: int, whole: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Each key's exact quota of the whole total, rounded down or up so that the group comes to its part.

    The part is the group's own exact sum rounded down or up, so it lies between the sums of all rounded down and of
    all rounded up.
    """
    exact = [total_fen * weight for weight in weights.values()]
    shares = dict(zip(weights, [product // whole for product in exact], strict=True))
    return _with_the_rest(part_fen - sum(shares.values()), shares, exact, whole)


def _with_the_rest(left: int, shares: dict[int, int], exact: Sequence[int], whole: int) -> dict[int, int]:
    """What rounding down has left over, a fen each to those rounded down furthest; ties go to the lower key."""
    if left:
        remainders = [product % whole for product in exact]
        # Sorting bare numbers and looking for the last one served is three times as fast as sorting pairs.
        cut = sorted(remainders, reverse=True)[left - 1]
        above = [key for key, remainder in zip(shares, remainders, strict=True) if remainder > cut]
        tied = sorted(key for key, remainder in zip(shares, remainders, strict=True) if remainder == cut)
        for key in (*above, *tied[: left - len(above)]):
            shares[key] += 1
    return shares
