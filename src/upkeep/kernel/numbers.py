"""Numbers that people read out, type and scan: kind + date + sequence + check digit, such as WC202611210000174."""

import datetime as dt
import re

from upkeep.kernel.money import half_width

_SHAPE = re.compile(r"^([A-Z]{2})(\d{8})(\d{6})(\d)$")


def check_digit(digits: str) -> str:
    """Luhn's digit over the digits: catches every single wrong digit and nearly every swap of neighbours."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def make_number(prefix: str, day: dt.date, sequence: int) -> str:
    """`prefix` is two capitals that tell the kind; `sequence` counts from 1 within prefix and day."""
    if not (len(prefix) == 2 and prefix.isascii() and prefix.isupper()):
        raise ValueError("the prefix of a number is two capital letters")
    if not 0 < sequence < 1_000_000:
        raise ValueError("a day holds 999,999 numbers of one kind")
    digits = f"{day:%Y%m%d}{sequence:06d}"
    return prefix + digits + check_digit(digits)


def tidy_number(text: str) -> str:
    """What was typed or scanned, without spaces, in capitals and half width."""
    return re.sub(r"[\s-]", "", half_width(text)).upper()


def is_number(text: str) -> bool:
    """Whether the text is a number of ours with the right check digit."""
    match = _SHAPE.match(text)
    return match is not None and check_digit(match[2] + match[3]) == match[4]
