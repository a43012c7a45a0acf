"""Form fields of the domain. Plain `django.forms`: they check shape, never the database.

A field stores in the case what people typed (a JSON document) and gives typed values once cleaned.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from upkeep.kernel import checks
from upkeep.kernel.areas import dm2_from_text
from upkeep.kernel.money import fen_from_text, half_width


class MoneyField(forms.CharField):
    """Yuan with at most two places as typed; int fen, above zero, once cleaned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            fen = fen_from_text(str(text))
        except ValueError:
            fen = 0
        if fen <= 0:
            raise ValidationError("请填写大于 0 的金额，单位元，最多两位小数")
        return fen


class FloorAreaField(forms.CharField):
    """Square metres with at most two places as typed; int of 0.01 m², above zero, once cleaned."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "num"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            area_dm2 = dm2_from_text(str(text))
        except ValueError:
            area_dm2 = 0
        if area_dm2 <= 0:
            raise ValidationError("请填写大于 0 的面积，单位平方米，最多两位小数")
        return area_dm2


class _CheckedField(forms.CharField):
    check: Callable[[str], str]

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return ""
        try:
            return type(self).check(text)
        except ValueError as wrong:
            raise ValidationError(str(wrong)) from None


class PhoneField(_CheckedField):
    """Mobile or fixed line."""

    check = staticmethod(checks.phone_number)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"}), **kwargs)


class IdNumberField(_CheckedField):
    """居民身份证号码 with its check digit."""

    check = staticmethod(checks.id_number)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=18, **kwargs)


class SocialCreditCodeField(_CheckedField):
    """统一社会信用代码 with its check digit."""

    check = staticmethod(checks.social_credit_code)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=18, **kwargs)


class BankAccountField(forms.CharField):
    """A bank account number: 8 to 32 digits, spaces tolerated."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=48, widget=forms.TextInput(attrs={"inputmode": "numeric"}), **kwargs)

    def clean(self, value: Any) -> Any:
        text = half_width(str(super().clean(value) or "")).replace(" ", "").replace("-", "")
        if text and not (text.isascii() and text.isdigit() and 8 <= len(text) <= 32):
            raise ValidationError("银行账号应为 8 至 32 位数字")
        return text


class DayField(forms.DateField):
    """A day, typed or picked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **kwargs)


class ReferenceField(forms.TypedChoiceField):
    """An id chosen from a list that the procedure offers for this case (`Procedure.choices`).

    The form only checks that it is a whole number; the engine refuses what was not offered.
    """

    is_reference = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, **kwargs)

    def valid_value(self, value: Any) -> bool:
        return str(value).isascii() and str(value).isdigit()
