"""Floor areas are ints of 0.01 m² (`area_dm2`); this file is the only one that knows about m²."""

from decimal import Decimal, InvalidOperation

from upkeep.kernel.money import half_width


def square_metres(area_dm2: int) -> str:
    """11836 -> "118.36"; exact, no float."""
    return f"{area_dm2 // 100:,}.{area_dm2 % 100:02d}"


def dm2_from_text(text: str) -> int:
    """ "118.36", "１１８．３６", "118.36㎡" -> 11836.

    Raises: ValueError when it is no area or has more than two decimals.
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
    return int(value * 100)
