"""Money is an int of fen (分) everywhere; this file is the only one that knows about yuan (元)."""

from decimal import Decimal, InvalidOperation

#: Above this no single amount is believed: 100 billion yuan. Keeps products with rates far below 2**63.
MOST_FEN = 10_000_000_000_000

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def yuan(fen: int) -> str:
    """123456 -> "1,234.56"; exact, no float."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100:,}.{fen % 100:02d}"


def fen_from_text(text: str) -> int:
    """ "1,234.56" or "１２３４．５" (yuan as people type it) -> 123456.

    Raises: ValueError when it is no amount, is negative, has more than two decimals or passes `MOST_FEN`.
    """
    cleaned = text.translate(_TO_HALF_WIDTH).replace(",", "").replace("¥", "").removesuffix("元").strip()
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        raise ValueError(f"{text!r} is no amount") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is no amount")
    fen = value * 100
    if fen != fen.to_integral_value() or not 0 <= fen <= MOST_FEN:
        raise ValueError(f"{text!r} is not an amount of whole fen")
    return int(fen)


def in_capitals(fen: int) -> str:
    """The amount in Chinese capitals (金额大写) as vouchers require: 1006060 -> 壹万零陆拾元陆角整."""
    sign, fen = ("负", -fen) if fen < 0 else ("", fen)
    whole, cents = divmod(fen, 100)
    jiao, single = divmod(cents, 10)
    text = _whole_in_capitals(whole)
    text = f"{text}元" if text else ""
    if not cents:
        return f"{sign}{text or '零元'}整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif text:
        text += "零"
    return sign + text + (f"{_DIGITS[single]}分" if single else "整")


def _whole_in_capitals(number: int) -> str:
    text, skipped = "", False
    for power in range(len(str(number)) - 1, -1, -1):
        digit = number // 10**power % 10
        group, place = divmod(power, 4)
        if digit:
            text += ("零" if skipped and text else "") + _DIGITS[digit] + _PLACES[place]
            skipped = False
        else:
            skipped = True
        if place == 0 and number // 10**power % 10_000:
            text += _GROUPS[group]
    return text


_TO_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}


def half_width(text: str) -> str:
    """Full-width digits, letters and punctuation as people's input methods produce them -> ASCII."""
    return text.translate(_TO_HALF_WIDTH)
