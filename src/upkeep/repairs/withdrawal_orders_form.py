"""What a withdrawal order (维修支取任务单) asks: the repair, its period, who is paid. Its houses are chosen apart.

Source: manual 003 §4.2.1 ③; the fields themselves stand only in its pictures.
"""

from typing import Any

from django import forms

from upkeep.estate.kinds import FacilityKind
from upkeep.kernel.forms import BankAccountField, DayField, MoneyField, ReferenceField
from upkeep.repairs.payees import Payee

MOST_PAYEES = 3
BASICS = (
    "title",
    "total",
    "facility",
    "contractor",
    "facility_kind",
    "facility_name",
    "starts_on",
    "ends_on",
    "reason",
    "content",
    "note",
)
_PARTS = ("name", "bank", "account")
FIRST_PAYEE = tuple(f"payee_1_{part}" for part in _PARTS)
MORE_PAYEES = tuple(f"payee_{place}_{part}" for place in range(2, MOST_PAYEES + 1) for part in (*_PARTS, "amount"))


class OrderForm(forms.Form):
    """任务单. The first payee is paid what the others leave of the total."""

    area = ReferenceField(label="小区")
    title = forms.CharField(label="维修项目名称", max_length=100)
    total = MoneyField(label="支取总金额（元）")
    facility = ReferenceField(label="维修部位", required=False, help_text="列表中没有的，在后面两项填写类型和名称")
    facility_kind = forms.ChoiceField(
        label="新维修部位类型", required=False, choices=[("", "请选择"), *FacilityKind.choices]
    )
    facility_name = forms.CharField(label="新维修部位名称", max_length=60, required=False)
    contractor = forms.CharField(label="施工单位", max_length=100)
    starts_on = DayField(label="计划开工日")
    ends_on = DayField(label="计划完工日")
    reason = forms.CharField(label="维修原因", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    content = forms.CharField(label="维修内容", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    note = forms.CharField(label="备注", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, MOST_PAYEES + 1):
            needed, suffix = place == 1, "" if place == 1 else f"（{place}）"
            self.fields |= {
                f"payee_{place}_name": forms.CharField(label=f"收款单位{suffix}", max_length=100, required=needed),
                f"payee_{place}_bank": forms.CharField(label=f"开户银行{suffix}", max_length=100, required=needed),
                f"payee_{place}_account": BankAccountField(label=f"收款账号{suffix}", required=needed),
            }
            if not needed:
                self.fields[f"payee_{place}_amount"] = MoneyField(label=f"支取金额（元）{suffix}", required=False)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        self._check_facility(data)
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "计划完工日不能早于计划开工日")
        for place in range(2, MOST_PAYEES + 1):
            names = [f"payee_{place}_{part}" for part in (*_PARTS, "amount")]
            if any(data.get(name) for name in names):
                for name in names:
                    if not data.get(name) and name not in self.errors:
                        self.add_error(name, "该收款账户须填写完整，不需要的请全部清空")
        self._check_payees(data)
        return data

    @classmethod
    def cleaned_of(cls, data: dict[str, Any]) -> dict[str, Any]:
        """What of a kept form is right, typed."""
        form = cls(data)
        form.is_valid()
        return form.cleaned_data

    def _check_facility(self, data: dict[str, Any]) -> None:
        if data.get("facility"):
            return
        if not (data.get("facility_kind") or data.get("facility_name")):
            self.add_error("facility", "请选择维修部位，列表中没有的请填写类型和名称")
        elif not data.get("facility_kind"):
            self.add_error("facility_kind", "请选择新维修部位的类型")
        elif not data.get("facility_name"):
            self.add_error("facility_name", "请填写新维修部位的名称")

    def _check_payees(self, data: dict[str, Any]) -> None:
        accounts = [data.get(f"payee_{place}_account") for place in range(1, MOST_PAYEES + 1)]
        given = [account for account in accounts if account]
        if len(set(given)) < len(given):
            self.add_error("payee_2_account", "同一收款账号请合并填写一次")
        others = sum(data.get(f"payee_{place}_amount") or 0 for place in range(2, MOST_PAYEES + 1))
        if data.get("total") and others >= data["total"]:
            self.add_error("payee_2_amount", "其他收款单位的金额合计须小于支取总金额，余下的付给第一个收款单位")


def payees_in(data: dict[str, Any], *, payable_fen: int) -> list[Payee]:
    """The payees of the form's typed data; together they are paid what the fund pays, in fen."""
    others = [
        Payee(
            name=str(data[f"payee_{place}_name"]),
            bank=str(data[f"payee_{place}_bank"]),
            account=str(data[f"payee_{place}_account"]),
            amount_fen=int(data[f"payee_{place}_amount"]),
        )
        for place in range(2, MOST_PAYEES + 1)
        if data.get(f"payee_{place}_amount")
    ]
    first = Payee(
        name=str(data["payee_1_name"]),
        bank=str(data["payee_1_bank"]),
        account=str(data["payee_1_account"]),
        amount_fen=payable_fen - sum(payee.amount_fen for payee in others),
    )
    return [first, *others]
