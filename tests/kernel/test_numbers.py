"""Numbers that people read out, ids that the application makes: recognisable, ordered, never twice."""

import datetime as dt
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upkeep.kernel.ids import new_id, new_ids
from upkeep.kernel.numbers import check_digit, is_number, make_number, tidy_number

DAYS = st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2200, 1, 1))
SEQUENCES = st.integers(min_value=1, max_value=999_999)


class TestANumber:
    @given(DAYS, SEQUENCES)
    def test_is_known_again(self, day: dt.date, sequence: int) -> None:
        number = make_number("CJ", day, sequence)

        assert is_number(number)
        assert number.startswith(f"CJ{day:%Y%m%d}{sequence:06d}")

    @given(DAYS, SEQUENCES, st.integers(2, 16), st.integers(1, 9))
    def test_with_one_digit_misread_is_none(self, day: dt.date, sequence: int, place: int, shift: int) -> None:
        number = make_number("CJ", day, sequence)
        wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

        assert not is_number(wrong)

    @given(st.text("0123456789", min_size=2, max_size=14), st.integers(0, 12))
    def test_with_neighbours_swapped_is_none_but_for_09_and_90(self, digits: str, place: int) -> None:
        place = min(place, len(digits) - 2)
        pair = digits[place : place + 2]
        swapped = digits[:place] + pair[::-1] + digits[place + 2 :]

        if pair not in ("09", "90") and pair[0] != pair[1]:
            assert check_digit(swapped) != check_digit(digits)

    @pytest.mark.parametrize("typed", ["cj20261120 000001 {}", "ＣＪ20261120000001{}", "CJ-20261120-000001-{}"])
    def test_typed_loosely_is_understood(self, typed: str) -> None:
        number = make_number("CJ", dt.date(2026, 11, 20), 1)

        assert tidy_number(typed.format(number[-1])) == number

    @pytest.mark.parametrize(("prefix", "sequence"), [("C", 1), ("cj", 1), ("江城", 1), ("CJ", 0), ("CJ", 1_000_000)])
    def test_of_another_shape_is_not_made(self, prefix: str, sequence: int) -> None:
        with pytest.raises(ValueError, match="number"):
            make_number(prefix, dt.date(2026, 11, 20), sequence)

    @pytest.mark.parametrize("text", ["", "CJ", "CJ2026112000000", "1' or '1'='1", "CJ٢٠٢٦١١٢٠٠٠٠٠٠١1"])
    def test_is_not_just_any_text(self, text: str) -> None:
        assert not is_number(text)


class TestAnId:
    @given(st.lists(st.integers(1, 3_000), min_size=1, max_size=5))
    def test_is_larger_than_every_one_before_and_fits_the_column(self, counts: list[int]) -> None:
        ids = [one for count in counts for one in [*new_ids(count), new_id()]]

        assert ids == sorted(set(ids))
        assert 0 < ids[0] <= ids[-1] < 2**63

    def test_is_given_once_however_many_ask(self) -> None:
        taken: list[list[int]] = []
        threads = [threading.Thread(target=lambda: taken.append(new_ids(5_000))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len({one for ids in taken for one in ids}) == 40_000

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_of_a_forked_worker_is_of_its_own(self) -> None:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.write(write, str(new_id()).encode())
            os._exit(0)
        os.waitpid(child, 0)
        theirs, ours = int(os.read(read, 40)), new_id()
        os.close(read)
        os.close(write)

        process = (1 << 12) - 1
        assert theirs != ours
        assert theirs.bit_length() == ours.bit_length()
        assert 0 <= (theirs >> 10 & process) <= process
