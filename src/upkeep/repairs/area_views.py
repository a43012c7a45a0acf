"""What owners see of the repairs of their area: what was paid, from which houses, what is voted on (165号令 第三十条)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Sum

from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.repairs.models import ProjectHouse, RepairProject
from upkeep.repairs.purposes import PURPOSE
from upkeep.voting.counting import Comparison
from upkeep.voting.models import Vote, VoteHouse
from upkeep.voting.queries import result_of


@dataclass(frozen=True, kw_only=True)
class PaidRepair:
    """A repair that the area's fund has paid for, in whole or in part; `own_fen`: what the reader's houses bear."""

    project: RepairProject
    notice_number: str
    own_fen: int


def paid_repairs(area_id: int, *, house_ids: Collection[int]) -> list[PaidRepair]:
    """列支项目、费用和分摊: the repairs paid in the area, the latest first. Three queries."""
    projects = list(
        RepairProject.objects.filter(area_id=area_id, paid_fen__gt=0).order_by("-finished_at", "-created_at", "-pk")
    )
    own = dict(
        ProjectHouse.objects.filter(project__in=projects, house_id__in=house_ids)
        .values_list("project_id")
        .annotate(total=Sum("share_fen"))
    )
    notices = notice_numbers([one.pk for one in projects])
    return [
        PaidRepair(project=one, notice_number=notices.get(one.pk, ""), own_fen=own.get(one.pk, 0)) for one in projects
    ]


def notice_numbers(project_ids: Collection[int]) -> dict[int, str]:
    """The public notice of each project that says most: that of its acceptance, or else its first. One query."""
    sources = {f"project:{pk}": pk for pk in project_ids}
    found: dict[int, str] = {}
    for notice in PublicNotice.objects.filter(source__in=list(sources)).defer("body").order_by("published_at"):
        pk = sources[notice.source]
        if notice.kind == NoticeKind.ACCEPTANCE or pk not in found:
            found[pk] = notice.number
    return found


def notices_of_payments(sources: Collection[str]) -> Mapping[str, str]:
    """The public notice behind each payment of a repair, by the source it was booked under."""
    ids = {source: int(source.split(":")[1]) for source in sources if source.startswith(f"{PURPOSE}:")}
    numbers = notice_numbers(set(ids.values()))
    return {source: numbers[pk] for source, pk in ids.items() if pk in numbers}


@dataclass(frozen=True, kw_only=True)
class AreaVote:
    """A vote of the area. `takes_part`: one of the reader's houses is in its scope; `comparisons` once it is closed."""

    vote: Vote
    notice_number: str
    takes_part: bool
    comparisons: list[Comparison]


def area_votes(area_id: int, *, house_ids: Collection[int]) -> list[AreaVote]:
    """The votes on the area's projects, those not yet decided first."""
    projects = RepairProject.objects.filter(area_id=area_id).exclude(stage="NEW")
    sources = {source: one.pk for one in projects for source in (one.source, one.supplement_source)}
    votes = list(Vote.objects.filter(source__in=list(sources)).order_by("-opened_at", "-pk"))
    mine = set(VoteHouse.objects.filter(vote__in=votes, house_id__in=house_ids).values_list("vote_id", flat=True))
    notices = notice_numbers(set(sources.values()))
    found = [
        AreaVote(
            vote=one,
            notice_number=notices.get(sources[one.source], ""),
            takes_part=one.pk in mine,
            comparisons=[] if one.is_open else result_of(one).comparisons,
        )
        for one in votes
    ]
    return sorted(found, key=lambda one: one.vote.is_decided)
