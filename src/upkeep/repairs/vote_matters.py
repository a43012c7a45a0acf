"""What a vote is about, for whoever votes or looks at it: the project, its works and budget, the notice, each house's share."""

from collections.abc import Collection
from dataclasses import dataclass, field

from upkeep.casework.procedure import Table
from upkeep.repairs.area_views import notice_numbers
from upkeep.repairs.models import ProjectHouse, RepairProject
from upkeep.repairs.notices import works_of
from upkeep.voting.models import Vote


@dataclass(frozen=True, kw_only=True)
class Matter:
    """A project that is voted on; `shares` are fen by house id, of the houses asked for."""

    project: RepairProject
    notice_number: str
    works: Table
    shares: dict[int, int] = field(default_factory=dict)


def project_of_vote(vote: Vote) -> RepairProject | None:
    """The project behind the vote; None where something else is voted on."""
    kind, _, number = vote.source.partition(":")
    if kind not in ("project", "supplement"):
        return None
    return RepairProject.objects.filter(pk=int(number)).select_related("area", "organisation").first()


def matter_of(vote: Vote, *, house_ids: Collection[int]) -> Matter | None:
    """What is decided, and what the houses asked for would bear."""
    project = project_of_vote(vote)
    if project is None:
        return None
    shares = ProjectHouse.objects.filter(project=project, house_id__in=house_ids)
    return Matter(
        project=project,
        notice_number=notice_numbers([project.pk]).get(project.pk, ""),
        works=works_of(project),
        shares=dict(shares.values_list("house_id", "share_fen")),
    )
