"""Floor areas are ints of 0.01 m² (`area_dm2`); this file is the only one that knows about m²."""

from decimal import Decimal, InvalidOperation

from upkeep.kernel.money import half_width

#: Above this no area is believed: 10,000 square kilometres, a whole city.
MOST_DM2 = 10**12


def square_metres(area_dm2: int) -> str:
    """11836 -> "118.36"; exact, no float."""
    return f"{area_dm2 // 100:,}.{area_dm2 % 100:02d}"


def dm2_from_text(text: str) -> int:
    """ "118.36", "１１８．３６", "118.36㎡" -> 11836.

    Raises: ValueError when it is no area, has more than two decimals or passes `MOST_DM2`.
    """
    cleaned = half_width(text).strip()
    for unit in ("㎡", "m²", "m2", "平方米"):
        cleaned = cleaned.removesuffix(unit)
    try:
        value = Decimal(cleaned.replace(",", "").strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is no area") from None
    if not value.is_finite() or value * 100 != (value * 100).to_integral_value():
        raise ValueError(f"{text!r} is not an area with two decimals")
    if abs(value * 100) > MOST_DM2:
        raise ValueError(f"{text!r} is larger than any area")
    return int(value * 100)
