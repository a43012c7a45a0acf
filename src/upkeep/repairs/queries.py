"""Reading repair projects: who sees which, lists, houses, money, history."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upkeep.banking.models import PaymentOrder
from upkeep.casework.models import Case
from upkeep.casework.states import CLOSED
from upkeep.estate.models import Area
from upkeep.estate.queries import served_area_ids
from upkeep.kernel.dates import start_of
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE, Role
from upkeep.repairs.models import ProjectCase, ProjectEvent, ProjectFacility, ProjectHouse, RepairProject
from upkeep.repairs.purposes import PURPOSE, project_id_of, reference_prefix
from upkeep.repairs.stages import NEVER_OVERDUE

#: The procedure by which money is requested phase by phase; every other case of a project applies for the project.
FUND_REQUEST = "fund_disbursement"
#: The reason that a draft given up is kept under.
DROPPED = "删除草稿"
#: Who may run a project: the committee of the area, or its property company (004; 000).
STARTERS = (Role.OWNERS_COMMITTEE, Role.PROPERTY_COMPANY)


#: A draft that its starter gave up; nobody else ever knew of it.
_DROPPED = Q(stage="CANCELLED", cancel_reason=DROPPED)


def areas_to_start_in(actor: Actor) -> QuerySet[Area]:
    """The areas in which the actor may begin a project: those his organisation represents or serves."""
    mine = actor.organisation_id
    if not actor.has(*STARTERS) or mine is None:
        return Area.objects.none()
    return Area.objects.filter(pk__in=served_area_ids(mine)).order_by("name")


def visible_to(actor: Actor) -> QuerySet[RepairProject]:
    """The projects the actor may know of: staff those of their jurisdiction once published, an organisation those of
    its areas once published, and its own always. The only way pages obtain projects.
    """
    projects = RepairProject.objects.select_related("area", "organisation")
    published = ~Q(stage="NEW") & ~_DROPPED
    if actor.has(*OFFICE):
        return projects.filter(published, jurisdiction_id__in=within(actor.jurisdiction_id))
    mine = actor.organisation_id
    if mine is None or not actor.has(*STARTERS):
        return projects.none()
    return projects.filter(Q(organisation_id=mine) | (published & Q(area__in=served_area_ids(mine))))


def get_project(number: str, *, actor: Actor) -> RepairProject | None:
    """The project of that number if the actor sees it."""
    return visible_to(actor).filter(number=tidy_number(number)).first()


def project_of_order(order: PaymentOrder, *, actor: Actor) -> RepairProject | None:
    """The project that ordered the payment, if the actor sees it."""
    if order.purpose != PURPOSE:
        return None
    return visible_to(actor).filter(pk=project_id_of(order)).first()


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """What the list of projects is narrowed to; what is empty narrows nothing. `overdue_on`: past their deadline that day."""

    text: str = ""
    stage: str = ""
    kind: str = ""
    area_id: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    overdue_on: dt.date | None = None


def project_list(
    *, actor: Actor, text: str = "", stage: str = "", to: Narrowed | None = None
) -> QuerySet[RepairProject]:
    """Visible projects by number, title or area, stage, kind, period of beginning, deadline; newest first.

    A dropped draft is only listed when its stage is asked for.
    """
    to = to or Narrowed(text=text, stage=stage)
    projects = visible_to(actor)
    if text := to.text.strip():
        projects = projects.filter(
            Q(number__startswith=tidy_number(text)) | Q(title__icontains=text) | Q(area__name__icontains=text)
        )
    same = {"stage": to.stage, "kind": to.kind, "area_id": to.area_id}
    projects = projects.filter(**{name: value for name, value in same.items() if value})
    if not to.stage:
        projects = projects.exclude(_DROPPED)
    if to.since is not None:
        projects = projects.filter(created_at__gte=start_of(to.since))
    if to.until is not None:
        projects = projects.filter(created_at__lt=start_of(to.until + dt.timedelta(days=1)))
    if to.overdue_on is not None:
        projects = overdue(projects, on=to.overdue_on)
    return projects.order_by("-created_at", "-pk")


def overdue(projects: QuerySet[RepairProject], *, on: dt.date) -> QuerySet[RepairProject]:
    """Those whose day (办结期限) has passed while they are under way: candidates for cancellation (004 §1.3.5)."""
    return projects.filter(due_on__lt=on).exclude(stage__in=NEVER_OVERDUE)


def overdue_count(*, actor: Actor, on: dt.date) -> int:
    """How many projects the actor sees past their deadline (超期)."""
    return project_list(actor=actor, to=Narrowed(overdue_on=on)).count()


def areas_of_projects(actor: Actor) -> QuerySet[Area]:
    """The areas that have projects which the actor sees."""
    return Area.objects.filter(pk__in=visible_to(actor).order_by().values("area_id")).order_by("name")


def project_houses(project: RepairProject) -> QuerySet[ProjectHouse]:
    """The sharing houses in the order of the building table."""
    return (
        ProjectHouse.objects.filter(project=project)
        .select_related("house__building")
        .order_by("house__building__order", "house__building__name", "-house__floor", "house__unit", "house__room")
    )


@dataclass(frozen=True)
class Sums:
    """What the shares of a project come to."""

    houses: int
    share_fen: int
    short_houses: int
    shortfall_fen: int


def sums_of(project: RepairProject) -> Sums:
    """Totals of the shares as they were kept."""
    rows = ProjectHouse.objects.filter(project=project).values_list("share_fen", "shortfall_fen")
    shares = list(rows)
    return Sums(
        houses=len(shares),
        share_fen=sum(share for share, _ in shares),
        short_houses=sum(1 for _, short in shares if short),
        shortfall_fen=sum(short for _, short in shares),
    )


def history(project: RepairProject) -> QuerySet[ProjectEvent]:
    """Everything that happened to the project, oldest first."""
    return ProjectEvent.objects.filter(project=project).order_by("at", "pk")


def repairs_of(facility_id: int, *, actor: Actor) -> QuerySet[ProjectFacility]:
    """维修记录: what the projects that the actor sees did or do to a facility, the newest first."""
    works = ProjectFacility.objects.filter(facility_id=facility_id, project__in=visible_to(actor))
    return works.select_related("project").order_by("-project__created_at", "-pk")


def project_of(case: Case) -> RepairProject | None:
    """The project that the case was opened for."""
    found = (
        ProjectCase.objects.filter(case_id=case.pk).select_related("project__area", "project__organisation").first()
    )
    return found.project if found else None


def application_of(project: RepairProject) -> Case | None:
    """The project's application: the one under way, else the approved one, else none (a rejected one is history)."""
    rows = ProjectCase.objects.filter(project=project).exclude(case__procedure=FUND_REQUEST).select_related("case")
    cases = [row.case for row in rows.order_by("case__created_at", "case_id")]
    alive = [case for case in cases if case.state_now not in CLOSED or case.state == "APPROVED"]
    return alive[-1] if alive else None


def orders_of(project: RepairProject) -> list[PaymentOrder]:
    """The payment orders issued for the project, failed ones too, in the order of issue."""
    return list(
        PaymentOrder.objects.filter(purpose=PURPOSE, reference__startswith=reference_prefix(project.pk))
        .select_related("custody__bank")
        .order_by("issued_at", "pk")
    )
