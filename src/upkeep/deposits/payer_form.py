"""Who pays the first deposit of a single house (D3, D4): what he is asked, and whether he becomes its owner by paying."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms

from upkeep.banking.queries import slips_of_case
from upkeep.casework.models import Case
from upkeep.casework.parts import put_rows
from upkeep.casework.procedure import Fact
from upkeep.deposits.due import Due, dues
from upkeep.deposits.owner_sheet import CREDIT, ID_CARD
from upkeep.deposits.owners import OWNERS
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House
from upkeep.estate.owner_form import known_otherwise, tidy_number
from upkeep.estate.owners import OwnerDetails
from upkeep.kernel.areas import square_metres
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.masking import mask_id_number, mask_phone
from upkeep.kernel.money import yuan
from upkeep.parties.queries import city_id_of

#: The fields that everybody fills in, and those of whoever is not yet recorded as the owner.
PAYER = ("payer_name", "payer_phone")
BUYER = ("id_kind", "id_number", "contract")
#: How the owner sheet writes the kinds of papers.
_PAPERS = {
    IdKind.ID_CARD: ID_CARD,
    IdKind.PASSPORT: "护照",
    IdKind.PERMIT: "港澳居民来往内地通行证",
    IdKind.MILITARY: "军官证",
    IdKind.CREDIT_CODE: CREDIT,
    IdKind.OTHER: "其他",
}


class PayerForm(forms.Form):
    """交款人: who pays, and where his receipt and his messages go; of a buyer also who he is, and his contract."""

    payer_name = forms.CharField(label="交款人", max_length=50, help_text="票据上的姓名或单位名称")
    payer_phone = PhoneField(label="手机号", help_text="用于领取票据、接收办理结果")
    id_kind = forms.ChoiceField(label="证件类型", choices=IdKind.choices, initial=IdKind.ID_CARD)
    id_number = forms.CharField(label="证件号码", max_length=40, help_text="单位填写统一社会信用代码")
    contract = forms.CharField(label="购房合同编号", max_length=60, help_text="见商品房买卖合同首页")

    def clean_payer_name(self) -> str:
        return "".join(str(self.cleaned_data["payer_name"]).split())

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("id_number") and data.get("id_kind"):
            try:
                data["id_number"] = tidy_number(data["id_kind"], data["id_number"])
            except ValueError as wrong:
                self.add_error("id_number", str(wrong))
        return data


def payer_facts(data: Mapping[str, Any]) -> list[Fact]:
    """The payer for those who read the case: his name as it will stand on the paper, the rest masked."""
    facts = [
        Fact("交款人", str(data.get("payer_name", ""))),
        Fact("手机号", mask_phone(str(data.get("payer_phone", "")))),
    ]
    if data.get("id_number"):
        kind = dict(IdKind.choices).get(str(data.get("id_kind", "")), "证件号码")
        facts += [
            Fact(kind, mask_id_number(str(data["id_number"]))),
            Fact("购房合同编号", str(data.get("contract", ""))),
        ]
    return facts


def details_of(data: Mapping[str, Any]) -> OwnerDetails:
    """The payer as an owner; the data are checked."""
    return OwnerDetails(
        name=data["payer_name"],
        id_kind=IdKind(data["id_kind"]),
        id_number=data["id_number"],
        phone=data["payer_phone"],
    )


def is_known_otherwise(data: Mapping[str, Any], *, jurisdiction_id: int) -> bool:
    """Whether the city has the number under another name."""
    return bool(known_otherwise([details_of(data)], city_id=city_id_of(jurisdiction_id)))


def name_as_owner(case: Case, house: House, data: Mapping[str, Any]) -> None:
    """Say on the case that the payer is the buyer: once the bank has confirmed he is bound, where nobody is by then."""
    kind = IdKind(data["id_kind"])
    row = {
        "building": house.building.name,
        "unit": house.unit,
        "room": house.room,
        "area_dm2": house.area_dm2,
        "owner_name": data["payer_name"],
        "paper_kind": _PAPERS[kind],
        "paper_number": data["id_number"],
        "owner_phone": data["payer_phone"],
    }
    put_rows(case, OWNERS, [(2, row)])


def due_now(house: House, *, on: dt.date) -> Due:
    """What the house owes by the standard of the day. Raises: NoPolicy, NoStandard."""
    return dues(jurisdiction_id=house.area.jurisdiction_id, houses=[house], on=on)[house.pk]


def due_facts(house: House, due: Due) -> list[Fact]:
    """Area, standard and amount, as a payer reads them."""
    return [
        Fact("建筑面积", f"{square_metres(house.area_dm2)} ㎡"),
        Fact("交存标准", due.rule),
        Fact("应交金额", f"{yuan(due.amount_fen)} 元"),
    ]


def slip_facts(case: Case) -> list[Fact]:
    """How the slip stands that the case has brought about."""
    return [
        Fact("交款通知单", f"{slip.number}（{slip.get_state_display()}，有效期至 {slip.expires_on}）")
        for slip in slips_of_case(case.pk)
    ]
