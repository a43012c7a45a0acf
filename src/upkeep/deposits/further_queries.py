"""Reading 续交方案: which plans one sees, how far they are, their shares."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet, Sum

from upkeep.banking.models import SlipState
from upkeep.deposits.further import Terms
from upkeep.deposits.models import FurtherBasis, FurtherMethod, FurtherPlan, FurtherShare, FurtherStandard
from upkeep.estate.queries import visible_to
from upkeep.parties.actor import Actor


def plans_visible_to(actor: Actor) -> QuerySet[FurtherPlan]:
    """The plans of the areas that the actor sees, the newest first."""
    plans = FurtherPlan.objects.filter(area__in=visible_to(actor).values("pk")).select_related("area", "case")
    return plans.order_by("-decided_at", "-pk")


@dataclass(frozen=True)
class PlanStanding:
    """How far a plan is, in shares: paid (and their fen), at the bank, run out or void, kept back, to come."""

    plan: FurtherPlan
    shares: int
    paid: int
    paid_fen: int
    waiting: int
    lapsed: int
    kept_back: int

    @property
    def to_come(self) -> int:
        return self.shares - self.paid - self.waiting - self.lapsed - self.kept_back

    @property
    def percent(self) -> int:
        """The money that came in, in whole percent of what was asked."""
        return self.paid_fen * 100 // self.plan.total_fen


_PAID, _WAITING = Q(slip__state=SlipState.PAID), Q(slip__state=SlipState.WAITING)
_LAPSED = Q(slip__state__in=(SlipState.VOID, SlipState.EXPIRED))
_KEPT_BACK = Q(slip__isnull=True) & ~Q(obstacle="")


def standings_of(plans: Sequence[FurtherPlan]) -> list[PlanStanding]:
    """How the plans of a page stand, in their order. One query."""
    shares = FurtherShare.objects.filter(plan__in=plans).order_by().values("plan_id")
    rows = shares.annotate(
        shares=Count("pk"),
        paid=Count("pk", filter=_PAID),
        paid_fen=Sum("amount_fen", filter=_PAID, default=0),
        waiting=Count("pk", filter=_WAITING),
        lapsed=Count("pk", filter=_LAPSED),
        kept_back=Count("pk", filter=_KEPT_BACK),
    )
    by_plan = {row["plan_id"]: row for row in rows}
    return [
        PlanStanding(
            plan=plan,
            shares=row["shares"],
            paid=row["paid"],
            paid_fen=row["paid_fen"],
            waiting=row["waiting"],
            lapsed=row["lapsed"],
            kept_back=row["kept_back"],
        )
        for plan in plans
        if (row := by_plan[plan.pk])
    ]


SHARE_STATES = {
    "PAID": ("已交", _PAID),
    "WAITING": ("待交", _WAITING),
    "LAPSED": ("已过期或作废", _LAPSED),
    "KEPT_BACK": ("未能开具", _KEPT_BACK),
    "TO_COME": ("未到期", Q(slip__isnull=True, obstacle="")),
}


def shares_list(plan: FurtherPlan, *, state: str = "", text: str = "") -> QuerySet[FurtherShare]:
    """The shares of a plan in the order of the building table, narrowed to a state and a room number."""
    shares = plan.shares.select_related("house__building", "slip")
    if state in SHARE_STATES:
        shares = shares.filter(SHARE_STATES[state][1])
    if text := text.strip():
        shares = shares.filter(Q(house__room=text) | Q(slip__number=text.upper()))
    return shares.order_by(
        "house__building__order", "-house__floor", "house__unit", "house__room", "house_id", "instalment"
    )


def plan_of_case(case_id: int) -> FurtherPlan | None:
    """What a case has brought about."""
    return FurtherPlan.objects.select_related("area").filter(case_id=case_id).first()


def shares_of_house(house_id: int) -> list[FurtherShare]:
    """What plans asked of a house, the latest plan first."""
    shares = FurtherShare.objects.filter(house_id=house_id).select_related("plan__case", "slip")
    return list(shares.order_by("-plan__decided_at", "instalment"))


def plan_terms(plan: FurtherPlan) -> Terms:
    """The terms of a plan as they were approved."""
    return Terms(
        standard=FurtherStandard(plan.standard),
        fen_per_m2=plan.fen_per_m2,
        method=FurtherMethod(plan.method),
        instalments=plan.instalments,
        every_months=plan.every_months,
        first_due_on=plan.first_due_on,
        basis=FurtherBasis(plan.basis),
        document=plan.document,
        scope=plan.scope,
    )
