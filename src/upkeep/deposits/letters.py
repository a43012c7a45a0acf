"""欠款催缴通知单 (D8): letters to houses in arrears, numbered and recorded when asked for, printed by the thousand as one job.

What each letter says is fixed when it is asked for, so a print that was broken off comes out the same the next time.
Source: manual 003 §4.2 (打印欠款催缴通知单); the office and whoever serves the area may demand.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from upkeep.banking.actions import default_custody, fund_kind_of
from upkeep.banking.models import PaySlipLine, SlipState
from upkeep.casework.numbering import next_number, next_numbers
from upkeep.deposits.arrears import houses_in_arrears
from upkeep.deposits.further_slips import Item, issue_batch
from upkeep.deposits.models import DemandLetter, LetterBatch
from upkeep.estate.models import Area, House, OwnerAccount, Ownership
from upkeep.estate.queries import current_ownerships
from upkeep.jobs import actions as jobs
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.kernel.money import in_capitals, yuan
from upkeep.messaging.actions import Note, notify_many
from upkeep.messaging.events import IN_SITE, SMS, event
from upkeep.parties.actor import Actor
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.checking import qr_modules
from upkeep.printing.documents import Document
from upkeep.printing.forms.demands import DemandLetter as LetterForm
from upkeep.printing.forms.demands import DemandLetters
from upkeep.printing.forms.parts import BankAccount
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of

BATCH_PREFIX, LETTER_PREFIX = "QP", "QK"
JOB = "demand_letters"
TITLE = "住宅专项维修资金欠款催缴通知单"
#: One file holds at most so many letters; a larger area is asked building by building.
MOST = 3_000
#: Beyond so many they are printed in a process of its own: 2,000 take some 1.5 GB while they are laid out.
_MANY = 100
NOBODY = "房屋产权人"
_MOST_NAME, _MOST_WHY = 100, 200

DEMANDED = event(
    "further.demanded",
    "维修资金欠款催缴",
    (IN_SITE, SMS),
    "您家{house}的维修资金余额已低于首期应交金额的 {percent}%，应补交 {amount} 元，请于{day}前交存（催缴通知单 {number}）。"
    "如有疑问请联系{office}。",
)


DEMANDED_SHARE = event(
    "repair.demanded",
    "维修分摊余额不足催缴",
    (IN_SITE, SMS),
    "您家{house}参与分摊{matter}，应分摊 {share} 元，分户账余额不足，应补交 {amount} 元，请于{day}前交存"
    "（催缴通知单 {number}）。如有疑问请联系{office}。",
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What one letter asks for, in fen; `share_fen` where it is for a share of a repair."""

    house: House
    since: dt.date
    percent: int
    first_due_fen: int
    balance_fen: int
    owed_fen: int
    why: str
    share_fen: int | None = None


class NothingOwed(Refusal):
    """None of the houses is in arrears any more."""


@transaction.atomic
def demand(
    *,
    area: Area,
    deadline: dt.date,
    by: Actor,
    at: dt.datetime,
    house_ids: Collection[int] | None = None,
    with_slips: bool = False,
) -> LetterBatch:
    """Ask the houses in arrears of an area (or those named) to pay until a day; the letters are printed by a job, owners
    with a telephone get a message.

    `with_slips`: houses that no slip asks for get one at once, so that the letter names its number.
    Raises: HasProblems for a day that is no time limit, NothingOwed, Refusal when there are too many for one file.
    """
    if deadline <= day_of(at):
        raise HasProblems([Problem("deadline", "补交期限应晚于今天")])
    found = [one for one in houses_in_arrears([area], on=day_of(at), house_ids=house_ids) if one.owed.amount_fen > 0]
    if not found:
        raise NothingOwed("所选房屋已不欠交，请刷新欠交清单后再试")
    if len(found) > MOST:
        raise Refusal(f"一次最多催缴 {MOST:,} 户，本次有 {len(found):,} 户，请分楼栋选择")
    if with_slips:
        items = [
            Item(key=one.house.pk, house=one.house, amount_fen=one.owed.amount_fen, rule=one.owed.why, due_on=deadline)
            for one in found
        ]
        issue_batch(area, items, case_id=None, by=by, at=at)
    asked = [
        Asked(
            house=one.house,
            since=one.entry.since,
            percent=one.entry.percent,
            first_due_fen=one.house.first_deposit_due_fen or one.entry.first_due_fen,
            balance_fen=one.balance_fen,
            owed_fen=one.owed.amount_fen,
            why=one.owed.why,
        )
        for one in found
    ]
    return _issue(area, asked, matter="", deadline=deadline, by=by, at=at)


@transaction.atomic
def demand_shares(
    *, area: Area, matter: str, asked: Sequence[Asked], deadline: dt.date, by: Actor, at: dt.datetime
) -> LetterBatch:
    """Ask houses for what their sub-accounts lack of their share of a repair; `matter` names it in every letter.

    Raises: HasProblems for a day that is no time limit, NothingOwed, Refusal when there are too many for one file.
    """
    if deadline <= day_of(at):
        raise HasProblems([Problem("deadline", "补交期限应晚于今天")])
    if not asked:
        raise NothingOwed("所选房屋的分户账余额已够分摊，不必催缴")
    if len(asked) > MOST:
        raise Refusal(f"一次最多催缴 {MOST:,} 户，本次有 {len(asked):,} 户，请分次勾选")
    return _issue(area, asked, matter=matter, deadline=deadline, by=by, at=at)


def _issue(
    area: Area, asked: Sequence[Asked], *, matter: str, deadline: dt.date, by: Actor, at: dt.datetime
) -> LetterBatch:
    """The batch with its letters, the job that prints them, the messages."""
    batch = LetterBatch.objects.create(
        number=next_number(BATCH_PREFIX, on=day_of(at)),
        jurisdiction_id=area.jurisdiction_id,
        area=area,
        organisation_id=by.organisation_id,
        matter=matter[:_MOST_WHY],
        deadline=deadline,
        letter_count=len(asked),
        total_fen=sum(one.owed_fen for one in asked),
        asked_by_id=by.user_id or None,
        asked_by_name=by.name,
        asked_at=at,
    )
    _write(batch, asked, at=at)
    job = jobs.defer(
        kind=JOB,
        title=f"打印欠款催缴通知单：{area.name} {len(asked):,} 份",
        arguments={"batch_id": batch.pk, "user_id": by.user_id},
        by_id=by.user_id or None,
        at=at,
    )
    batch.job_id = job.pk
    batch.save(update_fields=["job_id"])
    return batch


def _write(batch: LetterBatch, asked: Sequence[Asked], *, at: dt.datetime) -> None:
    """The letters of a batch, and the messages to the owners."""
    ids = [one.house.pk for one in asked]
    owners, slips = current_ownerships(ids), _waiting_slips(ids)
    numbers = next_numbers(LETTER_PREFIX, on=day_of(at), count=len(asked))
    letters = [
        DemandLetter(
            id=pk,
            number=number,
            batch=batch,
            house=one.house,
            addressee="、".join(owned.owner.name for owned in owners.get(one.house.pk, ()))[:_MOST_NAME] or NOBODY,
            since=one.since,
            percent=one.percent,
            first_due_fen=one.first_due_fen,
            balance_fen=one.balance_fen,
            share_fen=one.share_fen,
            owed_fen=one.owed_fen,
            why=one.why[:_MOST_WHY],
            slip_number=slips.get(one.house.pk, ""),
            told=any(owned.owner.phone for owned in owners.get(one.house.pk, ())),
        )
        for pk, number, one in zip(new_ids(len(asked)), numbers, asked, strict=True)
    ]
    DemandLetter.objects.bulk_create(letters, batch_size=5_000)
    _tell(batch, letters, owners, at=at)


def _waiting_slips(house_ids: Sequence[int]) -> dict[int, str]:
    """The numbers of the slips that wait at the bank, by house id."""
    lines = PaySlipLine.objects.filter(
        house_id__in=house_ids, slip__state=SlipState.WAITING, slip__unit_account__isnull=True
    )
    return dict(lines.values_list("house_id", "slip__number"))


def _tell(
    batch: LetterBatch, letters: Sequence[DemandLetter], owners: dict[int, list[Ownership]], *, at: dt.datetime
) -> None:
    people = {owned.owner_id for some in owners.values() for owned in some}
    users: dict[int, list[int]] = {}
    for owner_id, user_id in OwnerAccount.objects.filter(owner_id__in=people).values_list("owner_id", "user_id"):
        users.setdefault(owner_id, []).append(user_id)
    notes = [
        Note(
            key=f"{letter.number}:{owned.owner_id}",
            values={
                "house": f"{batch.area.name}{letter.house.building.name}{letter.house.label}",
                "amount": yuan(letter.owed_fen),
                "day": in_letters(batch.deadline),
                "number": letter.number,
            }
            | _of_its_kind(batch, letter),
            user_ids=tuple(users.get(owned.owner_id, ())),
            phone=owned.owner.phone,
        )
        for letter in letters
        for owned in owners.get(letter.house_id, ())
    ]
    told = DEMANDED_SHARE if batch.matter else DEMANDED
    notify_many(event=told.code, jurisdiction_id=batch.jurisdiction_id, notes=notes, at=at)


def _of_its_kind(batch: LetterBatch, letter: DemandLetter) -> dict[str, str]:
    if batch.matter:
        return {"matter": batch.matter, "share": yuan(letter.share_fen or 0)}
    return {"percent": str(letter.percent)}


# --- printing --------------------------------------------------------------------------------------------------------


@transaction.atomic
def print_batch(batch_id: int, *, by_id: int | None, at: dt.datetime, progress: Progress | None = None) -> KeptPrint:
    """All letters of the batch as one file, kept. Printed once; asking again hands out the same."""
    batch = LetterBatch.objects.select_for_update(of=("self",)).select_related("printed").get(pk=batch_id)
    if batch.printed is not None:
        return batch.printed
    document = _document(batch, list(letters_of(batch)), number=batch.number, progress=progress)
    if progress is not None:
        progress.note(f"正在排版 {batch.letter_count:,} 份，请稍候")
    batch.printed = printing.keep(document, by_id=by_id, at=at, apart=batch.letter_count > _MANY)
    batch.save(update_fields=["printed"])
    return batch.printed


def keep_letter(letter: DemandLetter, *, by_id: int | None, at: dt.datetime) -> KeptPrint:
    """One letter of a batch by itself, as it was asked for; printed once and handed out again."""
    kept = prints_of(subject=f"letter:{letter.pk}").first()
    if kept is not None:
        return kept
    document = _document(letter.batch, [letter], number=letter.number, subject=f"letter:{letter.pk}")
    return printing.keep(document, by_id=by_id, at=at)


def _document(
    batch: LetterBatch,
    letters: Sequence[DemandLetter],
    *,
    number: str,
    subject: str = "",
    progress: Progress | None = None,
) -> Document:
    place, city = batch.jurisdiction, city_of(jurisdiction_id=batch.jurisdiction_id)
    assert city is not None
    custody = default_custody(jurisdiction_id=place.pk, fund_kind=fund_kind_of(letters[0].house.nature))
    if progress is not None:
        progress.begin(len(letters), "正在准备")
    forms = []
    for letter in letters:
        forms.append(_form(letter, city=city.slug))
        if progress is not None:
            progress.advance()
    data = DemandLetters(
        area=batch.area.name,
        matter=batch.matter,
        issued_on=day_of(batch.asked_at),
        deadline_on=batch.deadline,
        percent=letters[0].percent,
        sender=batch.organisation.name if batch.organisation else city.office_name,
        office=place.office_name or city.office_name,
        office_address=place.office_address or city.office_address,
        office_phone=place.office_phone or city.office_phone,
        account=BankAccount(custody.name, custody.number, custody.opening_bank),
        how=_HOW,
        letters=tuple(forms),
    )
    return Document(
        form="demand_letters",
        title=TITLE,
        number=number,
        subject=subject or f"letters:{batch.pk}",
        issuer=city.office_name,
        city=city.slug,
        data=data,
    )


_HOW = (
    "已开具交款通知单的，在期限前持通知单或凭编号到专户银行交款。",
    "没有交款通知单的，携带本通知单和业主身份证明到联系窗口开具，也可由物业服务企业、业主委员会代办。",
    "请勿向个人账户转账。资金记入您家的分户账，专项用于共用部位、共用设施设备的维修、更新和改造。",
    "在期限前已经交存的，不必理会本通知单；对金额有异议的，可到联系窗口核对分户账。",
)


def _form(letter: DemandLetter, *, city: str) -> LetterForm:
    house = letter.house
    return LetterForm(
        number=letter.number,
        qr=qr_modules(letter.number, city=city),
        addressee=letter.addressee,
        house=f"{house.building.name}{house.label}",
        address=house.address,
        area_dm2=house.area_dm2,
        first_due_fen=letter.first_due_fen,
        balance_fen=letter.balance_fen,
        percent_left=f"{letter.balance_fen * 100 / letter.first_due_fen:.1f}%" if letter.first_due_fen else "",
        share_fen=letter.share_fen,
        since_on=letter.since,
        owed_fen=letter.owed_fen,
        owed_capitals=in_capitals(letter.owed_fen),
        why=letter.why,
        slip_number=letter.slip_number,
    )


# --- reading ---------------------------------------------------------------------------------------------------------


def letters_of(batch: LetterBatch) -> QuerySet[DemandLetter]:
    """The letters of a batch in the order in which they are printed."""
    letters = DemandLetter.objects.filter(batch=batch).select_related("house__building", "batch")
    return letters.order_by("pk")
