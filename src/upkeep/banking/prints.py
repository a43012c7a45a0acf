"""The printed forms of the bank's papers (交款通知单, 付款通知, 银行回单): printed once, kept, handed out as they were."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from upkeep.banking.models import OrderState, PaymentOrder, PaySlip, PaySlipLine, SlipState
from upkeep.banking.purposes import purpose_title
from upkeep.casework.models import Case
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import yuan
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import city_of
from upkeep.policy.wording import wording
from upkeep.printing import actions as printing
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
    return _once(_notice(paper) if isinstance(paper, PaySlip) else _order(paper), by_id=by_id, at=at)


def keep_bank_slip(paper: Paper, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """银行回单 of what the bank has confirmed. Raises: NotToPrint before that."""
    if paper.bank_serial is None:
        raise NotToPrint("银行尚未确认，没有回单")
    return _once(_bank_slip(paper), by_id=by_id, at=at)


def _once(document: Document, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    kept = prints_of(subject=document.subject).filter(form=document.form).first()
    return kept or printing.keep(document, by_id=by_id, at=at)


def city_of_paper(paper: Paper) -> Jurisdiction:
    """The city whose name stands on the paper."""
    city = city_of(jurisdiction_id=paper.jurisdiction_id)
    assert city is not None
    return city


def _document(paper: Paper, form: str, title: str, data: object) -> Document:
    city = city_of_paper(paper)
    return Document(
        form=form,
        title=title,
        number=paper.number,
        subject=subject_of(paper),
        issuer=city.office_name,
        city=city.slug,
        data=data,
    )


def _custody(paper: Paper) -> BankAccount:
    return BankAccount(holder=paper.custody.name, number=paper.custody.number, bank=paper.custody.opening_bank)


def _notice(slip: PaySlip) -> Document:
    lines = list(
        PaySlipLine.objects.filter(slip=slip)
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
        account=_custody(slip),
        facts=(
            Fact("资金类别", slip.custody.get_fund_kind_display()),
            Fact("开票方式", slip.get_receipt_mode_display()),
        ),
        summary=_summary(lines),
        lines=tuple(
            payments.DueLine(
                line.house.building.name,
                line.house.unit,
                line.house.room,
                line.house.get_use_display(),
                line.area_dm2,
                line.rule,
                line.amount_fen,
            )
            for line in lines
        ),
        notes=("请在有效期内到专户银行一次足额交款，过期须重新办理通知单。", "扫描二维码可核验本通知单真伪与状态。"),
    )
    words = wording(jurisdiction_id=slip.area.jurisdiction_id, on=day_of(slip.issued_at))
    return _document(slip, "pay_notice", f"住宅专项维修资金{words.pay_slip}", data)


def _summary(lines: Sequence[PaySlipLine]) -> tuple[payments.DueSummary, ...]:
    found: dict[str, list[PaySlipLine]] = {}
    for line in lines:
        found.setdefault(line.rule, []).append(line)
    return tuple(
        payments.DueSummary(
            kind=some[0].house.get_nature_display(),
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
    data = payments.PaymentOrder(
        issued_on=day_of(order.issued_at),
        amount_fen=order.amount_fen,
        payer=_custody(order),
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
    return replace(_document(order, "payment_order", "住宅专项维修资金退款支款单", data), subject=f"case:{case.pk}")


def _order(order: PaymentOrder) -> Document:
    data = payments.PaymentOrder(
        issued_on=day_of(order.issued_at),
        amount_fen=order.amount_fen,
        payer=_custody(order),
        payee=BankAccount(holder=order.payee_name, number=order.payee_account, bank=order.payee_bank),
        purpose=purpose_title(order.purpose),
        bank=order.custody.bank.name,
        facts=(Fact("物业区域", order.area.name), Fact("列支户数", f"{order.house_count} 户")),
    )
    return _document(order, "payment_order", "住宅专项维修资金付款通知", data)


def _bank_slip(paper: Paper) -> Document:
    assert paper.bank_serial is not None and paper.booked_on is not None and paper.closed_at is not None
    ours = _custody(paper)
    if isinstance(paper, PaySlip):
        amount_fen, payer, payee = paper.total_fen, BankAccount(paper.payer_name, "", ""), ours
    else:
        theirs = BankAccount(paper.payee_name, paper.payee_account, paper.payee_bank)
        amount_fen, payer, payee = paper.amount_fen, ours, theirs
    data = payments.BankSlip(
        bank=paper.custody.bank.name,
        booked_on=paper.booked_on,
        amount_fen=amount_fen,
        payer=payer,
        payee=payee,
        purpose=purpose_title(paper.purpose),
        serial=paper.bank_serial.serial,
        facts=(
            Fact("物业区域", paper.area.name),
            Fact("金额（元）", yuan(amount_fen)),
            Fact("柜员", paper.closed_by_name),
            Fact("确认时间", to_the_minute(paper.closed_at)),
        ),
    )
    return _document(paper, "bank_slip", "银行回单", data)
