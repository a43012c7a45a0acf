"""Invented people: names, ID numbers and phones that are valid in form and belong to nobody we know."""

import random
from dataclasses import dataclass

from stdnum.cn import ric

_FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英建华文辉玲志红梅晓宇欣怡子涵浩然梓雨思远佳琪俊嘉诗"


@dataclass(frozen=True)
class Person:
    """An invented person."""

    name: str
    id_number: str
    phone: str


def invent(chance: random.Random) -> Person:
    """One more person, by his number born before 1920: valid in form, and nobody alive has it."""
    name = chance.choice(_FAMILY) + "".join(chance.choice(_GIVEN) for _ in range(chance.choice((1, 2, 2))))
    year, month, day = chance.randint(1900, 1919), chance.randint(1, 12), chance.randint(1, 28)
    body = f"510502{year}{month:02d}{day:02d}{chance.randint(1, 999):03d}"
    return Person(
        name,
        body + ric.calc_check_digit(body + "0"),
        f"1{chance.choice((38, 39, 58, 77, 86))}{chance.randrange(10**8):08d}",
    )


def credit_code(serial: int) -> str:
    """A social credit code with the right check character, of a registration number that is not given out."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"91510500MA{serial:06d}X"
    weight = sum(signs.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return body + signs[-weight % 31]
