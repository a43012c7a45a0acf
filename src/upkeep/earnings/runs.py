"""结息批次: begun by the accountant, computed in the background, approved by another, booked in the background; reversed as a
whole, again by two. Source: 165号令 第二十七条 (利息、增值收益转入滚存), 财会〔2020〕7号 (借 3101, 贷 3001/3002).
"""

import datetime as dt
from collections.abc import Collection

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from upkeep.banking.custody_books import custodies_of
from upkeep.banking.orders import NeedsAnother
from upkeep.books import custody_books, day_products
from upkeep.casework.numbering import next_number
from upkeep.earnings.models import InterestPool, InterestRun, RunState
from upkeep.earnings.models.run import DEAD
from upkeep.earnings.rates import CHECKERS, MAKERS
from upkeep.earnings.terms import frozen, previous_settlement, terms_of
from upkeep.jobs.actions import defer
from upkeep.jobs.models import OVER, Job
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.ids import new_ids
from upkeep.parties.actor import Actor
from upkeep.parties.queries import ancestry, within
from upkeep.parties.roles import BOOKKEEPERS, Role
from upkeep.policy.interest_rule import interest_rule

PREFIX = "JX"
#: The kinds of jobs; `upkeep.tasks` declares what they do.
COMPUTING, POSTING, REVERSING = "interest_computing", "interest_posting", "interest_reversing"


class NotNow(Refusal):
    """The run's state or the actor's part in it forbids this; the sentence says why."""


def lock_of(run_id: int) -> str:
    """The jobs of a run take turns."""
    return f"interest:{run_id}"


@transaction.atomic
def start_run(
    *, jurisdiction_id: int, settled_on: dt.date, booked_on: dt.date, by: Actor, at: dt.datetime
) -> InterestRun:
    """Settle a jurisdiction's custody accounts on a settlement day; the computing begins when the transaction commits.

    Raises: HasProblems; NoRate; Refusal where the day is settled already or the settlement before it is not booked.
    """
    if not by.has(*MAKERS) or jurisdiction_id not in within(by.jurisdiction_id):
        raise Refusal("结息由本管辖区的会计办理")
    rule = interest_rule(jurisdiction_id=jurisdiction_id, on=settled_on)
    if problems := _problems(rule.settled_on, settled_on, booked_on, today=day_of(at)):
        raise HasProblems(problems)
    custodies = list(custodies_of(jurisdiction_id))
    if not custodies:
        raise Refusal("本管辖区没有专户，不能结息")
    first = _first_day([one.pk for one in custodies], settled_on, previous_settlement(rule, before=settled_on))
    terms = [(one.pk, terms_of(rule, custody=one, first=first, settled_on=settled_on)) for one in custodies]
    run = InterestRun.objects.create(
        number=next_number(PREFIX, on=day_of(at)),
        jurisdiction_id=jurisdiction_id,
        mode=rule.mode,
        first=first,
        settled_on=settled_on,
        booked_on=booked_on,
        rule=frozen(rule, terms),
        made_at=at,
        made_by_id=by.user_id,
        made_by_name=by.name,
    )
    pools = [
        InterestPool(id=pk, run=run, custody=one, settled_on=settled_on)
        for pk, one in zip(new_ids(len(custodies)), custodies, strict=True)
    ]
    try:
        with transaction.atomic():
            InterestPool.objects.bulk_create(pools)
    except IntegrityError:
        raise Refusal(f"{settled_on:%Y-%m-%d} 已有一个结息批次，请在原批次上重新计算或先作废") from None
    _defer(COMPUTING, "计算利息", run, by_id=by.user_id, at=at)
    return run


def _problems(rule_day: str, settled_on: dt.date, booked_on: dt.date, *, today: dt.date) -> list[Problem]:
    found = []
    if f"{settled_on:%m%d}" != rule_day:
        found.append(
            Problem("settled_on", f"本市的结息日为 {int(rule_day[:2])} 月 {int(rule_day[2:])} 日，请重新选择")
        )
    if settled_on > today:
        found.append(Problem("settled_on", "结息日还没有到，不能结息"))
    if not settled_on <= booked_on <= max(today, settled_on):
        found.append(Problem("booked_on", "记账日期不能早于结息日，也不能晚于今天"))
    return found


def _first_day(custody_ids: Collection[int], settled_on: dt.date, otherwise: dt.date) -> dt.date:
    """The settlement day of the run before. Raises: Refusal when that one is not booked, or a later one is there."""
    pools = InterestPool.objects.filter(custody_id__in=custody_ids, is_live=True).select_related("run")
    last = pools.order_by("-settled_on").first()
    if last is None:
        return otherwise
    if last.settled_on > settled_on:
        raise Refusal(f"{last.settled_on:%Y-%m-%d} 已经结息（批次 {last.run.number}），不能再结更早的日期")
    if last.settled_on < settled_on and last.run.state_now is not RunState.POSTED:
        raise Refusal(f"上一批次 {last.run.number} {last.run.get_state_display()}，入账完成后才能办理下一次结息")
    return last.settled_on if last.settled_on < settled_on else otherwise


def _defer(kind: str, title: str, run: InterestRun, *, by_id: int | None, at: dt.datetime) -> None:
    arguments = {"run_id": run.pk, "back": f"/earnings/runs/{run.number}/"}
    defer(kind=kind, title=f"{title} {run.number}", arguments=arguments, by_id=by_id, at=at, lock=lock_of(run.pk))


@transaction.atomic
def recompute(run_id: int, *, by: Actor, at: dt.datetime) -> InterestRun:
    """Compute again by the rule and the rates of today, after something was put right. Raises: NotNow, NoRate."""
    run = _locked(run_id, RunState.WAITING, RunState.RETURNED)
    _check(by, MAKERS, run, "重新计算由本管辖区的会计办理")
    rule = interest_rule(jurisdiction_id=run.jurisdiction_id, on=run.settled_on)
    custodies = [pool.custody for pool in run.pools.select_related("custody__bank")]
    terms = [(one.pk, terms_of(rule, custody=one, first=run.first, settled_on=run.settled_on)) for one in custodies]
    run.rule, run.mode, run.state = frozen(rule, terms), rule.mode, RunState.COMPUTING
    run.made_by_id, run.made_by_name, run.made_at = by.user_id, by.name, at
    run.decided_by_id, run.decided_by_name, run.decided_at, run.note = None, "", None, ""
    run.save()
    _defer(COMPUTING, "计算利息", run, by_id=by.user_id, at=at)
    return run


@transaction.atomic
def make_void(run_id: int, *, by: Actor, at: dt.datetime) -> InterestRun:
    """Give a run up that was not approved; the day may be settled anew. Raises: NotNow."""
    run = _locked(run_id, RunState.WAITING, RunState.RETURNED, RunState.COMPUTING)
    _check(by, MAKERS, run, "作废由本管辖区的会计办理")
    return _end(run, RunState.VOID)


@transaction.atomic
def send_back(run_id: int, *, reason: str, by: Actor, at: dt.datetime) -> InterestRun:
    """Not approved, with the reason. Raises: NotNow; NeedsAnother; HasProblems without a reason."""
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写退回原因")])
    run = _locked(run_id, RunState.WAITING)
    _check_other(by, run.made_by_id, run, "这一批次由您制表，须由他人审批")
    return _decided(run, RunState.RETURNED, by=by, at=at, note=reason[:200])


@transaction.atomic
def approve(run_id: int, *, by: Actor, at: dt.datetime) -> InterestRun:
    """The second person approves; booking begins when the transaction commits.

    Raises: NotNow; NeedsAnother for whoever computed it; Refusal when what it was computed from has changed, or the period of the
    day of booking is closed.
    """
    run = _locked(run_id, RunState.WAITING)
    _check_other(by, run.made_by_id, run, "这一批次由您制表，须由他人审批")
    if run.total_fen <= 0:
        raise NotNow("这一批次没有可入账的利息，请作废后核对")
    _check_unchanged(run)
    run = _decided(run, RunState.POSTING, by=by, at=at)
    for pool in run.pools.all():
        custody_books.open_book(pool.custody_id)
    _defer(POSTING, "利息入账", run, by_id=by.user_id, at=at)
    return run


def _check_unchanged(run: InterestRun) -> None:
    areas = dict(run.parts.values_list("area_id", "fingerprint"))
    now = day_products.fingerprints(list(areas), settled_on=run.settled_on)
    if any(now.get(area_id, 0) != fingerprint for area_id, fingerprint in areas.items()):
        raise NotNow("计算以后又有记账日期在计息期内的业务入账，请退回并重新计算")
    if _closed_since(run):
        raise NotNow("计算以后有分户销户，请退回并重新计算")
    pools = {pool.custody_id: pool.earned_fen for pool in run.pools.all()}
    earned = day_products.undistributed(list(pools), through=run.settled_on.isoformat())
    if any(sum(earned.get(custody_id, {}).values()) != fen for custody_id, fen in pools.items()):
        raise NotNow("计算以后专户的待分配收益有变动，请退回并重新计算")
    if day_products.closed_on([*areas, *pools], day=run.booked_on.isoformat()):
        raise NotNow("记账日期所在的会计期间已结账，请作废后以未结账的日期重新办理，或先办理反结账")


def _closed_since(run: InterestRun) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from earnings_interestline l join " + day_products.ACCOUNTS + " s"
            " on s.id = l.sub_account_id and s.area_id = l.area_id"
            " where l.run_id = %s and l.is_open and l.fen > 0 and s.closed_on is not null)",
            [run.pk],
        )
        return bool(cursor.fetchone()[0])


@transaction.atomic
def go_on(run_id: int, *, by: Actor, at: dt.datetime) -> InterestRun:
    """Take up a booking, a reversal or a computing whose job has failed. Raises: NotNow while one is at it."""
    run = _locked(run_id, RunState.COMPUTING, RunState.POSTING, RunState.REVERSING)
    _check(by, (*MAKERS, *CHECKERS), run, "由本管辖区的会计或审批人员办理")
    if is_busy(run):
        raise NotNow("后台正在处理，请稍候刷新")
    kind, title = {
        RunState.COMPUTING: (COMPUTING, "计算利息"),
        RunState.POSTING: (POSTING, "利息入账"),
        RunState.REVERSING: (REVERSING, "冲销利息"),
    }[run.state_now]
    _defer(kind, title, run, by_id=by.user_id, at=at)
    return run


def is_busy(run: InterestRun) -> bool:
    """Whether a job is at the run, or waits for a worker."""
    return Job.objects.filter(lock=lock_of(run.pk)).exclude(state__in=OVER).exists()


@transaction.atomic
def ask_reversal(run_id: int, *, reason: str, by: Actor, at: dt.datetime) -> InterestRun:
    """Ask for the whole run to be taken back. Raises: NotNow; HasProblems without a reason."""
    if not (reason := reason.strip()):
        raise HasProblems([Problem("reason", "请填写冲销原因")])
    run = _locked(run_id, RunState.POSTED)
    _check(by, MAKERS, run, "冲销由本管辖区的会计申请")
    custodies = run.pools.values_list("custody_id", flat=True)
    later = InterestPool.objects.filter(custody_id__in=custodies, is_live=True, settled_on__gt=run.settled_on)
    if later.exists():
        raise NotNow("这一批次之后已有新的结息批次，请先冲销或作废后面的批次")
    run.state, run.reversal_reason = RunState.REVERSAL_ASKED, reason[:200]
    run.reversal_asked_by_id, run.reversal_asked_by_name, run.reversal_asked_at = by.user_id, by.name, at
    run.save()
    return run


@transaction.atomic
def decline_reversal(run_id: int, *, by: Actor, at: dt.datetime) -> InterestRun:
    """The run stays as it is. Raises: NotNow, NeedsAnother."""
    run = _locked(run_id, RunState.REVERSAL_ASKED)
    assert run.reversal_asked_by_id is not None
    _check_other(by, run.reversal_asked_by_id, run, "冲销由您申请，须由他人审批")
    run.state, run.reversal_decided_by_id = RunState.POSTED, by.user_id
    run.reversal_decided_by_name, run.reversal_decided_at = by.name, at
    run.save()
    return run


@transaction.atomic
def approve_reversal(run_id: int, *, by: Actor, at: dt.datetime) -> InterestRun:
    """Every entry of the run is mirrored, today. Raises: NotNow, NeedsAnother; Refusal when houses have spent their share."""
    run = _locked(run_id, RunState.REVERSAL_ASKED)
    assert run.reversal_asked_by_id is not None
    _check_other(by, run.reversal_asked_by_id, run, "冲销由您申请，须由他人审批")
    if spent := _spent(run):
        raise NotNow(f"有 {spent:,} 户分得的利息已经支出、冻结或已销户，不能整批冲销")
    run.state, run.reversed_on = RunState.REVERSING, day_of(at)
    run.reversal_decided_by_id, run.reversal_decided_by_name, run.reversal_decided_at = by.user_id, by.name, at
    run.save()
    _defer(REVERSING, "冲销利息", run, by_id=by.user_id, at=at)
    return run


def _spent(run: InterestRun) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from (select area_id, sub_account_id, sum(fen) as fen from earnings_interestline"
            " where run_id = %s and is_open and fen > 0 group by area_id, sub_account_id) l join "
            + day_products.ACCOUNTS
            + " s on s.id = l.sub_account_id and s.area_id = l.area_id where s.balance_fen - s.held_fen < l.fen",
            [run.pk],
        )
        return int(cursor.fetchone()[0])


def _locked(run_id: int, *states: RunState) -> InterestRun:
    run = InterestRun.objects.select_for_update(of=("self",)).get(pk=run_id)
    if run.state_now not in states:
        raise NotNow(f"批次 {run.number} {run.get_state_display()}，不能这样办理，请刷新后查看")
    return run


def _check(by: Actor, roles: Collection[Role], run: InterestRun, otherwise: str) -> None:
    if not by.has(*roles) or run.jurisdiction_id not in within(by.jurisdiction_id):
        raise NotNow(otherwise)


def _check_other(by: Actor, maker_id: int, run: InterestRun, otherwise: str) -> None:
    if by.user_id == maker_id:
        raise NeedsAnother(otherwise)
    _check(by, CHECKERS, run, "由本管辖区的审批人员办理")


def _decided(run: InterestRun, state: RunState, *, by: Actor, at: dt.datetime, note: str = "") -> InterestRun:
    run.state, run.note = state, note
    run.decided_by_id, run.decided_by_name, run.decided_at = by.user_id, by.name, at
    run.save()
    return run


def _end(run: InterestRun, state: RunState) -> InterestRun:
    run.state = state
    run.save(update_fields=["state"])
    run.pools.update(is_live=False)
    return run


def live_runs(jurisdiction_id: int) -> QuerySet[InterestRun]:
    """The runs of the jurisdiction, of those above and below it, that count."""
    places = {*within(jurisdiction_id), *ancestry(jurisdiction_id)}
    return InterestRun.objects.filter(jurisdiction_id__in=places).exclude(state__in=DEAD)


def visible_to(actor: Actor) -> QuerySet[InterestRun]:
    """The runs of the bookkeeper's jurisdiction, the latest first; nobody else sees one."""
    if not actor.has(*BOOKKEEPERS):
        return InterestRun.objects.none()
    rows = InterestRun.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id))
    return rows.select_related("jurisdiction").order_by("-settled_on", "-made_at", "pk")
