"""收款账户: whom an application asks to pay, how they are asked for, and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from upkeep.casework.procedure import Table
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import BankAccountField, MoneyField
from upkeep.kernel.money import yuan

MOST_PAYEES = 5
_PARTS = ("name", "bank", "account", "amount")
FIRST_FIELDS = tuple(f"payee_1_{part}" for part in _PARTS)
OTHER_FIELDS = tuple(f"payee_{place}_{part}" for place in range(2, MOST_PAYEES + 1) for part in _PARTS)


@dataclass(frozen=True, kw_only=True)
class Payee:
    """收款账户: whom to pay, and how much."""

    name: str
    bank: str
    account: str
    amount_fen: int


class PayeesForm(forms.Form):
    """收款账户: the first is needed, up to four more may be added; a line is filled in as a whole or not at all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, MOST_PAYEES + 1):
            needed, suffix = place == 1, "" if place == 1 else f"（{place}）"
            self.fields |= {
                f"payee_{place}_name": forms.CharField(label=f"收款单位{suffix}", max_length=100, required=needed),
                f"payee_{place}_bank": forms.CharField(label=f"开户银行{suffix}", max_length=100, required=needed),
                f"payee_{place}_account": BankAccountField(label=f"收款账号{suffix}", required=needed),
                f"payee_{place}_amount": MoneyField(label=f"拨付金额（元）{suffix}", required=needed),
            }

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for place in range(2, MOST_PAYEES + 1):
            names = [f"payee_{place}_{part}" for part in _PARTS]
            if any(data.get(name) for name in names):
                for name in names:
                    if not data.get(name) and name not in self.errors:
                        self.add_error(name, "该收款账户须填写完整，不需要的请全部清空")
        return data


def payees_in(data: Mapping[str, Any]) -> list[Payee]:
    """The payees of the form's typed data."""
    rows = [tuple(data.get(f"payee_{place}_{part}") for part in _PARTS) for place in range(1, MOST_PAYEES + 1)]
    return [
        Payee(name=str(name), bank=str(bank), account=str(account), amount_fen=int(fen))
        for name, bank, account, fen in rows
        if name and bank and account and fen
    ]


def payees_as_typed(data: Mapping[str, Any]) -> list[Payee]:
    """The payees of a draft, as far as they are filled in rightly."""
    form = PayeesForm(data)
    form.is_valid()
    return payees_in(form.cleaned_data)


def total_of(payees: Sequence[Payee]) -> int:
    """What they are to be paid together, in fen."""
    return sum(payee.amount_fen for payee in payees)


def repeated(payees: Sequence[Payee]) -> Iterator[Problem]:
    """One account twice in an application would come out as two payments that a bank takes for one."""
    accounts = [payee.account for payee in payees]
    if len(set(accounts)) != len(accounts):
        yield Problem("payee_1_account", "同一收款账号请合并填写一次")


def table_of(payees: Sequence[Payee]) -> Table:
    """The payees for page and print, with their sum."""
    rows = [(one.name, one.bank, one.account, yuan(one.amount_fen)) for one in payees]
    total = ("合计", f"{len(rows)} 个账户", "", yuan(total_of(payees)))
    columns = ("收款单位", "开户银行", "收款账号", "拨付金额（元）")
    return Table("收款账户", columns, [*rows, total] if rows else [], frozenset({3}))


def paid_to_applicant(payees: Sequence[Payee], *, applicant: str) -> Iterator[str]:
    """A warning for whoever decides, where an organisation asks that it be paid itself."""
    wanted = _plain(applicant)
    if wanted and any(_plain(payee.name) == wanted for payee in payees):
        yield f"收款单位与申请单位“{applicant}”相同。请核对施工合同和发票，确认工程款应付给申请单位。"


def _plain(name: str) -> str:
    return "".join(name.split()).replace("（", "(").replace("）", ")")
