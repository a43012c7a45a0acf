"""What applications for a refund (退款申请) have in common with nothing else: whose house it is, who reviews, what is shown."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from upkeep.banking.prints import refund_paper
from upkeep.books import sub_accounts
from upkeep.books.deposited import deposited
from upkeep.casework.models import Case
from upkeep.casework.procedure import Fact
from upkeep.casework.queries import visible_to
from upkeep.casework.states import CLOSED, State
from upkeep.estate import claims, owner_accounts, owner_cases, queries
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import to_the_minute
from upkeep.kernel.errors import Problem
from upkeep.kernel.masking import mask_bank_account, mask_phone
from upkeep.kernel.money import yuan
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.queries import actor_of, city_id_of, within
from upkeep.parties.roles import OFFICE, Role
from upkeep.policy.refund_rule import REASONS, open_reasons
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.printing.documents import Document
from upkeep.treasury import refunds
from upkeep.treasury.models import RefundState

#: The code of the procedure whose cases these are.
PROCEDURE = "owner_refund"


def house_of(case: Case) -> House | None:
    """The live house of the case, as long as the applicant may ask for its refund: an owner for what he owns, the window
    for every house of its areas, a visitor for the house that he proved when he began.
    """
    house = owner_cases.named_house(case)
    if house is None or house.state != HouseState.ACTIVE:
        return None
    user = case.applicant_user
    if user is None:
        return house if house.area.jurisdiction_id in within(city_id_of(case.jurisdiction_id)) else None
    return house if is_of(actor_of(user), house) else None


def is_of(actor: Actor, house: House) -> bool:
    """Whether the actor may ask for a refund of the house: the window for its areas', an owner for his own."""
    if house.state != HouseState.ACTIVE:
        return False
    if actor.has(*OFFICE):
        return queries.visible_to(actor).filter(pk=house.area_id).exists()
    return any(one.pk == house.pk for one in owner_accounts.houses_of(actor.user_id))


def left_for_window(actor: Actor, *, number: str = "") -> QuerySet[Case]:
    """What visitors filled in and left for the window, the oldest first; by number where the customer brings it."""
    drafts = visible_to(actor).filter(
        procedure=PROCEDURE, state=State.DRAFT, submitted_at__isnull=False, applicant_user__isnull=True
    )
    if number:
        drafts = drafts.filter(number__startswith=tidy_number(number))
    return drafts.order_by("submitted_at", "pk")


def is_at_window(case: Case) -> bool:
    """Whether the window hands the case in, and so has seen the applicant and his papers."""
    return case.applicant_user is None or actor_of(case.applicant_user).has(Role.WINDOW_CLERK)


def fitted(case: Case, chain: ReviewChain, *, usual: Sequence[ChainStep]) -> ReviewChain:
    """The city's chain without the window where the window hands in; never empty, for money leaves by two persons only."""
    steps = tuple(one for one in chain.steps if not (is_at_window(case) and one.role == Role.WINDOW_CLERK))
    return ReviewChain(steps=steps or tuple(usual), starters=chain.starters)


def money_facts(house: House, *, due_fen: int | None, on: dt.date) -> list[Fact]:
    """What stands on the house, and how much of it each reason allows."""
    balance = sub_accounts.balances([house.pk])[house.pk]
    paid = deposited(house.pk, on=on)
    held = f"（其中冻结 {yuan(balance.held_fen)} 元）" if balance.held_fen else ""
    back = f"，已退 {yuan(paid.paid_back_fen)} 元" if paid.paid_back_fen else ""
    due = [Fact("应交金额", f"{yuan(due_fen)} 元")] if due_fen is not None else []
    most = [
        f"{name} {yuan(refunds.most_fen(house, code, due_fen=due_fen, on=on))} 元"
        for code, name in open_reasons(jurisdiction_id=house.area.jurisdiction_id, on=on)
    ]
    return [
        Fact("分户余额", f"{yuan(balance.balance_fen)} 元{held}"),
        Fact("累计交存", f"{yuan(paid.paid_in_fen)} 元{back}"),
        *due,
        Fact("最多可退", "；".join(most) or "本市不受理退款"),
    ]


def proposals(case: Case) -> dict[str, str]:
    """The first who may be paid; the telephone of an owner who is logged in."""
    house, user = owner_cases.named_house(case), case.applicant_user
    payees = refunds.payees_of(house) if house else []
    own = user is not None and actor_of(user).has(Role.OWNER)
    return {"payee": payees[0].key if payees else "", "phone": case.contact_phone if own else ""}


def account_facts(case: Case) -> list[Fact]:
    """The account whole while somebody has to check it, afterwards masked; the telephone always masked."""
    account, phone = str(case.data.get("payee_account", "")), str(case.data.get("phone", ""))
    shown = mask_bank_account(account) if case.state_now in CLOSED else account
    found = [Fact("收款账号", shown), Fact("联系手机", mask_phone(phone))]
    return [one for one in found if one.value]


def paid_facts(case: Case) -> list[Fact]:
    """What became of an approved refund."""
    refund = refunds.refund_of(case)
    if refund is None:
        return []
    order = refunds.order_of(refund)
    numbered = [Fact("付款通知", order.number)] if order else []
    ended = refund.paid_at or refund.voided_at
    state = refund.get_state_display() + (
        f"（{to_the_minute(ended)}）" if ended else f"，由{refund.custody.bank.name}付款"
    )
    why = [Fact("撤销原因", refund.void_reason)] if refund.state_now is RefundState.VOID else []
    return [*numbered, Fact("付款状态", state), *why]


def warnings(case: Case) -> list[str]:
    """What whoever decides must know: the payee is not the owner, a project needs the money, a draft came from outside."""
    house = owner_cases.named_house(case)
    if house is None:
        return []
    found = []
    whom = refunds.payee(house, str(case.data.get("payee", "")))
    if whom is not None and not whom.is_owner:
        found.append("收款人不是登记业主，而是原交款单位或交款人。请核对资金确由其垫付、应退还给它。")
    repairs = HouseClaim.objects.filter(house_id=house.pk, kind=ClaimKind.REPAIR)
    found += [f"该房屋{words}，退款后可能不足以分摊。" for words in claims.in_words(list(repairs))]
    earlier = refunds.history_of(house.pk).exclude(case=case).filter(state=RefundState.PAID).count()
    if earlier:
        found.append(f"该房屋已退款 {earlier} 次，请核对不是重复申请。")
    return found


def asked(data: dict[str, Any]) -> refunds.Asked:
    """What the cleaned form asks for."""
    return refunds.Asked(
        reason=data["reason"],
        amount_fen=data["amount"],
        payee_key=data["payee"],
        payee_bank=data["payee_bank"],
        payee_account=data["payee_account"],
        phone=data["phone"],
    )


def problems(
    case: Case, house: House | None, data: dict[str, Any], *, due_fen: int | None, on: dt.date
) -> Iterable[Problem]:
    """What forbids the refund that the form asks for; no house: the applicant may not ask for this one."""
    if house is None:
        return [Problem("", "该房屋已注销，或不在您可以办理的范围内，请撤销业务单后重新选择房屋")]
    return refunds.problems_of(case, house, asked(data), due_fen=due_fen, on=on)


def paper(case: Case) -> Document | None:
    """退款支款单 of what the case has brought about."""
    refund = refunds.refund_of(case)
    order = refunds.order_of(refund) if refund else None
    return refund_paper(order, case=case, reason=dict(REASONS)[refund.reason]) if refund and order else None
