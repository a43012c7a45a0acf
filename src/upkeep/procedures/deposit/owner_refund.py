"""业主退款 (D5): a deposit that was too much, by mistake, or whose purchase was cancelled is paid back to owner or payer.

Source: manual 002, 业主自主办理区 (3) 业主退款; 165号令 第二十八条. Begins from a house. Handing it in claims the house and
prints the 退款申请单; approval holds the money, orders the payment and prints the 退款支款单; the books move when the bank
has paid. What a visitor without an account fills in stays a draft until the window has seen who he is.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

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
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.refund_rule import PAPERS, REASONS, refund_rule
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.printing.documents import Document
from upkeep.treasury import refund_cases, refunds
from upkeep.treasury.refund_form import RefundForm

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

    Form = RefundForm

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form, house = self.make_form(*args, **kwargs), owner_cases.named_house(case)
        assert isinstance(form, RefundForm)
        return form.offering(house, on=_day(case), is_open=case.state_now not in CLOSED)

    def proposals(self, case: Case, *, on: dt.date) -> Mapping[str, Any]:
        return refund_cases.proposals(case)

    def about(self, case: Case) -> Sequence[Fact]:
        house = refund_cases.house_of(case)
        return self._house_and_money(house, case) if house else ()

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
        asked = [*self.form_facts(case, *RefundForm.PLAIN), *refund_cases.account_facts(case)]
        return Summary(facts=[*self._house_and_money(house, case), *asked, *refund_cases.paid_facts(case)])

    def _house_and_money(self, house: House, case: Case) -> list[Fact]:
        facts = owner_cases.house_facts(house)
        if case.state_now not in CLOSED:
            facts += refund_cases.money_facts(house, due_fen=_due(house, case), on=_day(case))
        return facts

    def warnings(self, case: Case) -> Sequence[str]:
        return refund_cases.warnings(case)

    def applicant_phone(self, case: Case) -> str:
        return str(case.data.get("phone", "")) or case.contact_phone

    def document(self, case: Case, code: str, *, at: dt.datetime) -> Document | None:
        return refund_cases.paper(case) if code == "refund_order" else None

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        house = refund_cases.house_of(case)
        return refund_cases.problems(case, house, data, due_fen=_due(house, case) if house else None, on=_day(case))

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        claims.claim(house_ids=[int(case.data["house"])], kind=ClaimKind.REFUND, source=refunds.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=refunds.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        refunds.approve(case, int(case.data["house"]), refund_cases.asked(data), by=by, at=at)


def _day(case: Case) -> dt.date:
    return day_of(case.submitted_at or case.created_at)


def _due(house: House, case: Case) -> int | None:
    return due_that_day(house, on=refunds.due_on_of(house, on=_day(case)))
