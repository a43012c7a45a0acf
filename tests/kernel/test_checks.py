"""Official numbers: what is accepted is right in form, what is refused gets a sentence."""

import random

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from upkeep.demo.people import credit_code, invent
from upkeep.kernel import checks
from upkeep.kernel.forms import BankAccountField, FloorAreaField, MoneyField, PhoneField, ReferenceField


class TestAnIdNumber:
    @given(st.integers(0, 10**6))
    def test_of_anybody_is_accepted(self, seed: int) -> None:
        number = invent(random.Random(seed)).id_number

        assert checks.id_number(f" {number[:6]} {number[6:].lower()}") == number

    @given(st.integers(0, 10**6), st.integers(0, 16), st.integers(1, 9))
    def test_with_a_digit_misread_is_refused(self, seed: int, place: int, shift: int) -> None:
        number = invent(random.Random(seed)).id_number
        wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]

        with pytest.raises(ValueError, match="身份证号码不正确"):
            checks.id_number(wrong)

    @pytest.mark.parametrize("text", ["", "110105194912310021", "11010519491231002", "110105199002300027", "张三"])
    def test_of_another_shape_or_day_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="身份证号码不正确"):
            checks.id_number(text)


class TestASocialCreditCode:
    @given(st.integers(0, 999_999))
    def test_with_the_right_character_is_accepted(self, serial: int) -> None:
        code = credit_code(serial)

        assert checks.social_credit_code(code.lower()) == code

    @pytest.mark.parametrize("text", ["", "91350100M000100Y44", "91350100M000100Y4", "统一社会信用代码"])
    def test_that_is_wrong_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="统一社会信用代码不正确"):
            checks.social_credit_code(text)


class TestAPhone:
    @pytest.mark.parametrize(
        "text", ["13812345678", "１３８１２３４５６７８", "138 1234 5678", "0830-3100000", "010-12345678"]
    )
    def test_is_mobile_or_fixed(self, text: str) -> None:
        assert checks.phone_number(text)

    @pytest.mark.parametrize("text", ["", "1381234567", "12812345678", "3100000", "+8613812345678", "138123456789"])
    def test_of_another_shape_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="电话号码不正确"):
            checks.phone_number(text)


class TestAField:
    @pytest.mark.parametrize("field", [MoneyField(), FloorAreaField()])
    @pytest.mark.parametrize("typed", ["0", "-1", "1.234", "NaN", "1e400", "很多", "9" * 400])
    def test_refuses_what_is_no_positive_number(self, field: MoneyField | FloorAreaField, typed: str) -> None:
        with pytest.raises(ValidationError):
            field.clean(typed)

    @pytest.mark.parametrize("field", [MoneyField, FloorAreaField, PhoneField, BankAccountField])
    def test_is_empty_when_it_may_be(self, field: type[MoneyField]) -> None:
        assert not field(required=False).clean("")

    def test_of_money_gives_fen_and_of_an_area_hundredths(self) -> None:
        assert MoneyField().clean("1,234.5") == 123450
        assert FloorAreaField().clean("118.36㎡") == 11836

    @pytest.mark.parametrize(("typed", "kept"), [("6222 0000 1888", "622200001888"), ("６２２２０００１", "62220001")])
    def test_of_a_bank_account_drops_the_spaces(self, typed: str, kept: str) -> None:
        assert BankAccountField().clean(typed) == kept

    @pytest.mark.parametrize("typed", ["1234567", "1" * 33, "6222a00001888", "²²²²²²²²²"])
    def test_of_a_bank_account_refuses_other_shapes(self, typed: str) -> None:
        with pytest.raises(ValidationError):
            BankAccountField().clean(typed)

    @pytest.mark.parametrize("typed", ["²", "1.5", "x", "-1"])
    def test_of_a_reference_refuses_what_is_no_id(self, typed: str) -> None:
        with pytest.raises(ValidationError):
            ReferenceField().clean(typed)
