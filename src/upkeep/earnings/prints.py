"""结息汇总表 as it is printed for the file: printed once for each state of the run, kept, handed out as it was."""

import datetime as dt

from upkeep.earnings.lists import parts_of, yuan_days
from upkeep.earnings.models import InterestRun, RunState
from upkeep.kernel.dates import in_letters
from upkeep.kernel.errors import Refusal
from upkeep.kernel.money import in_capitals, yuan
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms.earnings import InterestSummary
from upkeep.printing.forms.parts import Fact, Table
from upkeep.printing.models import KeptPrint
from upkeep.printing.queries import prints_of


def subject_of(run: InterestRun) -> str:
    """Under which a run's print is kept: what was decided since shows on another one."""
    decided = run.reversal_decided_at or run.decided_at
    return f"interest:{run.pk}:{run.state}:{decided:%Y%m%d%H%M%S}" if decided else f"interest:{run.pk}:{run.state}"


def keep_summary(run: InterestRun, *, by_id: int, at: dt.datetime) -> KeptPrint:
    """The print of the run as it stands, printed the first time, the same file later. Raises: Refusal while it is computed."""
    if run.state_now in (RunState.COMPUTING, RunState.VOID):
        raise Refusal(f"批次{run.get_state_display()}，不能打印")
    if run.state_now is not RunState.WAITING and (kept := prints_of(subject=subject_of(run)).first()):
        return kept
    city = city_of(jurisdiction_id=run.jurisdiction_id)
    assert city is not None
    return printing.keep(
        Document(
            form="interest_summary",
            title="住宅专项维修资金结息汇总表",
            number=run.number,
            subject=subject_of(run),
            issuer=city.office_name,
            city=city.slug,
            data=_summary(run),
        ),
        by_id=by_id,
        at=at,
    )


def _summary(run: InterestRun) -> InterestSummary:
    parts = parts_of(run)
    pools = list(run.pools.select_related("custody").order_by("custody__number"))
    return InterestSummary(
        facts=(
            Fact("结息期间", f"{in_letters(run.first)}至{in_letters(run.settled_on)}（{run.days} 天）"),
            Fact("计息方式", run.get_mode_display()),
            Fact("记账日期", in_letters(run.booked_on)),
            Fact("分户数", f"{run.accounts:,} 户"),
            Fact("结息总额", f"{yuan(run.total_fen)} 元（{in_capitals(run.total_fen)}）", wide=True),
        ),
        tables=(
            Table(
                title="专户",
                headers=("专户", "账号", "待分配收益（元）", "积数（元·天）", "结息金额（元）", "不入户（元）"),
                rows=tuple(
                    (
                        one.custody.name,
                        one.custody.number,
                        yuan(one.earned_fen),
                        yuan_days(one.product),
                        yuan(one.total_fen),
                        yuan(one.withheld_fen),
                    )
                    for one in pools
                ),
                aligns="llrrrr",
                widths=(3, 2.2, 1.6, 2.2, 1.6, 1.2),
            ),
            Table(
                title="物业区域",
                headers=("物业区域", "专户", "分户数", "积数（元·天）", "结息金额（元）"),
                rows=tuple(
                    (
                        one.area.name,
                        one.custody.get_fund_kind_display(),
                        f"{one.accounts:,}",
                        yuan_days(one.product),
                        yuan(one.total_fen),
                    )
                    for one in parts
                ),
                aligns="llrrr",
                widths=(3, 1.4, 1, 2.2, 1.6),
                total=(
                    "合计",
                    "",
                    f"{run.accounts:,}",
                    yuan_days(sum(one.product for one in pools)),
                    yuan(run.total_fen),
                ),
            ),
        ),
        made_by=run.made_by_name,
        approved_by=run.decided_by_name if run.state_now not in (RunState.WAITING, RunState.RETURNED) else "",
        state=run.get_state_display(),
    )
