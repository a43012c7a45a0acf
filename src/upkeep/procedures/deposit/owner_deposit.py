"""购房人交款 (D3): an owner, or a buyer who is not recorded yet, pays the first deposit of one house himself.

Source: manual 002 快捷服务 1(2), 165号令 第七、十条. The house is known when the form is begun: proved on the public site,
the owner's own, or chosen at the window. Nobody reviews it: handing it in issues the slip, and the printed 交款申请单 is
what the bank takes. Money moves, and a buyer becomes the owner where the city wants it so, when the bank confirms.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.banking.models import ReceiptMode
from upkeep.banking.prints import notice_document
from upkeep.banking.queries import slips_of_case
from upkeep.casework.models import Case
from upkeep.casework.pages import PROOF, FormPage, Page, PhonePage
from upkeep.casework.prints import subject_of
from upkeep.casework.procedure import Fact, Guide, Print, Procedure, Summary, register
from upkeep.casework.states import EDITABLE
from upkeep.deposits import payer_form
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.deposits.queries import not_payable
from upkeep.estate import owner_cases
from upkeep.estate.owners import current
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem, Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.printing.documents import Document


@register
class OwnerDeposit(Procedure):
    code = "owner_deposit"
    title = "购房人交款"
    prefix = "GJ"
    covers = ("D3",)
    starters = frozenset({Role.OWNER, Role.PUBLIC, Role.WINDOW_CLERK})
    steps = ()
    in_menu = False
    begins_at = "public:home"
    guide = Guide(
        overview="业主或购房人自行交存房屋的首期维修资金。核对房屋和金额后提交，打印交款申请单，到专户银行交款即可。",
        bring=("打印的交款申请单（到单上写明的专户银行，在有效期内一次交足）",),
        bring_with="到专户银行交款",
        takes="即时办结，银行确认收款后入账并开具票据",
    )
    pages = (
        FormPage(
            "交款信息",
            fields=(*payer_form.PAYER, *payer_form.BUYER),
            help="请先核对上方的房屋和应交金额；有误的请先到窗口更正，再办理交款。",
        ),
        PhonePage("手机验证", help="房屋尚未登记业主，须验证交款人的手机号；修改手机号或证件号码后须重新验证。"),
    )
    prints = (Print("notice", "交款申请单"),)
    Form = payer_form.PayerForm

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        return self.pages if _must_prove_phone(case) else self.pages[:1]

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        for name in payer_form.BUYER if _has_owner(case) else ():
            del form.fields[name]
        return form

    def phone_to_prove(self, case: Case) -> str:
        return str(case.data.get("payer_phone", ""))

    def proof(self, case: Case) -> str:
        return lookup_hash(f"{case.pk}/{case.data.get('payer_phone', '')}/{case.data.get('id_number', '')}")

    def applicant_name(self, case: Case) -> str:
        return str(case.data.get("payer_name", ""))

    def applicant_phone(self, case: Case) -> str:
        return str(case.data.get("payer_phone", "")) or case.contact_phone

    def area_id(self, case: Case) -> int | None:
        house = owner_cases.named_house(case)
        return house.area_id if house else None

    def place(self, case: Case, data: dict[str, Any]) -> int:
        house = owner_cases.named_house(case)
        return house.area.jurisdiction_id if house else 0

    def subject(self, case: Case) -> str:
        house = owner_cases.named_house(case)
        return f"{house.area.name} {house.building.name} {house.label}" if house else ""

    def to_check(self, case: Case) -> Sequence[Fact]:
        house = owner_cases.named_house(case)
        if house is None:
            return ()
        due = payer_form.due_now(house, on=day_of(case.submitted_at or case.created_at))
        return [*owner_cases.house_facts(house)[:-1], *payer_form.due_facts(house, due)]

    def summary(self, case: Case) -> Summary:
        return Summary(facts=[*self.to_check(case), *payer_form.payer_facts(case.data), *payer_form.slip_facts(case)])

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        (slip,) = slips_of_case(case.pk)
        return notice_document(slip, title="住宅专项维修资金交款申请单", subject=subject_of(case))

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        house = owner_cases.live_house(case)
        if house is None:
            yield Problem("", "该房屋已注销或不在楼盘表中，请撤销业务单后重新查找房屋")
            return
        if reason := not_payable(house):
            yield Problem("", reason)
        if case.data.get(owner_cases.SEEN) != owner_cases.begun_for(house)[owner_cases.SEEN]:
            yield Problem("", "该房屋的业主在填写期间已变更，请撤销业务单后重新办理")
        elif not _has_owner(case) and payer_form.is_known_otherwise(data, jurisdiction_id=house.area.jurisdiction_id):
            yield Problem(
                "id_number", "证件号码在本市登记的姓名与所填的不同，请核对姓名和证件号码，或携带证件到窗口办理"
            )
        if case.state_now in EDITABLE and _must_prove_phone(case) and case.data.get(PROOF) != self.proof(case):
            yield Problem(PROOF, "请先完成手机短信验证")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        house = owner_cases.live_house(case)
        assert house is not None
        place, on = house.area.jurisdiction_id, day_of(at)
        if payer_form.due_now(house, on=day_of(case.created_at)) != payer_form.due_now(house, on=on):
            raise Refusal("交存标准已调整，应交金额与您核对的不同，请撤销业务单后重新办理")
        issue_deposit_slips(
            area=house.area,
            houses=[house],
            payer_name=data["payer_name"],
            payer_phone=data["payer_phone"],
            receipt_mode=ReceiptMode.PER_HOUSE,
            case_id=case.pk,
            by=by,
            at=at,
        )
        if not current([house.pk]).exists() and public_query_rule(jurisdiction_id=place, on=on).payer_becomes_owner:
            payer_form.name_as_owner(case, house, data)


def _has_owner(case: Case) -> bool:
    """Whether somebody was recorded as the owner when the form was begun."""
    return bool(case.data.get(owner_cases.SEEN))


def _must_prove_phone(case: Case) -> bool:
    """A visitor pays for a house that nobody is recorded for: nothing else is known of him."""
    return not _has_owner(case) and case.applicant_user_id is None
