"""返还批次: many payouts paid in one go. One person enters the accounts, another checks them and issues the orders."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet, Sum

from upkeep.banking.models import PaymentOrder
from upkeep.banking.orders import NeedsAnother, NewOrder, order_payments
from upkeep.casework.changing import ID
from upkeep.casework.numbering import next_number
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import half_width
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE
from upkeep.treasury.models import BatchState, Payout, PayoutBatch, PayoutBatchLine, PayoutState
from upkeep.treasury.payout_sheet import PayeeSheet
from upkeep.treasury.payouts import NotOwed
from upkeep.treasury.purposes import PURPOSE

PREFIX = "FH"
#: So many payouts go in one batch; a building has rarely more houses.
MOST = 5_000


class NotWaiting(Refusal):
    """The batch is decided already; the sentence says by whom."""


@dataclass(frozen=True, kw_only=True)
class PayeeOf:
    """Into whose account one payout is to be paid. `basis` is needed for anybody but the recorded owner."""

    payout_id: int
    payee_name: str
    payee_bank: str
    payee_account: str
    basis: str = ""


@transaction.atomic
def prepare(payees: Sequence[PayeeOf], *, by: Actor, at: dt.datetime) -> PayoutBatch:
    """Enter the accounts of payouts of one jurisdiction, for another person to check. Nothing is ordered yet.

    Raises: HasProblems tied to "<payout id>:<field>"; NotOwed when one is ordered, or stands in another batch.
    """
    if not payees:
        raise HasProblems([Problem("", "请至少填写一笔返还的收款账户")])
    if len(payees) > MOST:
        raise HasProblems([Problem("", f"一批最多 {MOST:,} 笔，请分批办理")])
    rows = Payout.objects.select_for_update(of=("self",)).select_related(
        "owner", "house__building", "unit_account__organisation"
    )
    found = {one.pk: one for one in rows.filter(pk__in=[one.payout_id for one in payees]).order_by("pk")}
    if problems := list(_problems(payees, found)):
        raise HasProblems(problems)
    batch = PayoutBatch.objects.create(
        number=next_number(PREFIX, on=day_of(at)),
        jurisdiction_id=next(iter(found.values())).jurisdiction_id,
        made_by_id=by.user_id,
        made_by_name=by.name,
        made_at=at,
    )
    lines = [
        PayoutBatchLine(
            id=pk,
            batch=batch,
            payout_id=one.payout_id,
            payee_name=one.payee_name.strip(),
            payee_bank=one.payee_bank.strip(),
            payee_account=_tidy(one.payee_account),
            basis=one.basis.strip()[:200],
        )
        for pk, one in zip(new_ids(len(payees)), payees, strict=True)
    ]
    try:
        with transaction.atomic():
            PayoutBatchLine.objects.bulk_create(lines, batch_size=2_000)
    except IntegrityError:
        raise NotOwed("所选返还中有的已在另一批次中，请刷新后重新选择") from None
    return batch


def _tidy(account: str) -> str:
    return half_width(account).replace(" ", "").replace("-", "")


def _problems(payees: Sequence[PayeeOf], found: dict[int, Payout]) -> Iterator[Problem]:
    if len({one.payout_id for one in payees}) < len(payees) or found.keys() != {one.payout_id for one in payees}:
        yield Problem("", "所选返还有重复或不存在的，请刷新后重新选择")
        return
    if len({one.jurisdiction_id for one in found.values()}) > 1:
        yield Problem("", "一批返还须属于同一管理部，请分开办理")
    for one in payees:
        payout = found[one.payout_id]
        name = f"{payout.house.building.name}{payout.house.label}"
        if payout.state_now is not PayoutState.OWED:
            yield Problem("", f"{name}{payout.get_state_display()}，请勿重复办理")
        for field, label, value in (
            ("payee_name", "收款人", one.payee_name),
            ("payee_bank", "收款人开户行", one.payee_bank),
        ):
            if not value.strip():
                yield Problem(f"{one.payout_id}:{field}", f"{name}：请填写{label}")
        account = _tidy(one.payee_account)
        if not (account.isascii() and account.isdigit() and 8 <= len(account) <= 32):
            yield Problem(f"{one.payout_id}:payee_account", f"{name}：收款账号应为 8 至 32 位数字")
        if not one.basis.strip() and (not payout.recorded_payee or payout.recorded_payee != one.payee_name.strip()):
            yield Problem(f"{one.payout_id}:basis", f"{name}：{_why_a_basis(payout)}")


def _why_a_basis(payout: Payout) -> str:
    if payout.unit_account is not None:
        return "收款人不是售房单位，请填写依据（售房单位不存在的，写明财务隶属关系和收缴同级国库的文号）"
    whom = "业主不明" if payout.owner is None else "收款人不是登记的业主"
    return f"{whom}，请填写领取依据（如继承公证书、法院判决书的文号）"


@transaction.atomic
def issue(batch_id: int, *, by: Actor, at: dt.datetime) -> list[PaymentOrder]:
    """The second person has checked the accounts: the orders of all payouts go out, or none.

    Raises: NotWaiting; NeedsAnother for whoever entered them; NotOwed.
    """
    batch = _waiting(batch_id)
    if batch.made_by_id == by.user_id:
        raise NeedsAnother("收款账户由您录入，须由他人复核后开具付款通知")
    batch.state, batch.checked_by_id, batch.checked_by_name, batch.checked_at = (
        BatchState.ISSUED,
        by.user_id,
        by.name,
        at,
    )
    batch.save(update_fields=["state", "checked_by", "checked_by_name", "checked_at"])
    lines = {one.payout_id: one for one in batch.lines.all()}
    payouts = list(Payout.objects.select_for_update(of=("self",)).filter(pk__in=lines).order_by("pk"))
    if any(one.state_now is not PayoutState.OWED for one in payouts):
        raise NotOwed("批次中有的返还已开具付款通知，请退回后重新录入")
    for one in payouts:
        one.state, one.basis, one.ordered_at = PayoutState.ORDERED, lines[one.pk].basis, at
        one.ordered_by_id = by.user_id
    Payout.objects.bulk_update(payouts, ["state", "basis", "ordered_at", "ordered_by"], batch_size=1_000)
    return order_payments([_order(one, lines[one.pk]) for one in payouts], by=by, at=at)


def _order(payout: Payout, line: PayoutBatchLine) -> NewOrder:
    return NewOrder(
        purpose=PURPOSE,
        reference=payout.reference,
        jurisdiction_id=payout.jurisdiction_id,
        area_id=payout.area_id,
        custody_id=payout.custody_id,
        amounts={payout.house_id: payout.amount_fen},
        payee_name=line.payee_name,
        payee_bank=line.payee_bank,
        payee_account=line.payee_account,
    )


@transaction.atomic
def send_back(batch_id: int, *, reason: str, by: Actor, at: dt.datetime) -> PayoutBatch:
    """The accounts are wrong, or who entered them takes them back: the payouts may be entered anew.

    Raises: HasProblems without a reason; NotWaiting.
    """
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    batch = _waiting(batch_id)
    batch.state, batch.note = BatchState.RETURNED, reason[:200]
    batch.checked_by_id, batch.checked_by_name, batch.checked_at = by.user_id, by.name, at
    batch.save(update_fields=["state", "note", "checked_by", "checked_by_name", "checked_at"])
    batch.lines.update(is_returned=True)
    return batch


def _waiting(batch_id: int) -> PayoutBatch:
    batch = PayoutBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state_now is not BatchState.WAITING:
        raise NotWaiting(f"这一批次{batch.get_state_display()}（{batch.checked_by_name}），请勿重复办理")
    return batch


def read_payees(content: bytes, *, payouts: Collection[Payout], at: dt.datetime) -> list[PayeeOf]:
    """The rows of a workbook that have an account. Raises: HasProblems with every fault at its cell; Refusal."""
    known = {str(one.pk) for one in payouts}
    reading = PayeeSheet().read(content, at=day_of(at))
    faults = [*reading.faults]
    seen: dict[str, int] = {}
    for row in reading.rows:
        key = row.values[ID]
        if key not in known:
            faults.append(reading.fault_at(row.number, ID, "不是本页待返还的一笔，请用下载的表格填写"))
        elif seen.setdefault(key, row.number) != row.number:
            faults.append(reading.fault_at(row.number, ID, f"与第 {seen[key]} 行重复"))
    if faults:
        raise HasProblems([Problem(one.cell, f"{one.cell} {one.text}") for one in sorted(faults)])
    return [
        PayeeOf(
            payout_id=int(row.values[ID]),
            payee_name=row.values["payee_name"] or "",
            payee_bank=row.values["payee_bank"] or "",
            payee_account=row.values["payee_account"] or "",
            basis=row.values["basis"] or "",
        )
        for row in reading.rows
        if row.values["payee_account"]
    ]


def free(rows: QuerySet[Payout]) -> QuerySet[Payout]:
    """Of these, what is owed and stands in no batch."""
    return rows.filter(state=PayoutState.OWED).exclude(batch_lines__is_returned=False)


def visible_to(actor: Actor) -> QuerySet[PayoutBatch]:
    """The batches of the office's jurisdiction, with their counts and sums; nobody else sees one."""
    rows = PayoutBatch.objects.annotate(payouts=Count("lines"), total_fen=Sum("lines__payout__amount_fen"))
    if not actor.has(*OFFICE):
        return rows.none()
    return rows.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).order_by("-made_at", "pk")


def lines_of(batch: PayoutBatch) -> QuerySet[PayoutBatchLine]:
    """What stands in the batch, in the order of the building table."""
    rows = batch.lines.select_related(
        "payout__house__building", "payout__area", "payout__owner", "payout__unit_account__organisation"
    )
    return rows.order_by(
        "payout__house__building__order", "-payout__house__floor", "payout__house__unit", "payout__house__room", "pk"
    )


def batch_of(payout: Payout) -> PayoutBatch | None:
    """The batch in which a payout stands, or was ordered."""
    return PayoutBatch.objects.filter(lines__payout=payout, lines__is_returned=False).first()
