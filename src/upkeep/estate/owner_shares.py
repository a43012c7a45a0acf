"""Shares as people write them (1/2, 50%, 33.33%), and as the register keeps them: parts per million that make a whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.estate.owners import split_evenly
from upkeep.kernel.money import half_width

SMALLEST = Fraction(1, 10_000)
_FRACTION = re.compile(r"(\d{1,7})/(\d{1,7})")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)%?")


@dataclass(frozen=True)
class Shares:
    """The parts of each owner in the order of the form; `joint`: together, without shares (共同共有)."""

    ppm: tuple[int, ...]
    joint: bool


def share_from_text(text: str) -> Fraction:
    """1/2, 50%, 50 or 33.3333% as a part of the whole. Raises: ValueError with the sentence to show."""
    written = "".join(half_width(text).split())
    if found := _FRACTION.fullmatch(written):
        over, under = int(found[1]), int(found[2])
        part = Fraction(over, under) if under else Fraction(0)
    elif found := _PERCENT.fullmatch(written):
        part = Fraction(found[1]) / 100
    else:
        raise ValueError("份额请写成分数或百分数，如 1/2 或 50%")
    if not SMALLEST <= part <= 1:
        raise ValueError("份额应在 0.01% 到 100% 之间")
    return part


def shares_from_texts(texts: Sequence[str]) -> Shares:
    """What the owners of one house wrote. One owner has the whole; several without any share own it jointly.

    Raises: ValueError with the sentence to show, when some wrote a share and some did not, or the sum is no whole.
    """
    written = [text.strip() for text in texts]
    if len(written) == 1:
        if written[0] and share_from_text(written[0]) != 1:
            raise ValueError("只有一位业主时份额应为 100%，可以不填")
        return Shares((WHOLE_PPM,), joint=False)
    if not any(written):
        return Shares(tuple(split_evenly(len(written))), joint=True)
    if not all(written):
        raise ValueError("按份共有的，每位业主都要填写份额；共同共有的，都不填写")
    parts = [share_from_text(text) for text in written]
    if sum(parts) != 1:
        hint = "；均等共有的请写成分数，如 1/3" if len(parts) == 3 else ""
        raise ValueError(f"各业主份额合计应为 100%，现为 {_percent(sum(parts, Fraction()))}{hint}")
    return Shares(tuple(_to_ppm(parts)), joint=False)


def share_words(share_ppm: int) -> str:
    """500000 -> 50%; 333333 -> 33.3333%."""
    return f"{share_ppm / 10_000:.4f}".rstrip("0").rstrip(".") + "%"


def _to_ppm(parts: Sequence[Fraction]) -> list[int]:
    """By largest remainder, the first of equals before the others: the sum is exact."""
    exact = [part * WHOLE_PPM for part in parts]
    floors = [int(one) for one in exact]
    rest = WHOLE_PPM - sum(floors)
    order = sorted(range(len(parts)), key=lambda place: (floors[place] - exact[place], place))
    for place in order[:rest]:
        floors[place] += 1
    return floors


def _percent(part: Fraction) -> str:
    return f"{float(part) * 100:.4f}".rstrip("0").rstrip(".") + "%"
