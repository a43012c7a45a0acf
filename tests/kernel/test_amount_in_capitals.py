"""金额大写 against a second, independent way of writing it: four digits at a time, by string, as a clerk would."""

import random
import re

import pytest

from upkeep.kernel.money import in_capitals

DIGITS = "零壹贰叁肆伍陆柒捌玖"


def clerk(fen: int) -> str:
    """Write every digit with its place, then strike out what is not said."""
    yuan, jiao, single = str(fen // 100), fen // 10 % 10, fen % 10
    places = ("仟", "佰", "拾", "")
    groups = re.findall("....", yuan.zfill((len(yuan) + 3) // 4 * 4))
    written = ""
    for group, unit in zip(groups, ("万亿", "亿", "万", "")[-len(groups) :], strict=True):
        said = "".join(
            DIGITS[int(digit)] + place if digit != "0" else "零" for digit, place in zip(group, places, strict=True)
        )
        written += (said.rstrip("零") + unit + "零" * (said.endswith("零"))) if group != "0000" else "零"
    # A zero at the end of a group and one at the start of the next are one zero, and it is said only before a digit;
    # 105,000 keeps it (壹拾万零伍仟), as the group 5000 does not begin with a zero digit but 10万 ends with one.
    whole = re.sub("零+", "零", written).strip("零")
    text = whole + "元" if whole else ""
    if jiao == single == 0:
        return (text or "零元") + "整"
    if jiao:
        text += DIGITS[jiao] + "角"
    elif whole:
        text += "零"
    return text + (DIGITS[single] + "分" if single else "整")


class TestAmountInCapitals:
    @pytest.mark.parametrize(
        ("fen", "capitals"),
        [
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (1000, "壹拾元整"),
            (1005, "壹拾元零伍分"),
            (1006060, "壹万零陆拾元陆角整"),
            (1020304, "壹万零贰佰零叁元零肆分"),
            (2001001, "贰万零壹拾元零壹分"),
            (10500060, "壹拾万零伍仟元陆角整"),
            (10000000000, "壹亿元整"),
            (80000377600, "捌亿零叁仟柒佰柒拾陆元整"),
            (100000000000, "壹拾亿元整"),
            (100000000150, "壹拾亿零壹元伍角整"),
            (1000000000000, "壹佰亿元整"),
            (-1000, "负壹拾元整"),
        ],
    )
    def test_reads_as_a_voucher_requires(self, fen: int, capitals: str) -> None:
        assert in_capitals(fen) == capitals

    def test_agrees_with_the_clerk_on_twenty_thousand_amounts(self) -> None:
        chance = random.Random(165)
        amounts = [chance.randrange(10 ** chance.randint(1, 14)) for _ in range(12_000)]
        # Amounts full of zeros are where programs go wrong.
        amounts += [int("".join(chance.choice("0003") for _ in range(14))) for _ in range(8_000)]

        assert [fen for fen in amounts if in_capitals(fen) != clerk(fen)] == []

    def test_never_says_two_zeros_nor_one_before_a_unit(self) -> None:
        chance = random.Random(2007)
        for _ in range(5_000):
            text = in_capitals(int("".join(chance.choice("00012") for _ in range(14))) or 1)
            assert "零零" not in text
            assert not re.search("零[拾佰仟万亿元角]", text.replace("零元整", ""))
