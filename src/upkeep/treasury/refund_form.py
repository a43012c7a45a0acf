"""The form of an application for a refund (退款信息): why, how much, to whom, into which account."""

import datetime as dt
from typing import ClassVar

from django import forms

from upkeep.estate.models import House
from upkeep.kernel.forms import BankAccountField, MoneyField, PhoneField
from upkeep.policy.refund_rule import REASONS, open_reasons
from upkeep.treasury.refunds import payees_of


class RefundForm(forms.Form):
    """退款信息. Reasons and payees are those of the house; who is none of them cannot be chosen."""

    #: What is shown as it was filled in; account and telephone are shown with care.
    PLAIN: ClassVar[tuple[str, ...]] = ("reason", "amount", "explanation", "payee", "payee_bank")

    reason = forms.ChoiceField(label="退款事由", choices=[("", "请选择"), *REASONS])
    amount = MoneyField(label="退款金额（元）")
    explanation = forms.CharField(
        label="情况说明",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明多交、错交或退房的经过",
    )
    payee = forms.ChoiceField(label="收款人", choices=[("", "请选择")])
    payee_bank = forms.CharField(label="收款人开户行", max_length=100, help_text="写到支行，例如：建设银行江城分行")
    payee_account = BankAccountField(label="收款账号", help_text="收款人本人的银行卡号或账号，8 至 32 位数字")
    phone = PhoneField(label="联系手机", help_text="审核和付款结果发到这个号码")

    def offering(self, house: House | None, *, on: dt.date, is_open: bool) -> "RefundForm":
        """The same form with what may be chosen for the house; a closed case keeps the words of what was chosen."""
        reason, whom = self.fields["reason"], self.fields["payee"]
        assert isinstance(reason, forms.ChoiceField) and isinstance(whom, forms.ChoiceField)
        payees = {one.key: one.label for one in payees_of(house)} if house is not None else {}
        chosen = str(self.data.get("payee", ""))
        if not is_open and chosen:
            payees.setdefault(chosen, "申请时的登记业主或交款人")
        whom.choices = [("", "请选择"), *payees.items()]
        if house is not None and is_open:
            reason.choices = [("", "请选择"), *open_reasons(jurisdiction_id=house.area.jurisdiction_id, on=on)]
        whom.error_messages["invalid_choice"] = "请重新选择收款人"
        return self
