"""The printed forms of the bank's papers (交款通知单, 付款通知): printed once, kept, handed out as they were.

What the bank itself prints at its counter is in `counter_prints`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from upkeep.banking.models import OrderState, PaymentOrder, PaySlip, PaySlipLine, SlipState
from upkeep.banking.purposes import SlipPurpose, paper_title, purpose_title, slip_purpose
from upkeep.casework.models import Case
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.masking import mask_phone
from upkeep.kernel.money import in_capitals
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import city_of
from upkeep.policy.wording import wording
from upkeep.printing import actions as printing
from upkeep.printing.checking import qr_svg
from upkeep.printing.documents import Document
from upkeep.printing.forms import payments
from upkeep.printing.forms.parts import BankAccount, Fact
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of

Paper = PaySlip | PaymentOrder


class NotToPrint(Refusal):
    """The paper is void or run out; handing it out would mislead."""


def subject_of(paper: Paper) -> str:
    """Under which the prints of a paper are kept."""
    return f"{'slip' if isinstance(paper, PaySlip) else 'order'}:{paper.pk}"


def keep_paper(paper: Paper, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """The slip's notice or the order as printed the first time, or printed and kept now. Raises: NotToPrint."""
    if paper.state in (SlipState.VOID, SlipState.EXPIRED, OrderState.FAILED):
        raise NotToPrint(f"该单据{paper.get_state_display()}，不能打印，请重新办理后打印新的单据")
    return once(_notice(paper) if isinstance(paper, PaySlip) else _order(paper), by_id=by_id, at=at)


def once(document: Document, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """The print that is kept under the document's subject and form, or printed and kept now."""
    kept = prints_of(subject=document.subject).filter(form=document.form).first()
    return kept or printing.keep(document, by_id=by_id, at=at)


def city_of_paper(paper: Paper) -> Jurisdiction:
    """The city whose name stands on the paper."""
    city = city_of(jurisdiction_id=paper.jurisdiction_id)
    assert city is not None
    return city


def document_of(paper: Paper, form: str, title: str, data: object, *, subject: str = "") -> Document:
    """A form about the paper, under its number, by its city."""
    city = city_of_paper(paper)
    return Document(
        form=form,
        title=title,
        number=paper.number,
        subject=subject or subject_of(paper),
        issuer=city.office_name,
        city=city.slug,
        data=data,
    )


def custody_of(paper: Paper) -> BankAccount:
    """The custody account as it is printed."""
    return BankAccount(holder=paper.custody.name, number=paper.custody.number, bank=paper.custody.opening_bank)


def keep_notices(
    slips: Sequence[PaySlip], *, number: str, subject: str, by_id: int | None, at: dt.datetime
) -> KeptPrint:
    """The 交存通知书 of many slips as one PDF in the order given, under a number and subject of their own.

    `slips` come with area, custody and its bank, all of one city. Raises: NotToPrint when none of them can be printed.
    """
    wanted = [slip for slip in slips if slip.state == SlipState.WAITING and is_owner_notice(slip)]
    if not wanted:
        raise NotToPrint("所选通知单中没有待交的交存通知书，不能打印")
    return printing.keep(_owner_notices(wanted, number=number, subject=subject), by_id=by_id, at=at)


def is_owner_notice(slip: PaySlip) -> bool:
    """Whether it prints as a 交存通知书: one house that a person pays for himself."""
    return slip.is_of_a_person and slip.house_count == 1


def _owner_notices(slips: Sequence[PaySlip], *, number: str, subject: str) -> Document:
    city = city_of_paper(slips[0])
    found = PaySlipLine.objects.filter(slip_id__in=[slip.pk for slip in slips]).select_related("house__building")
    lines = {line.slip_id: line for line in found}
    return Document(
        form="owner_notices",
        title="住宅专项维修资金交存通知书",
        number=number,
        subject=subject,
        issuer=city.office_name,
        city=city.slug,
        data=payments.OwnerNotices(notices=tuple(_owner_notice(slip, lines[slip.pk], city) for slip in slips)),
    )


def _owner_notice(slip: PaySlip, line: PaySlipLine, city: Jurisdiction) -> payments.OwnerNotice:
    house = line.house
    facts = slip_purpose(slip.purpose).notice_facts(slip)
    return payments.OwnerNotice(
        number=slip.number,
        qr=qr_svg(slip.number, city=city.slug),
        payer=slip.payer_name,
        phone=mask_phone(slip.payer_phone) if slip.payer_phone else "",
        community=slip.area.name,
        house=f"{house.building.name} {house.label}",
        address=house.address,
        use=house.get_use_display(),
        area_dm2=line.area_dm2,
        standard=line.rule,
        amount_fen=slip.total_fen,
        capitals=in_capitals(slip.total_fen),
        account=custody_of(slip),
        bank=slip.custody.bank.name,
        issued_on=day_of(slip.issued_at),
        due_on=slip.expires_on,
        facts=(
            Fact("用途", purpose_title(slip.purpose)),
            Fact("资金类别", slip.custody.get_fund_kind_display()),
            *(Fact(name, words) for name, words in facts),
        ),
    )


def _notice(slip: PaySlip) -> Document:
    if is_owner_notice(slip):
        return _owner_notices([slip], number=slip.number, subject=subject_of(slip))
    lines = list(
        slip_purpose(slip.purpose)
        .lines(slip)
        .select_related("house__building")
        .order_by("house__building__order", "-house__floor", "house__unit", "house__room")
    )
    data = payments.PayNotice(
        payer=slip.payer_name,
        area=slip.area.name,
        issued_on=day_of(slip.issued_at),
        due_on=slip.expires_on,
        amount_fen=slip.total_fen,
        houses=slip.house_count,
        total_dm2=sum(line.area_dm2 for line in lines),
        account=custody_of(slip),
        facts=(
            Fact("资金类别", slip.custody.get_fund_kind_display()),
            Fact("开票方式", slip.get_receipt_mode_display()),
            *(Fact(name, text) for name, text in slip_purpose(slip.purpose).notice_facts(slip)),
        ),
        summary=_summary(lines, slip_purpose(slip.purpose)),
        lines=tuple(_due_line(line) for line in lines),
        notes=("请在有效期内到专户银行一次足额交款，过期须重新办理通知单。", "扫描二维码可核验本通知单真伪与状态。"),
    )
    words = wording(jurisdiction_id=slip.area.jurisdiction_id, on=day_of(slip.issued_at))
    title = paper_title(slip, otherwise=words.pay_slip)
    return document_of(slip, "pay_notice", f"住宅专项维修资金{title}", data)


def _due_line(line: Any) -> payments.DueLine:
    """A house's line, or that of a selling unit's account, which gets its part of what is paid back."""
    if line.house is None:
        building = line.unit_account.building.name
        return payments.DueLine(building, "", "售房单位分账", "", 0, line.rule, line.amount_fen)
    house = line.house
    return payments.DueLine(
        house.building.name,
        house.unit,
        house.room,
        house.get_use_display(),
        line.area_dm2,
        line.rule,
        line.amount_fen,
    )


def notice_document(slip: PaySlip, *, title: str, subject: str) -> Document:
    """The slip's notice under the title that a business gives it (交款申请单), kept with what `subject` names."""
    return replace(_notice(slip), title=title, subject=subject)


def _summary(lines: Sequence[PaySlipLine], purpose: SlipPurpose) -> tuple[payments.DueSummary, ...]:
    found: dict[str, list[PaySlipLine]] = {}
    for line in lines:
        found.setdefault(purpose.rule_in_sum(line.rule), []).append(line)
    return tuple(
        payments.DueSummary(
            kind=next((line.house.get_nature_display() for line in some if line.house), "售房单位分账"),
            houses=len(some),
            area_dm2=sum(line.area_dm2 for line in some),
            standard=rule,
            due_fen=sum(line.amount_fen for line in some),
        )
        for rule, some in found.items()
    )


def refund_paper(order: PaymentOrder, *, case: Case, reason: str) -> Document:
    """退款支款单 of an approved refund, kept with its case; the bank takes its number or the application's."""
    line = order.lines.select_related("house__building").get()
    assert line.house is not None
    data = payments.PaymentOrder(
        issued_on=day_of(order.issued_at),
        amount_fen=order.amount_fen,
        payer=custody_of(order),
        payee=BankAccount(holder=order.payee_name, number=order.payee_account, bank=order.payee_bank),
        purpose=f"{purpose_title(order.purpose)}（{reason}）",
        bank=order.custody.bank.name,
        facts=(
            Fact("申请单编号", case.number),
            Fact("物业区域", order.area.name),
            Fact("房屋", f"{line.house.building.name} {line.house.label}"),
            Fact("坐落", line.house.address),
        ),
    )
    return document_of(order, "payment_order", "住宅专项维修资金退款支款单", data, subject=f"case:{case.pk}")


def _order(order: PaymentOrder) -> Document:
    data = payments.PaymentOrder(
        issued_on=day_of(order.issued_at),
        amount_fen=order.amount_fen,
        payer=custody_of(order),
        payee=BankAccount(holder=order.payee_name, number=order.payee_account, bank=order.payee_bank),
        purpose=purpose_title(order.purpose),
        bank=order.custody.bank.name,
        facts=(Fact("物业区域", order.area.name), Fact("列支户数", f"{order.house_count} 户")),
    )
    return document_of(order, "payment_order", "住宅专项维修资金付款通知", data)
