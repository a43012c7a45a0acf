"""立项申请: the way from a project to the case that applies for it."""

import datetime as dt

from django.db import transaction

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import Procedure
from upkeep.casework.states import CLOSED
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.publishing.models import NoticeKind
from upkeep.repairs.announcing import check_notice_is_over
from upkeep.repairs.history import locked
from upkeep.repairs.models import ProjectCase
from upkeep.repairs.stages import ProjectMove


@transaction.atomic
def open_application(project_id: int, *, procedure: Procedure, by: Actor, at: dt.datetime) -> Case:
    """The draft of the application (立项与拨付), begun once: asked again, the one under way is the answer.

    Raises: NotYours, NotNow, and what `engine.start` raises.
    """
    project = locked(project_id, moves=(ProjectMove.APPLY,), by=by)
    check_notice_is_over(project, NoticeKind.ACCEPTANCE, at=at)
    under_way = ProjectCase.objects.filter(project=project).exclude(case__state__in=sorted(CLOSED)).first()
    if under_way is not None:
        return under_way.case
    contractors = list(project.facilities.values_list("contractor", flat=True))
    data = {
        "project": project.pk,
        "area": project.area_id,
        "payee_1_name": contractors[0] if len(set(contractors)) == 1 else "",
        "payee_1_amount": yuan(project.limit_fen) if len(set(contractors)) == 1 else "",
    }
    case = engine.start(procedure, by=by, at=at, data=data)
    ProjectCase.objects.create(project=project, case=case)
    return case
