"""业主证件更正 (E10): the mistyped number or kind of an owner's paper is put right; the owner stays the same person.

Source: 个人信息保护法 第四十六条 (whoever finds his data wrong may have them corrected). Begins from 更正 at an owner of a
house. By his number an owner is found, recognised and counted, so one enters it and another looks at the paper: a city may
lengthen the chain, not empty it. On approval the number is changed in all his houses, with its history, and he is told.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Change, Fact, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.casework.states import CLOSED
from upkeep.estate import claims, owner_cases
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import Ownership
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owner_form import tidy_number
from upkeep.estate.owner_id_corrections import OWNERSHIP, SEEN, correct_id, ownership_of, problems
from upkeep.kernel.masking import mask_id_number, mask_phone
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep, ReviewChain


@register
class OwnerIdCorrection(Procedure):
    code = "owner_id_correction"
    title = "业主证件更正"
    prefix = "ZJ"
    covers = ("E10",)
    starters = frozenset({Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE, Role.WINDOW_CLERK})
    steps = (ChainStep(Role.FIRST_REVIEWER, 3),)
    in_menu = False
    begins_at = "owners:search"
    guide = Guide(
        overview="登记的证件类型或号码有误时更正，业主仍是同一人；房屋转让请办理过户。须由另一人核对证件后审核。",
        bring=("业主身份证明原件", "打印的业主证件更正申请表"),
        takes="审核 3 个工作日内",
    )
    pages = (
        FormPage(
            "更正内容",
            help="按证件原件填写；姓名、电话有误的，在房屋页面的“更正”中办理",
            fields=("id_kind", "id_number", "reason"),
        ),
        PapersPage("上传要件"),
    )
    papers = (Paper("identity", "业主身份证明"), Paper("basis", "其他证明", required=False))
    prints = (Print("application", "业主证件更正申请表"),)

    class Form(forms.Form):
        id_kind = forms.ChoiceField(label="正确的证件类型", choices=[("", "请选择"), *IdKind.choices])
        id_number = forms.CharField(label="正确的证件号码", max_length=40)
        reason = forms.CharField(label="更正原因", max_length=150, widget=forms.Textarea(attrs={"rows": 2}))

        def clean(self) -> dict[str, Any]:
            data = self.cleaned_data
            if data.get("id_number") and data.get("id_kind"):
                try:
                    data["id_number"] = tidy_number(data["id_kind"], data["id_number"])
                except ValueError as wrong:
                    self.add_error("id_number", str(wrong))
            return data

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        """Never by one person alone, whatever the city says of it."""
        return chain if chain.steps else ReviewChain(steps=self.steps, starters=chain.starters)

    def area_id(self, case: Case) -> int | None:
        owned = ownership_of(case)
        return owned.house.area_id if owned else None

    def place(self, case: Case, data: dict[str, Any]) -> int:
        owned = ownership_of(case)
        return owned.house.area.jurisdiction_id if owned else 0

    def subject(self, case: Case) -> str:
        owned = ownership_of(case)
        return f"{owned.house.area.name} {owned.house.building.name} {owned.house.label}" if owned else ""

    def summary(self, case: Case) -> Summary:
        owned = ownership_of(case)
        if owned is None:
            return Summary()
        owner = Fact("业主", owner_cases.shown_name(owned))
        phone = Fact("联系电话", mask_phone(owned.owner.phone) if owned.owner.phone else "—")
        return Summary(facts=[*owner_cases.house_facts(owned.house), owner, phone, *self.form_facts(case, "reason")])

    def changes(self, case: Case) -> list[Change]:
        """The number whole while somebody has to hold it against the paper, masked before and after."""
        before = case.data.get(SEEN, {})
        number = str(case.data.get("id_number", ""))
        shown = mask_id_number(number) if case.state_now in CLOSED else number
        kind = dict(IdKind.choices).get(str(case.data.get("id_kind", "")), "")
        return [
            Change("证件类型", str(before.get("kind", "")), kind),
            Change("证件号码", str(before.get("number", "")), shown),
        ]

    def outcomes(self, case: Case) -> list[Outcome]:
        owned = ownership_of(case)
        return [Outcome("查看房屋", "estate:house", owned.house_id)] if owned else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Any]:
        yield from problems(case, id_kind=data["id_kind"], id_number=data["id_number"])

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        houses = list(_owned(case).values_list("house_id", flat=True))
        claims.claim(house_ids=houses, kind=ClaimKind.REGISTER, source=owner_cases.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=owner_cases.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        correct_id(
            case, id_kind=IdKind(data["id_kind"]), id_number=data["id_number"], reason=data["reason"], by=by, at=at
        )
        claims.release(source=owner_cases.source_of(case))


def _owned(case: Case) -> Any:
    """All present ownerships of the owner: none of his houses may pass to another while his number is in doubt."""
    owned = Ownership.objects.filter(pk=int(case.data[OWNERSHIP])).values("owner")
    return Ownership.objects.filter(owner__in=owned, until__isnull=True)
