"""拨付条件: how much of a phase may be requested now, and what stands in the way of the rest.

Manual 004 §1.3.1 注 1, 2, 4, 6; percentages and switches are the city's (policy `payout_gate`).
"""

from dataclasses import dataclass

from upkeep.kernel.money import yuan
from upkeep.policy.payout_gate import PayoutGate

WHOLE = 100
ACCEPT_FIRST = "须先完成项目验收并发布验收公示"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a project and one phase of its plan stand: fen, net of what was cleared back.

    `first` and `last` say whether the phase is the first or the last of the plan; `accepted` that the acceptance is
    published (and its notice over, where the city waits for that); `untouched` that nothing has been paid yet.
    """

    budget_fen: int
    limit_fen: int
    requested_fen: int
    phase_limit_fen: int
    phase_requested_fen: int
    first: bool
    last: bool
    accepted: bool
    untouched: bool

    @property
    def left_fen(self) -> int:
        """What neither the phase nor the project has been asked for yet."""
        return min(self.phase_limit_fen - self.phase_requested_fen, self.limit_fen - self.requested_fen)


@dataclass(frozen=True)
class Room:
    """The most that may be requested now (fen); `why` says what keeps it below what is left, or why it is nothing."""

    most_fen: int
    why: str = ""


def room(now: Standing, gate: PayoutGate) -> Room:
    """The narrowest of all conditions. Exactly the percentage itself is still within it (004: 超过 70%)."""
    found = Room(now.left_fen)
    if found.most_fen <= 0:
        return Room(0, "该期计划金额已全部申请")
    if now.last and gate.last_phase_needs_acceptance and not now.accepted:
        return Room(0, f"末期拨付前{ACCEPT_FIRST}")
    if not now.accepted and gate.accepted_beyond_percent < WHOLE:
        percent = gate.accepted_beyond_percent
        cap = now.budget_fen * percent // WHOLE
        found = _narrowed(
            found,
            cap - now.requested_fen,
            f"累计申请超过预算总金额的 {percent}%（{yuan(cap)} 元）的，{ACCEPT_FIRST}",
        )
    if gate.first_payment_most_percent < WHOLE:
        percent = gate.first_payment_most_percent
        cap = now.budget_fen * percent // WHOLE
        why = f"首次拨付不超过预算总金额的 {percent}%（{yuan(cap)} 元）"
        if now.first:
            found = _narrowed(found, cap - now.phase_requested_fen, why)
        elif now.untouched:
            found = _narrowed(found, cap - now.requested_fen, f"{why}，首次拨付到账后再申请其余金额")
    return found


def _narrowed(found: Room, most_fen: int, why: str) -> Room:
    return Room(max(most_fen, 0), why) if most_fen < found.most_fen else found
