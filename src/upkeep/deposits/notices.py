"""The life of a pay slip after it was issued, as people may steer it: made void, issued anew.

Who may make one void is the city's policy (`policy.pay_slip_rule`); who may issue one anew is whoever could have asked for
it. That it may be paid only while it waits, and only once, is `banking.slips`' business.
"""

import datetime as dt

from upkeep.banking import actions as banking
from upkeep.banking.models import PaySlip, SlipState
from upkeep.banking.queries import slips_visible_to
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.pay_slip_rule import pay_slip_rule

#: Whoever could have asked for the slip: the developer or selling unit, the window, the owner himself.
REISSUERS = (Role.DEVELOPER, Role.SELLING_UNIT, Role.WINDOW_CLERK, Role.OWNER)


class NotAllowed(Refusal):
    """The actor does not see the slip, or his roles do not let him do this."""


def may_void(slip: PaySlip, *, by: Actor, on: dt.date) -> bool:
    """Whether the slip waits and the city lets one of the actor's roles make it void."""
    rule = pay_slip_rule(jurisdiction_id=slip.jurisdiction_id, on=on)
    return slip.state_now is SlipState.WAITING and not by.roles.isdisjoint(rule.voiders)


def may_reissue(slip: PaySlip, *, by: Actor, on: dt.date) -> bool:
    """Whether the slip is void or run out, has no successor, and the actor may ask for one."""
    over = slip.state_now in (SlipState.VOID, SlipState.EXPIRED)
    over = over or (slip.state_now is SlipState.WAITING and slip.expires_on < on)
    return over and by.has(*REISSUERS) and not PaySlip.objects.filter(replaces=slip).exists()


def void_slip(*, number: str, reason: str, by: Actor, at: dt.datetime) -> PaySlip:
    """Make a waiting slip void; its houses are free again.

    Raises: NotAllowed; HasProblems without a reason; banking.slips.SlipClosed.
    """
    slip = _visible(number, by=by)
    rule = pay_slip_rule(jurisdiction_id=slip.jurisdiction_id, on=day_of(at))
    if by.roles.isdisjoint(rule.voiders):
        raise NotAllowed("您没有作废交款通知单的权限，请联系维修资金管理部门")
    return banking.void_slip(number=slip.number, reason=reason, by=by, at=at)


def reissue_slip(*, number: str, by: Actor, at: dt.datetime) -> PaySlip:
    """A new slip in the place of a void or expired one, at today's standard and with today's validity.

    Raises: NotAllowed; what `banking.slips.reissue_slip` does.
    """
    slip = _visible(number, by=by)
    if not by.has(*REISSUERS):
        raise NotAllowed("您没有重新开具交款通知单的权限")
    return banking.reissue_slip(number=slip.number, by=by, at=at)


def _visible(number: str, *, by: Actor) -> PaySlip:
    slip = slips_visible_to(by).filter(number=number).first()
    if slip is None:
        raise NotAllowed("没有该编号的交款通知单")
    return slip
