"""Pay slips (交款通知单): issued in bulk, confirmed by the bank once and in full, made void, run out, issued anew."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from upkeep.banking import messages
from upkeep.banking.counter import check_amount, check_bank, check_number
from upkeep.banking.models import PaySlip, PaySlipLine, ReceiptMode, SlipState
from upkeep.banking.models.custody import SerialUse
from upkeep.banking.purposes import SlipItem, slip_purpose
from upkeep.banking.serials import tidy_serial, use_serial
from upkeep.casework.numbering import next_numbers
from upkeep.estate import claims
from upkeep.estate.models.case_house import ClaimKind
from upkeep.kernel.dates import day_of, to_the_minute
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.policy.pay_slip_rule import pay_slip_rule

PREFIX = "JK"


class SlipClosed(Refusal):
    """The slip is paid, void or expired; the sentence says which, when and by whom."""


@dataclass(frozen=True, kw_only=True)
class NewSlip:
    """A slip to be issued."""

    custody_id: int
    jurisdiction_id: int
    area_id: int
    purpose: str
    payer_name: str
    payer_phone: str
    receipt_mode: ReceiptMode
    items: Sequence[SlipItem]
    expires_on: dt.date
    #: Houses and money where the purpose keeps its lines itself (`SlipPurpose.lines`): their number and total in fen.
    kept_above: tuple[int, int] | None = None
    case_id: int | None = None
    payer_organisation_id: int | None = None
    #: Whoever asked for it and is not the payer; the hash of the payer's ID number where he is a person.
    asked_by_id: int | None = None
    payer_hash: str = ""
    replaces_id: int | None = None
    #: The selling unit's account that the money goes to; None: to the houses themselves.
    unit_account_id: int | None = None


def source_of(slip: PaySlip) -> str:
    """Under which name the slip claims its houses and is booked; after a reversal (冲正) it is another one."""
    return f"slip:{slip.pk}" if slip.payment_no == 1 else f"slip:{slip.pk}:{slip.payment_no}"


@claims.names_sources("slip")
def _numbers(slip_ids: Collection[int]) -> dict[int, str]:
    return {slip.pk: f"交款通知单 {slip.number}" for slip in PaySlip.objects.filter(pk__in=slip_ids)}


@transaction.atomic
def issue_slips(*, new: Sequence[NewSlip], by: Actor, at: dt.datetime) -> list[PaySlip]:
    """Issue slips, numbered in the order given, and claim their houses. All or none.

    Raises: estate.claims.HouseIsBusy naming the houses that have a live slip; NoSuchPurpose.
    """
    slips = [
        PaySlip(
            id=pk,
            number=number,
            custody_id=one.custody_id,
            jurisdiction_id=one.jurisdiction_id,
            area_id=one.area_id,
            case_id=one.case_id,
            purpose=one.purpose,
            payer_organisation_id=one.payer_organisation_id,
            asked_by_id=one.asked_by_id,
            payer_hash=one.payer_hash,
            replaces_id=one.replaces_id,
            unit_account_id=one.unit_account_id,
            payer_name=one.payer_name,
            payer_phone=one.payer_phone,
            receipt_mode=one.receipt_mode,
            total_fen=one.kept_above[1] if one.kept_above else sum(item.amount_fen for item in one.items),
            house_count=one.kept_above[0] if one.kept_above else len(one.items),
            expires_on=one.expires_on,
            issued_at=at,
            issued_by_id=by.user_id or None,
            issued_by_name=by.name or "申请人",
        )
        for pk, number, one in zip(
            new_ids(len(new)), next_numbers(PREFIX, on=day_of(at), count=len(new)), new, strict=True
        )
    ]
    PaySlip.objects.bulk_create(slips, batch_size=2_000)
    items = [(slip, item) for slip, one in zip(slips, new, strict=True) for item in one.items]
    PaySlipLine.objects.bulk_create(
        [
            PaySlipLine(
                id=pk,
                slip=slip,
                house_id=item.house_id,
                area_dm2=item.area_dm2,
                rule=item.rule,
                amount_fen=item.amount_fen,
            )
            for pk, (slip, item) in zip(new_ids(len(items)), items, strict=True)
        ],
        batch_size=5_000,
    )
    by_kind: dict[ClaimKind, dict[str, Sequence[int]]] = {}
    for slip, one in zip(slips, new, strict=True):
        if kind := slip_purpose(slip.purpose).claims:
            by_kind.setdefault(kind, {})[source_of(slip)] = [item.house_id for item in one.items]
    for kind, sources in by_kind.items():
        claims.claim_each(sources, kind=kind, at=at)
    return slips


@transaction.atomic
def confirm_slip(*, number: str, amount_fen: int, serial: str, by: Actor, at: dt.datetime) -> PaySlip:
    """The bank's word that the whole amount has come in: book it, once. The same word again changes nothing.

    Raises: Refusal telling the teller what to do; SerialUsed; whatever the purpose's handler refuses.
    """
    return take_payment(
        _locked(number, by=by), amount_fen=amount_fen, serial=serial, booked_on=day_of(at), by=by, at=at
    )


def take_payment(
    slip: PaySlip, *, amount_fen: int, serial: str, booked_on: dt.date, by: Actor, at: dt.datetime
) -> PaySlip:
    """Book what has come in for a locked slip, whoever has the bank's word for it. Raises: as `confirm_slip`."""
    serial = tidy_serial(serial)
    if slip.state_now is SlipState.PAID and slip.bank_serial and slip.bank_serial.serial == serial:
        check_amount(found_fen=amount_fen, wanted_fen=slip.total_fen, what="通知单")
        return slip
    check_payable(slip, on=booked_on)
    check_amount(found_fen=amount_fen, wanted_fen=slip.total_fen, what="通知单")
    slip.bank_serial = use_serial(
        bank_id=slip.custody.bank_id,
        serial=serial,
        use=SerialUse.SLIP_PAID,
        subject=slip.number,
        payment_no=slip.payment_no,
        amount_fen=amount_fen,
        at=at,
    )
    slip.booked_on = booked_on
    _close(slip, SlipState.PAID, by=by, at=at)
    claims.release(source=source_of(slip))
    slip_purpose(slip.purpose).confirmed(slip, booked_on=booked_on, at=at, by=by)
    messages.tell_paid(slip, at=at)
    return slip


def check_payable(slip: PaySlip, *, on: dt.date) -> None:
    """Whether the bank may take money for the slip on that day. Raises: SlipClosed with what to do."""
    if slip.state_now is SlipState.PAID:
        assert slip.closed_at is not None
        raise SlipClosed(f"该通知单已由{slip.closed_by_name}于 {to_the_minute(slip.closed_at)} 确认收款，请勿重复收款")
    if slip.state_now is SlipState.VOID:
        assert slip.closed_at is not None
        raise SlipClosed(
            f"该通知单已于 {to_the_minute(slip.closed_at)} 作废（{slip.void_reason}），"
            "不能收款，请交款人重新办理通知单"
        )
    if slip.state_now is SlipState.EXPIRED or slip.expires_on < on:
        raise SlipClosed(f"该通知单有效期至 {slip.expires_on}，已过期，不能收款，请交款人重新办理通知单")


@transaction.atomic
def void_slip(*, number: str, reason: str, by: Actor, at: dt.datetime) -> PaySlip:
    """Make a waiting slip void; its houses are free again. Pages obtain the slip by `queries` first.

    Raises: HasProblems without a reason; SlipClosed.
    """
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请填写作废原因")])
    slip = PaySlip.objects.select_for_update(of=("self",)).get(number=number)
    if slip.state_now is not SlipState.WAITING:
        raise SlipClosed(f"该通知单{slip.state_now.label}，不能作废")
    slip.void_reason = reason[:200]
    _close(slip, SlipState.VOID, by=by, at=at)
    claims.release(source=source_of(slip))
    slip_purpose(slip.purpose).voided(slip, at=at, by=by)
    return slip


@transaction.atomic
def reissue_slip(*, number: str, by: Actor, at: dt.datetime) -> PaySlip:
    """Put a new slip in the place of a void or expired one: the same houses and payer, what is due today, once.

    Raises: SlipClosed while the old one still lives or has a successor; what the purpose's `renewed` refuses;
    estate.claims.HouseIsBusy when a house has got another slip meanwhile.
    """
    old = PaySlip.objects.select_for_update(of=("self",)).select_related("area").get(number=number)
    on = day_of(at)
    if old.state_now is SlipState.WAITING and old.expires_on < on:
        _expire([old], at=at)
    if old.state_now not in (SlipState.VOID, SlipState.EXPIRED):
        raise SlipClosed(f"该通知单{old.state_now.label}，不需要重新开具")
    if successor := PaySlip.objects.filter(replaces=old).first():
        raise SlipClosed(f"该通知单已重新开具为 {successor.number}，请使用新的通知单")
    rule = pay_slip_rule(jurisdiction_id=old.area.jurisdiction_id, on=on)
    new = NewSlip(
        custody_id=old.custody_id,
        jurisdiction_id=old.jurisdiction_id,
        area_id=old.area_id,
        purpose=old.purpose,
        payer_name=old.payer_name,
        payer_phone=old.payer_phone,
        payer_organisation_id=old.payer_organisation_id,
        asked_by_id=old.asked_by_id,
        payer_hash=old.payer_hash,
        receipt_mode=ReceiptMode(old.receipt_mode),
        items=slip_purpose(old.purpose).renewed(old, on=on),
        expires_on=rule.last_day(on),
        case_id=old.case_id,
        replaces_id=old.pk,
        unit_account_id=old.unit_account_id,
    )
    return issue_slips(new=[new], by=by, at=at)[0]


@transaction.atomic
def expire_slips(*, on: dt.date, at: dt.datetime) -> int:
    """Close every waiting slip whose last day lies before `on`; answers with their number. Run once an hour.

    One that a teller is confirming at this moment is left to him.
    """
    due = PaySlip.objects.select_for_update(of=("self",), skip_locked=True).filter(
        state=SlipState.WAITING, expires_on__lt=on
    )
    slips = list(due.order_by("pk"))
    _expire(slips, at=at)
    return len(slips)


def _expire(slips: Sequence[PaySlip], *, at: dt.datetime) -> None:
    """Close locked slips as run out and free their houses, all at once."""
    for slip in slips:
        slip.state, slip.closed_at, slip.closed_by_id, slip.closed_by_name = SlipState.EXPIRED, at, None, "系统"
    PaySlip.objects.filter(pk__in=[slip.pk for slip in slips]).update(
        state=SlipState.EXPIRED, closed_at=at, closed_by=None, closed_by_name="系统"
    )
    claims.release_each([source_of(slip) for slip in slips])
    for code in sorted({slip.purpose for slip in slips}):
        slip_purpose(code).ran_out([slip for slip in slips if slip.purpose == code], at=at)


def _locked(number: str, *, by: Actor) -> PaySlip:
    """The slip for a teller to work on, locked. Raises: Refusal.

    The serial is not joined: a joined row stays what it was before the wait for the lock.
    """
    tidied = check_number(number, prefix=PREFIX, what="交款通知单")
    slip = (
        PaySlip.objects.select_for_update(of=("self",))
        .select_related("custody__bank", "case", "area")
        .filter(number=tidied)
        .first()
    )
    check_bank(slip.custody if slip else None, by=by, what="交款通知单", number=tidied)
    assert slip is not None
    return slip


def _close(slip: PaySlip, state: SlipState, *, by: Actor, at: dt.datetime) -> None:
    slip.state, slip.closed_at = state, at
    slip.closed_by_id, slip.closed_by_name = by.user_id or None, by.name
    slip.save(
        update_fields=[
            "state",
            "closed_at",
            "closed_by",
            "closed_by_name",
            "void_reason",
            "booked_on",
            "bank_serial",
        ]
    )
