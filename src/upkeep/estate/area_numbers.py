"""物业区域编号 that a developer types himself (manual 000, 开发商 §2.1 step 2): its own, where the city has one for the area."""

import re

from upkeep.estate.models import Area
from upkeep.kernel.money import half_width

_WRITTEN = re.compile(r"[A-Z0-9][A-Z0-9-]{2,19}")
#: What the system gives itself begins so; a typed one must never take what it will give tomorrow.
_OURS = re.compile(r"WY\d")


def tidy_area_number(text: str) -> str:
    """Without spaces, in capitals and half width; empty where none was typed."""
    return "".join(half_width(text).split()).upper()


def area_number_problem(text: str) -> str:
    """What is wrong with a typed number, in a sentence; empty when it may be used or none was typed."""
    number = tidy_area_number(text)
    if not number:
        return ""
    if not _WRITTEN.fullmatch(number):
        return "物业区域编号应为 3 到 20 位字母、数字或短横线"
    if _OURS.match(number):
        return "以 WY 和数字开头的编号由系统使用，请改用其他编号，或不填由系统编号"
    if Area.objects.filter(number=number).exists():
        return f"编号“{number}”已用于其他物业区域，请核对"
    return ""
