"""What a change touches and what it leaves alone, in sentences for whoever confirms it."""

import datetime as dt
from collections.abc import Callable

from upkeep.banking.models import PaySlip, SlipState
from upkeep.casework.models import Case
from upkeep.casework.states import WAITING, State
from upkeep.kernel.dates import in_letters
from upkeep.parties.queries import within
from upkeep.policy.models import Policy, PolicyKind
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage
from upkeep.web.policies.reach import Place


def effects(place: Place, *, valid_from: dt.date, on: dt.date) -> list[str]:
    """The sentences."""
    begins = "自今天起" if valid_from == on else f"自{in_letters(valid_from)}起"
    found = [f"{begins}，{place.jurisdiction.name}新办理的业务按新内容执行；此前的内容保留在历史中，不会改写。"]
    found += _districts(place, on=valid_from)
    if sentence := _FOR_KIND.get(place.kind):
        found.append(sentence(place))
    return found


def _districts(place: Place, *, on: dt.date) -> list[str]:
    """Which jurisdictions under it inherit, and which have a value of their own."""
    under = list(
        type(place.jurisdiction).objects.filter(pk__in=within(place.jurisdiction.pk)).exclude(pk=place.jurisdiction.pk)
    )
    if not under:
        return []
    own = set(
        Policy.objects.filter(
            jurisdiction__in=under, kind=place.kind, scope__in={place.scope, ""}, in_force__contains=on
        ).values_list("jurisdiction_id", flat=True)
    )
    inheriting = [one.name for one in under if one.pk not in own]
    apart = [one.name for one in under if one.pk in own]
    said = [f"下级沿用本设置，一并变更：{'、'.join(inheriting)}。"] if inheriting else []
    return said + ([f"下级另有设置，不受影响：{'、'.join(apart)}。"] if apart else [])


def _open_cases(place: Place) -> str:
    open_states = [*WAITING, State.RETURNED]
    count = Case.objects.filter(
        procedure=place.scope, jurisdiction_id__in=within(place.jurisdiction.pk), state__in=open_states
    ).count()
    return f"已提交尚未办结的 {count} 张业务单按提交时的流程继续办理，不受影响；退回补正的在重新提交时按新流程办理。"


def _waiting_slips(place: Place) -> str:
    slips = PaySlip.objects.filter(
        area__jurisdiction_id__in=within(place.jurisdiction.pk), state=SlipState.WAITING
    ).count()
    return f"已开具待交的 {slips} 张交款通知单金额和期限不变。"


def _open_votes(place: Place) -> str:
    votes = RepairProject.objects.filter(
        area__jurisdiction_id__in=within(place.jurisdiction.pk), stage=Stage.VOTING
    ).count()
    return f"正在进行的 {votes} 个表决按开始时的规则计票，不受影响。"


def _notices(place: Place) -> str:
    return "已经发布的公示按发布时的期限执行，不受影响。"


def _logins(place: Place) -> str:
    return "已经登录的用户不受影响，下次登录时按新内容执行。"


_FOR_KIND: dict[PolicyKind, Callable[[Place], str]] = {
    PolicyKind.REVIEW_CHAIN: _open_cases,
    PolicyKind.DEPOSIT_STANDARD: _waiting_slips,
    PolicyKind.PAY_SLIP_RULE: _waiting_slips,
    PolicyKind.VOTING_RULE: _open_votes,
    PolicyKind.NOTICE_RULE: _notices,
    PolicyKind.LOGIN_RULE: _logins,
    PolicyKind.PASSWORD_RULE: _logins,
}
