"""业主退款 (D5): a deposit that was too much, by mistake, or whose purchase was cancelled is paid back to owner or payer.

Source: manual 002, 业主自主办理区 (3) 业主退款; 165号令 第二十八条. Begins from a house. Handing it in claims the house and
prints the 退款申请单; approval holds the money, orders the payment and prints the 退款支款单; the books move when the bank
has paid. What a visitor without an account fills in stays a draft until the window has seen who he is.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.prints import refund_paper
from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, PapersPage
from upkeep.casework.procedure import Fact, Guide, Paper, Print, Procedure, Summary, register
from upkeep.casework.states import CLOSED
from upkeep.deposits.due import due_that_day
from upkeep.estate import claims, owner_cases
from upkeep.estate.models import House
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import BankAccountField, MoneyField, PhoneField
from upkeep.kernel.masking import mask_bank_account, mask_phone
from upkeep.parties.actor import Actor
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Role
from upkeep.policy.refund_rule import PAPERS, REASONS, open_reasons, refund_rule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.printing.documents import Document
from upkeep.treasury import refund_cases, refunds

_REVIEW = (ChainStep(Role.FIRST_REVIEWER, 3), ChainStep(Role.APPROVER, 3))


@register
class OwnerRefund(Procedure):
    code = "owner_refund"
    title = "业主退款"
    prefix = "TK"
    covers = ("D5",)
    starters = frozenset({Role.OWNER, Role.PUBLIC, Role.WINDOW_CLERK})
    steps = (ChainStep(Role.WINDOW_CLERK, 1), *_REVIEW)
    in_menu = False
    identity_at_window = True
    begins_at = "payments:refund_house"
    guide = Guide(
        overview="多交、错交维修资金或者退房的，退还已交且未使用的部分。退款只付给房屋的登记业主或原交款人。",
        bring=("打印的退款申请单（签名）", "申请人身份证明原件", "交款票据原件及上传的其他要件原件"),
        takes="窗口受理当日，审核、审批各 3 个工作日内；审核通过后凭退款支款单到专户银行办理退款",
    )
    pages = (
        FormPage(
            "退款信息",
            help="请核对上面的房屋信息。退款付到收款人本人（本单位）的银行账户。",
            fields=("reason", "amount", "explanation", "payee", "payee_bank", "payee_account", "phone"),
        ),
        PapersPage("退款要件"),
    )
    papers = tuple(Paper(code, title) for code, title in PAPERS)
    prints = (Print("refund_application", "退款申请单"), Print("refund_order", "退款支款单"))

    class Form(forms.Form):
        reason = forms.ChoiceField(label="退款事由", choices=[("", "请选择"), *REASONS])
        amount = MoneyField(label="退款金额（元）")
        explanation = forms.CharField(
            label="情况说明",
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="写明多交、错交或退房的经过",
        )
        payee = forms.CharField(label="收款人")
        payee_bank = forms.CharField(
            label="收款人开户行", max_length=100, help_text="写到支行，例如：建设银行江城分行"
        )
        payee_account = BankAccountField(label="收款账号", help_text="收款人本人的银行卡号或账号，8 至 32 位数字")
        phone = PhoneField(label="联系手机", help_text="审核和付款结果发到这个号码")

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form, house = self.make_form(*args, **kwargs), owner_cases.named_house(case)
        reason = form.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        if house and case.state_now not in CLOSED:
            offered = open_reasons(jurisdiction_id=house.area.jurisdiction_id, on=_day(case))
            reason.choices = [("", "请选择"), *offered]
        payees = [(one.key, one.label) for one in refunds.payees_of(house)] if house else []
        form.fields["payee"] = forms.ChoiceField(label="收款人", choices=[("", "请选择"), *payees])
        form.fields["payee"].error_messages |= {"required": "请选择收款人", "invalid_choice": "请重新选择收款人"}
        return form

    def proposals(self, case: Case, *, on: dt.date) -> Mapping[str, Any]:
        house = owner_cases.named_house(case)
        payees = refunds.payees_of(house) if house else []
        own = bool(case.applicant_user and actor_of(case.applicant_user).has(Role.OWNER))
        return {"payee": payees[0].key if payees else "", "phone": case.contact_phone if own else ""}

    def about(self, case: Case) -> Sequence[Fact]:
        house = refund_cases.house_of(case)
        if house is None:
            return ()
        return [
            *owner_cases.house_facts(house),
            *refund_cases.money_facts(house, due_fen=_due(house, case), on=_day(case)),
        ]

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        house, reason = owner_cases.named_house(case), str(case.data.get("reason", ""))
        if house is None or reason not in dict(REASONS):
            return ()
        rule = refund_rule(reason, jurisdiction_id=house.area.jurisdiction_id, on=_day(case))
        return tuple(paper for paper in self.papers if paper.code in rule.papers)

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return self.prints if refunds.refund_of(case) else self.prints[:1]

    def result_title(self, case: Case) -> str:
        return "退款申请已填写，请到窗口办理" if not case.chain else super().result_title(case)

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        return refund_cases.fitted(case, chain, usual=_REVIEW)

    def place(self, case: Case, data: dict[str, Any]) -> int:
        house = refund_cases.house_of(case)
        return house.area.jurisdiction_id if house else 0

    def area_id(self, case: Case) -> int | None:
        house = owner_cases.named_house(case)
        return house.area_id if house else None

    def subject(self, case: Case) -> str:
        house = owner_cases.named_house(case)
        return f"{house.area.name} {house.building.name} {house.label}" if house else ""

    def summary(self, case: Case) -> Summary:
        house = owner_cases.named_house(case)
        if house is None:
            return Summary()
        money = (
            ()
            if case.state_now in CLOSED
            else refund_cases.money_facts(house, due_fen=_due(house, case), on=_day(case))
        )
        return Summary(
            facts=[*owner_cases.house_facts(house), *money, *self._asked(case), *refund_cases.paid_facts(case)]
        )

    def _asked(self, case: Case) -> list[Fact]:
        facts = self.form_facts(case, "reason", "amount", "explanation", "payee", "payee_bank")
        account, phone = str(case.data.get("payee_account", "")), str(case.data.get("phone", ""))
        decided = case.state_now in CLOSED
        facts += [Fact("收款账号", mask_bank_account(account) if decided else account)] if account else []
        return facts + ([Fact("联系手机", mask_phone(phone))] if phone else [])

    def warnings(self, case: Case) -> Sequence[str]:
        return refund_cases.warnings(case)

    def applicant_phone(self, case: Case) -> str:
        return str(case.data.get("phone", "")) or case.contact_phone

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        refund = refunds.refund_of(case) if code == "refund_order" else None
        order = refunds.order_of(refund) if refund else None
        return refund_paper(order, case=case, reason=dict(REASONS)[refund.reason]) if order and refund else None

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        house = refund_cases.house_of(case)
        if house is None:
            return [Problem("", "该房屋已注销，或不在您可以办理的范围内，请撤销业务单后重新选择房屋")]
        reason, fen, key = data["reason"], data["amount"], data["payee"]
        due_fen, on = _due(house, case), _day(case)
        return refunds.problems_of(case, house, reason=reason, amount_fen=fen, payee_key=key, due_fen=due_fen, on=on)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        claims.claim(house_ids=[int(case.data["house"])], kind=ClaimKind.REFUND, source=refunds.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=refunds.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        asked = refunds.Asked(
            reason=data["reason"],
            amount_fen=data["amount"],
            payee_key=data["payee"],
            payee_bank=data["payee_bank"],
            payee_account=data["payee_account"],
            phone=data["phone"],
        )
        refunds.approve(case, int(case.data["house"]), asked, by=by, at=at)


def _day(case: Case) -> dt.date:
    return day_of(case.submitted_at or case.created_at)


def _due(house: House, case: Case) -> int | None:
    return due_that_day(house, on=refunds.due_on_of(house, on=_day(case)))
