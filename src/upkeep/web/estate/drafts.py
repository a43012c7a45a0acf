"""Areas that are still drafts (manual 000, 开发商 §2.2: the list of areas shows their 审批状态 too)."""

from dataclasses import dataclass

from django.urls import reverse

from upkeep.casework.models import Case
from upkeep.casework.queries import visible_to
from upkeep.casework.states import EDITABLE, WAITING
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.web.cases.reach import case_url, page_url

#: The procedure whose draft is the draft of an area.
COLLECTION = "area_collection"
_MOST = 50


@dataclass(frozen=True)
class AreaDraft:
    """A case on its way to becoming an area: where it is looked at or filled in, and how it is thrown away."""

    case: Case
    name: str
    url: str
    drop_url: str = ""


def area_drafts(actor: Actor, *, text: str = "") -> list[AreaDraft]:
    """The developer's own areas that are drafts, returned or being decided, newest first; none for anybody else."""
    if not actor.has(Role.DEVELOPER) or not actor.organisation_id:
        return []
    cases = visible_to(actor).filter(
        procedure=COLLECTION,
        applicant_organisation_id=actor.organisation_id,
        state__in=EDITABLE | WAITING,
    )
    if text:
        cases = cases.filter(subject__icontains=text)
    return [_shown(case) for case in cases.order_by("-created_at")[:_MOST]]


def _shown(case: Case) -> AreaDraft:
    name = case.subject or "尚未填写名称"
    if case.state_now not in EDITABLE:
        return AreaDraft(case, name, case_url(case))
    return AreaDraft(case, name, page_url(case, 1), reverse("cases:drop", args=[case.number]))
