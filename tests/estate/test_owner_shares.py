"""Shares are read as people write them and always make a whole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.estate.models.owner import WHOLE_PPM
from upkeep.estate.owner_shares import share_from_text, share_words, shares_from_texts
from upkeep.estate.owners import split_evenly


class TestAShare:
    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ("1/2", Fraction(1, 2)),
            ("50%", Fraction(1, 2)),
            ("50", Fraction(1, 2)),
            ("３３.３３％", Fraction(3333, 10_000)),
            (" 2 / 3 ", Fraction(2, 3)),
            ("100%", Fraction(1)),
        ],
    )
    def test_is_read_as_a_fraction_or_a_percentage(self, text: str, part: Fraction) -> None:
        assert share_from_text(text) == part

    @pytest.mark.parametrize("text", ["一半", "0", "0%", "101%", "3/2", "1/0", "-1/2", "1/99999", "1e2", ""])
    def test_that_is_none_is_refused_in_a_sentence(self, text: str) -> None:
        with pytest.raises(ValueError, match="份额"):
            share_from_text(text)

    def test_is_shown_without_idle_zeros(self) -> None:
        assert [share_words(one) for one in (500_000, 333_333, WHOLE_PPM, 100)] == ["50%", "33.3333%", "100%", "0.01%"]


class TestTheShares:
    def test_of_one_owner_are_the_whole(self) -> None:
        assert shares_from_texts([""]).ppm == shares_from_texts(["100%"]).ppm == (WHOLE_PPM,)

    def test_of_several_who_write_none_are_held_jointly(self) -> None:
        assert shares_from_texts(["", "", ""]).joint
        assert sum(shares_from_texts(["", "", ""]).ppm) == WHOLE_PPM

    def test_of_three_thirds_make_a_whole(self) -> None:
        assert shares_from_texts(["1/3", "1/3", "1/3"]).ppm == (333_334, 333_333, 333_333)

    @pytest.mark.parametrize(
        ("texts", "sentence"),
        [
            (["50%"], "只有一位业主"),
            (["1/2", ""], "每位业主都要填写份额"),
            (["1/2", "1/3"], "合计应为 100%，现为 83.3333%"),
            (["33.33%", "33.33%", "33.33%"], "现为 99.99%；均等共有的请写成分数"),
        ],
    )
    def test_that_make_no_whole_are_refused(self, texts: list[str], sentence: str) -> None:
        with pytest.raises(ValueError, match=sentence):
            shares_from_texts(texts)

    @given(st.lists(st.integers(1, 1000), min_size=2, max_size=10))
    def test_make_a_whole_whatever_the_fractions(self, weights: list[int]) -> None:
        total = sum(weights)
        texts = [f"{one}/{total}" for one in weights]
        if any(Fraction(one, total) < Fraction(1, 10_000) for one in weights):
            return

        shares = shares_from_texts(texts)

        assert sum(shares.ppm) == WHOLE_PPM
        assert all(abs(ppm - one * WHOLE_PPM / total) < 1 for ppm, one in zip(shares.ppm, weights, strict=True))

    @given(st.integers(1, 500))
    def test_split_evenly_make_a_whole(self, count: int) -> None:
        assert sum(split_evenly(count)) == WHOLE_PPM
        assert max(split_evenly(count)) - min(split_evenly(count)) <= 1
