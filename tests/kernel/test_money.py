"""Yuan as people type and read it, fen in between: nothing is lost, nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.kernel.areas import dm2_from_text, square_metres
from upkeep.kernel.money import MOST_FEN, fen_from_text, half_width, in_capitals, yuan

FEN = st.integers(min_value=0, max_value=MOST_FEN)


class TestAnAmount:
    @given(FEN)
    def test_written_reads_back_the_same(self, fen: int) -> None:
        assert fen_from_text(yuan(fen)) == fen

    @given(FEN)
    def test_typed_in_full_width_reads_back_the_same(self, fen: int) -> None:
        wide = yuan(fen).translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})

        assert fen_from_text(wide) == fen

    @pytest.mark.parametrize(
        ("text", "fen"),
        [("0", 0), ("1", 100), ("1.2", 120), ("1,234.56", 123456), ("￥12.50元", 1250), (" 7 ", 700), ("1e2", 10000)],
    )
    def test_is_read_as_people_type_it(self, text: str, fen: int) -> None:
        assert fen_from_text(text) == fen

    @pytest.mark.parametrize(
        "text", ["", "十元", "1.234", "-1", "NaN", "Infinity", "1e99999", "0.001", "1.2.3", "100000000000.01", "0x10"]
    )
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="amount"):
            fen_from_text(text)

    @pytest.mark.parametrize(("fen", "text"), [(0, "0.00"), (-5, "-0.05"), (-123456, "-1,234.56"), (7, "0.07")])
    def test_is_written_with_its_sign_and_places(self, fen: int, text: str) -> None:
        assert yuan(fen) == text

    @given(FEN)
    def test_in_capitals_is_another_for_every_other_amount(self, fen: int) -> None:
        assert in_capitals(fen) != in_capitals(fen + 1)
        assert in_capitals(fen).endswith(("整", "分"))


class TestAFloorArea:
    @given(st.integers(min_value=0, max_value=10**12))
    def test_written_reads_back_the_same(self, area_dm2: int) -> None:
        assert dm2_from_text(square_metres(area_dm2)) == area_dm2

    @pytest.mark.parametrize("text", ["118.36", "１１８．３６", "118.36㎡", "118.36 平方米", "118.36m²", "118.36m2"])
    def test_is_read_with_its_unit(self, text: str) -> None:
        assert dm2_from_text(text) == 118_36

    @pytest.mark.parametrize("text", ["", "大", "1.234", "NaN", "inf", "㎡", "1 2"])
    def test_that_is_none_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="area"):
            dm2_from_text(text)


class TestFullWidth:
    def test_becomes_half_width_and_chinese_stays(self) -> None:
        assert half_width("ＡＢＣ１２３，（）　￥江") == "ABC123,() ¥江"
