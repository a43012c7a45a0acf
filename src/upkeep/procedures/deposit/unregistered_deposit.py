"""未备案房屋交款 (D4): who bought a house that the register does not have describes it and pays its first deposit.

Source: manual 002 快捷服务 1(1). The area is found first, by its name. By the city's policy the papers are reviewed, then
the house enters the register and the slip is issued; or (as in the manual) the slip is issued at once and the house is
provisional until the bank has confirmed: a slip that runs out or is made void takes it away again.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from upkeep.banking.models import ReceiptMode
from upkeep.banking.prints import notice_document
from upkeep.banking.queries import slips_of_case
from upkeep.books import sub_accounts
from upkeep.casework import prints
from upkeep.casework.models import Case
from upkeep.casework.pages import PROOF, FormPage, Page, PapersPage, PhonePage
from upkeep.casework.procedure import Fact, Guide, Paper, Print, Procedure, Summary, register
from upkeep.casework.states import EDITABLE
from upkeep.deposits import payer_form, unregistered
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.estate import provisional
from upkeep.estate.actions import NewHouse, add_houses
from upkeep.estate.models import Area, House
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.money import yuan
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.public_query_rule import PublicQueryRule, public_query_rule
from upkeep.policy.review_chain import ReviewChain
from upkeep.printing.documents import Document

_AT_THE_BANK = Guide(
    overview="小区已备案、但楼盘表中查不到的房屋，由业主填写房屋信息并交存首期维修资金，同时将房屋补录到系统。",
    bring=("打印的交款通知单（到单上写明的专户银行，在有效期内一次交足）",),
    takes="提交后即可到银行交款，银行确认收款后房屋补录、入账并开具票据",
    bring_with="到专户银行交款",
)


@register
class UnregisteredDeposit(Procedure):
    code = "unregistered_deposit"
    title = "未备案房屋交款"
    prefix = "WB"
    covers = ("D4",)
    starters = frozenset({Role.OWNER, Role.PUBLIC, Role.WINDOW_CLERK})
    in_menu = False
    begins_at = "public:home"
    guide = replace(
        _AT_THE_BANK,
        bring=("打印的未备案房屋交款申请单", "购房合同或不动产权证书", "交款人身份证明"),
        takes="窗口受理当日，审核 3 个工作日内；审核通过后开具交款通知单",
        bring_with="",
    )
    pages = (
        FormPage("房屋信息", fields=unregistered.HOUSE, help="请先核对上方的物业区域，再按购房合同填写房屋。"),
        FormPage("交款人", fields=(*payer_form.PAYER, *payer_form.BUYER)),
        PhonePage("手机验证", help="修改手机号或证件号码后须重新验证。"),
        PapersPage("上传要件"),
    )
    papers = (Paper("contract", "购房合同或不动产权证书"), Paper("identity", "交款人身份证明"))
    prints = (Print("application", "未备案房屋交款申请单"), Print("notice", "未备案房屋交款通知单"))
    Form = unregistered.UnregisteredForm

    def guide_facts(self, *, jurisdiction_id: int, on: dt.date) -> Sequence[tuple[str, str]]:
        at_once = public_query_rule(jurisdiction_id=jurisdiction_id, on=on).unregistered_house == "PROVISIONAL"
        said = "提交后即可打印交款通知单，不须审核" if at_once else "窗口受理、审核通过后开具交款通知单"
        return (("办理方式", said),)

    def guide_of(self, case: Case) -> Guide:
        return self.guide if case.chain else _AT_THE_BANK

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        return tuple(page for page in self.pages if _must_prove_phone(case) or not isinstance(page, PhonePage))

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return self.prints if slips_of_case(case.pk) else self.prints[:1]

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        return replace(chain, steps=()) if _rule(case, on).unregistered_house == "PROVISIONAL" else chain

    def phone_to_prove(self, case: Case) -> str:
        return str(case.data.get("payer_phone", ""))

    def proof(self, case: Case) -> str:
        return lookup_hash(f"{case.pk}/{case.data.get('payer_phone', '')}/{case.data.get('id_number', '')}")

    def applicant_name(self, case: Case) -> str:
        return str(case.data.get("payer_name", ""))

    def applicant_phone(self, case: Case) -> str:
        return str(case.data.get("payer_phone", "")) or case.contact_phone

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return _area_of(case).jurisdiction_id

    def subject(self, case: Case) -> str:
        return f"{_area_of(case).name} {case.data.get('building', '')} {case.data.get('room', '')}".strip()

    def to_check(self, case: Case) -> Sequence[Fact]:
        return unregistered.area_facts(_area_of(case))

    def summary(self, case: Case) -> Summary:
        form, area = self.form_of(case, case.data), _area_of(case)
        form.is_valid()
        facts = unregistered.area_facts(area)
        if not form.errors.keys() & set(unregistered.HOUSE):
            new = unregistered.new_house(area, form.cleaned_data)
            due = unregistered.due_of_new(area, new, on=day_of(case.submitted_at or case.created_at))
            facts += unregistered.house_facts(new)
            facts += [Fact("交存标准", due.rule), Fact("应交金额", f"{yuan(due.amount_fen)} 元")]
        return Summary(facts=[*facts, *payer_form.payer_facts(case.data), *payer_form.slip_facts(case)])

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        if code != "notice":
            return None
        (slip,) = slips_of_case(case.pk)
        return notice_document(slip, title="未备案房屋交款通知单", subject=prints.subject_of(case))

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        area = _area_of(case)
        new = unregistered.new_house(area, data)
        if provisional.same_house(area.pk, building=new.building, unit=new.unit, room=new.room):
            said = "该房屋已在楼盘表中，请到“业主自主办理区”查找该房屋办理交款"
            yield Problem("room", said, instead="owner_deposit")
        if payer_form.is_known_otherwise(data, jurisdiction_id=area.jurisdiction_id):
            yield Problem(
                "id_number", "证件号码在本市登记的姓名与所填的不同，请核对姓名和证件号码，或携带证件到窗口办理"
            )
        if case.state_now in EDITABLE and _must_prove_phone(case) and case.data.get(PROOF) != self.proof(case):
            yield Problem(PROOF, "请先完成手机短信验证")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        area, rule = _area_of(case), _rule(case, day_of(at))
        new = unregistered.new_house(area, data)
        is_provisional = not case.chain and rule.unregistered_house == "PROVISIONAL"
        house = provisional.enter(area_id=area.pk, new=new) if is_provisional else _registered(area, new)
        issue_deposit_slips(
            area=area,
            houses=[house],
            payer_name=data["payer_name"],
            payer_phone=data["payer_phone"],
            receipt_mode=ReceiptMode.PER_HOUSE,
            case_id=case.pk,
            by=by,
            at=at,
        )
        if case.chain or rule.payer_becomes_owner:
            payer_form.name_as_owner(case, house, data)
        if case.chain:  # of one that is done at once the page prints all that there is to print
            prints.keep(case, "notice", by_id=by.user_id or None, at=at)


def _registered(area: Area, new: NewHouse) -> House:
    """The reviewed house in the register, with its sub-account."""
    (house_id,) = add_houses(area_id=area.pk, houses=[new])
    sub_accounts.open_for(area.pk, [house_id])
    return House.objects.select_related("area", "building").get(pk=house_id)


def _area_of(case: Case) -> Area:
    return Area.objects.select_related("jurisdiction", "developer").get(pk=int(case.data["area"]))


def _rule(case: Case, on: dt.date) -> PublicQueryRule:
    return public_query_rule(jurisdiction_id=_area_of(case).jurisdiction_id, on=on)


def _must_prove_phone(case: Case) -> bool:
    """A visitor's case: nothing else is known of him."""
    return case.applicant_user_id is None
