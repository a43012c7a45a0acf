"""Check digits and shapes of official Chinese numbers. Each function answers with the number tidied, or refuses."""

import datetime as dt
import re

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from upkeep.kernel.money import half_width

_ID_NUMBER = re.compile(r"^[1-9]\d{5}(18|19|20)\d{9}[\dX]$")
_PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8})$")


def _tidy(text: str) -> str:
    return re.sub(r"\s", "", half_width(text)).upper()


def id_number(text: str) -> str:
    """居民身份证号码 (GB 11643), 18 places: check digit and day of birth. Raises: ValueError with the sentence to show.

    The county is not looked up: counties were renamed and merged, and a list of them refuses people who exist.
    """
    number = _tidy(text)
    try:
        if not _ID_NUMBER.match(number) or ric.calc_check_digit(number) != number[-1]:
            raise ValueError
        dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValueError("身份证号码不正确，请核对 18 位号码（最后一位可为 X）") from None
    return number


def social_credit_code(text: str) -> str:
    """统一社会信用代码 (GB 32100), 18 places. Raises: ValueError with the sentence to show."""
    code = _tidy(text)
    try:
        uscc.validate(code)
    except ValidationError:
        raise ValueError("统一社会信用代码不正确，请核对 18 位代码") from None
    return code


def is_mobile(text: str) -> bool:
    """Whether an SMS can reach the number."""
    return re.fullmatch(r"1[3-9]\d{9}", _tidy(text)) is not None


def phone_number(text: str) -> str:
    """A mobile or fixed-line number. Raises: ValueError with the sentence to show."""
    number = _tidy(text)
    if not _PHONE.match(number):
        raise ValueError("电话号码不正确：手机为 11 位，固定电话带区号，如 0830-3100000")
    return number
