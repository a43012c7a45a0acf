"""期初建账: a city moves in with the balances of its sub-accounts and its banks' totals, from a workbook or a CSV file.

One person hands the file in; a job reads all of it and tells all that is wrong at once; it goes on only where every custody
account agrees with its bank to the fen. A second person accepts, and a job books it all in one transaction: a worker that
dies leaves nothing behind, and another one begins anew.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db import connection, transaction
from django.db.models import QuerySet

from upkeep.accounting.models import Opening, OpeningFault, OpeningLine, OpeningState, OpeningTotal
from upkeep.accounting.opening_matching import match_rows
from upkeep.accounting.opening_rows import Faults, read_rows
from upkeep.banking.custody_books import custodies_of
from upkeep.banking.models import CustodyAccount
from upkeep.banking.orders import NeedsAnother
from upkeep.books import openings as books
from upkeep.books.chart import FundKind
from upkeep.books.openings import ACCOUNTS, AreaOpening
from upkeep.casework.numbering import next_number
from upkeep.jobs.actions import defer
from upkeep.jobs.models import Job, JobState
from upkeep.jobs.registry import Progress
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.money import yuan
from upkeep.kernel.sealed_files import save_sealed
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import BOOKKEEPERS

#: The kinds of the jobs; `upkeep.tasks` declares them.
READING, BOOKING = "opening_read", "opening_book"
PREFIX = "QC"
#: So many lines go in one statement.
_LINES_AT_ONCE = 25_000


class NotWaiting(Refusal):
    """The opening is not where this can be done to it; the sentence says where it is."""


@dataclass(frozen=True, kw_only=True)
class BankTotal:
    """What lies in a custody account on the day, by the bank's statement, and what of it belongs to no house yet; in fen."""

    bank_fen: int = 0
    bonds_fen: int = 0
    undistributed_fen: int = 0


@transaction.atomic
def hand_in(
    *,
    file_name: str,
    chunks: Iterable[bytes],
    opened_on: dt.date,
    totals: Mapping[int, BankTotal],
    by: Actor,
    at: dt.datetime,
) -> Opening:
    """Keep the file and have it read in the background. `totals` are by custody account; one that is missing has nothing.

    Raises: HasProblems.
    """
    problems = []
    if not file_name.lower().endswith((".csv", ".xlsx")):
        problems.append(Problem("file", "请上传 CSV 文件或 .xlsx 工作簿"))
    if opened_on > day_of(at):
        problems.append(Problem("opened_on", "建账日期不能晚于今天"))
    custodies = {one.pk: one for one in custodies_of(by.jurisdiction_id)}
    if not any(total.bank_fen or total.bonds_fen for total in totals.values()) or totals.keys() - custodies.keys():
        problems.append(Problem("", "请按银行对账单填写各专户在建账日的余额"))
    if problems:
        raise HasProblems(problems)
    number = next_number(PREFIX, on=day_of(at))
    path, digest = save_sealed(f"openings/{day_of(at):%Y}/{number}.sealed", chunks)
    opening = Opening.objects.create(
        number=number,
        jurisdiction_id=by.jurisdiction_id,
        opened_on=opened_on,
        file_name=file_name[-200:],
        path=path,
        sha256=digest,
        made_by_id=by.user_id,
        made_by_name=by.name,
        made_at=at,
    )
    nothing = BankTotal()
    OpeningTotal.objects.bulk_create(
        OpeningTotal(
            opening=opening,
            custody=custody,
            bank_fen=(total := totals.get(pk, nothing)).bank_fen,
            bonds_fen=total.bonds_fen,
            undistributed_fen=total.undistributed_fen,
        )
        for pk, custody in custodies.items()
    )
    _defer(opening, READING, f"期初建账 {number}：核对", by_id=by.user_id, at=at)
    return opening


def _defer(opening: Opening, kind: str, title: str, *, by_id: int, at: dt.datetime) -> None:
    job = defer(
        kind=kind,
        title=title,
        arguments={"opening_id": opening.pk, "back": f"/accounting/openings/{opening.number}/"},
        by_id=by_id,
        at=at,
        lock=f"openings:{opening.jurisdiction_id}",
    )
    opening.job_id = job.pk
    opening.save(update_fields=["job_id"])


@transaction.atomic
def read(opening_id: int, *, progress: Progress) -> Opening:
    """Read and check the file. What is wrong stands in its faults afterwards; done again it changes nothing."""
    opening = Opening.objects.select_for_update().get(pk=opening_id)
    if opening.state_now is not OpeningState.READING:
        return opening
    faults = Faults()
    try:
        with transaction.atomic():  # a COPY that is broken off ends its transaction
            opening.rows = read_rows(opening, faults, progress)
            if not opening.rows and not faults.count:
                raise Refusal("文件中没有内容，请填写后再上传")
            progress.note(f"正在核对 {opening.rows:,} 行")
            match_rows(opening, faults)
    except Refusal as refused:
        faults.count += 1
        OpeningFault.objects.create(opening=opening, row_no=0, text=str(refused)[:200])
    if not faults.count:
        faults.count = _compare(opening)
    if faults.count:
        OpeningLine.objects.filter(opening=opening).delete()
        opening.totals.update(houses_fen=0, rows=0)
    opening.total_fen = sum(opening.totals.values_list("houses_fen", flat=True))
    opening.faults = faults.count
    opening.state = OpeningState.FAULTY if faults.count else OpeningState.WAITING
    opening.save(update_fields=["rows", "faults", "total_fen", "state"])
    return opening


def _compare(opening: Opening) -> int:
    """Whether each custody account agrees with its bank; how many do not."""
    off = [one for one in opening.totals.select_related("custody") if one.off_fen]
    OpeningFault.objects.bulk_create(
        OpeningFault(
            opening=opening,
            row_no=0,
            column="专户账号",
            text=(
                f"专户 {one.custody.number}：银行存款与国债共 {yuan(one.bank_fen + one.bonds_fen)} 元，"
                f"分户合计与待分配收益共 {yuan(one.houses_fen + one.undistributed_fen)} 元，相差 {yuan(one.off_fen)} 元"
            ),
        )
        for one in off
    )
    return len(off)


@transaction.atomic
def accept(opening_id: int, *, by: Actor, at: dt.datetime) -> Opening:
    """The second person has compared it with the banks' statements: it is booked in the background.

    Raises: NotWaiting; NeedsAnother for whoever handed it in.
    """
    opening = _waiting(opening_id, by=by)
    if opening.made_by_id == by.user_id:
        raise NeedsAnother("期初数据由您提交，须由他人复核后记账")
    opening.state = OpeningState.BOOKING
    opening.checked_by_id, opening.checked_by_name, opening.checked_at = by.user_id, by.name, at
    opening.save(update_fields=["state", "checked_by", "checked_by_name", "checked_at"])
    _defer(opening, BOOKING, f"期初建账 {opening.number}：记账", by_id=by.user_id, at=at)
    return opening


@transaction.atomic
def send_back(opening_id: int, *, reason: str, by: Actor, at: dt.datetime) -> Opening:
    """It is not to be booked: the file is handed in anew. Raises: HasProblems without a reason; NotWaiting."""
    if not (reason := " ".join(reason.split())):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    opening = visible_to(by).select_for_update(of=("self",)).get(pk=opening_id)
    if not may_return(opening):
        raise NotWaiting(f"期初建账{opening.get_state_display()}，不能退回")
    opening.state, opening.note = OpeningState.RETURNED, reason[:200]
    opening.checked_by_id, opening.checked_by_name, opening.checked_at = by.user_id, by.name, at
    opening.save(update_fields=["state", "note", "checked_by", "checked_by_name", "checked_at"])
    return opening


def may_return(opening: Opening) -> bool:
    """Whether it waits to be accepted, or was accepted and could not be booked."""
    if opening.state_now is OpeningState.BOOKING:
        return Job.objects.filter(pk=opening.job_id or 0, state=JobState.FAILED).exists()
    return opening.state_now is OpeningState.WAITING


def _waiting(opening_id: int, *, by: Actor) -> Opening:
    opening = visible_to(by).select_for_update(of=("self",)).get(pk=opening_id)
    if opening.state_now is not OpeningState.WAITING:
        raise NotWaiting(f"期初建账{opening.get_state_display()}，请勿重复办理")
    return opening


@transaction.atomic
def book(opening_id: int, *, at: dt.datetime, progress: Progress) -> Opening:
    """Book what was accepted, all of it or nothing; done again it books nothing.

    Raises: Refusal where a sub-account was used meanwhile, or a period is closed.
    """
    opening = Opening.objects.select_for_update().get(pk=opening_id)
    if opening.state_now is not OpeningState.BOOKING:
        return opening
    totals = list(opening.totals.select_related("custody"))
    areas = opening.lines.order_by().values_list("area_id", flat=True).distinct()
    books.lock_books(sorted({*areas, *(one.custody_id for one in totals)}))
    if used := _used(opening):
        raise Refusal(f"有 {used:,} 个分户在提交后已有发生额或已销户，请退回后重新整理期初数据")
    progress.begin(opening.rows, "正在记账")
    funds = {one.custody_id: FundKind(one.custody.fund_kind) for one in totals}
    for batch in _batches(_area_openings(opening, funds)):
        books.openings_booked(batch)
        progress.advance(sum(len(one.amounts) for one in batch))
    for one in totals:
        if one.undistributed_fen or one.bonds_fen:
            books.opening_undistributed(
                custody_id=one.custody_id,
                fund_kind=funds[one.custody_id],
                undistributed_fen=one.undistributed_fen,
                bonds_fen=one.bonds_fen,
                source=f"opening:{opening.pk}",
                booked_on=opening.opened_on,
            )
    opening.state, opening.booked_at = OpeningState.BOOKED, at
    opening.save(update_fields=["state", "booked_at"])
    return opening


def _used(opening: Opening) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from accounting_openingline l join {ACCOUNTS} s"
            " on s.account_id = l.account_id and s.area_id = l.area_id"
            " where l.opening_id = %s and (s.version > 0 or s.closed_on is not null)",
            [opening.pk],
        )
        return int(cursor.fetchone()[0])


def _area_openings(opening: Opening, funds: Mapping[int, FundKind]) -> Iterator[AreaOpening]:
    """One entry for each area and custody account, the areas in order; read through a cursor on the server."""
    lines = opening.lines.order_by("area_id", "custody_id", "row_no")
    rows = lines.values_list("area_id", "custody_id", "account_id", "fen").iterator(chunk_size=10_000)
    for (area_id, custody_id), group in groupby(rows, lambda row: (row[0], row[1])):
        yield AreaOpening(
            area_id=area_id,
            custody_id=custody_id,
            fund_kind=funds[custody_id],
            amounts={account_id: fen for _, _, account_id, fen in group},
            source=f"opening:{opening.pk}:{custody_id}",
            booked_on=opening.opened_on,
        )


def _batches(openings: Iterable[AreaOpening]) -> Iterator[Sequence[AreaOpening]]:
    batch: list[AreaOpening] = []
    size = 0
    for one in openings:
        if batch and size + len(one.amounts) > _LINES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one.amounts)
    if batch:
        yield batch


def visible_to(actor: Actor) -> QuerySet[Opening]:
    """The openings of the actor's jurisdiction, the newest first; none for whoever reads no books."""
    rows = Opening.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).order_by("-made_at", "-pk")
    return rows if actor.has(*BOOKKEEPERS) else rows.none()


def to_fill_in(actor: Actor, custodies: Collection[CustodyAccount]) -> Iterator[tuple[str, ...]]:
    """建账表: every live house whose sub-account has never moved, with the custody account of its fund, as rows of text."""
    by_fund: dict[str, str] = {}
    for one in custodies:
        if one.is_active and one.is_default:
            by_fund.setdefault(one.fund_kind, one.number)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"select h.id::text, a.name, b.name, h.unit, h.room, h.nature from {ACCOUNTS} s"
            " join estate_house h on h.id = s.account_id and h.area_id = s.area_id and h.state = 'ACTIVE'"
            " join estate_building b on b.id = h.building_id join estate_area a on a.id = h.area_id"
            " where s.version = 0 and s.closed_on is null and a.jurisdiction_id = any (%s::bigint[])"
            ' order by a.name, a.id, b."order", h.unit, h.floor, h.room',
            [list(within(actor.jurisdiction_id))],
        )
        while rows := cursor.fetchmany(5_000):
            for pk, area, building, unit, room, nature in rows:
                fund = FundKind.PUBLIC if nature == "SOLD_PUBLIC" else FundKind.COMMODITY
                yield pk, area, building, unit, room, by_fund.get(fund, ""), ""
