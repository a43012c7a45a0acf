"""The only code that changes `RepairProject.stage`: each move is checked against the table and written down."""

import datetime as dt

from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.repairs.models import ProjectEvent, RepairProject
from upkeep.repairs.stages import TRANSITIONS, Moves, ProjectMove, Stage


class NotYours(Refusal):
    """The project is another organisation's."""


class NotNow(Refusal):
    """The project's stage does not allow the move, or somebody else has just moved it."""


def moves_of(project: RepairProject) -> Moves:
    """The moves that a project of this kind can make."""
    return TRANSITIONS[project.kind_now]


def locked(
    project_id: int, *, moves: tuple[ProjectMove, ...], by: Actor | None, seen_version: int | None = None
) -> RepairProject:
    """The project, locked, if its stage allows one of the moves. `by` None: the platform acts, not its starter.

    `seen_version` is what the actor had on his screen; when somebody was quicker he is told, not overruled.
    Raises: NotYours, NotNow.
    """
    project = (
        RepairProject.objects.select_for_update(of=("self",))
        .select_related("area", "organisation")
        .filter(pk=project_id)
        .first()
    )
    if project is None or (by is not None and project.organisation_id != by.organisation_id):
        raise NotYours("只有申报单位可以办理该维修项目")
    if seen_version is not None and seen_version != project.version:
        raise NotNow("该项目刚刚由他人办理过，请刷新后再看")
    if not any((project.stage_now, move) in moves_of(project) for move in moves):
        raise NotNow(f"项目现为“{project.stage_now.label}”，不能{moves[0].label}，请刷新后再看")
    return project


def advance(project: RepairProject, move: ProjectMove, *, by: Actor, at: dt.datetime, note: str = "") -> None:
    """Make the move on a locked project, save it, write its history."""
    before = project.stage_now
    if move is ProjectMove.CREATE:
        after = Stage.NEW
    elif (before, move) in moves_of(project):
        after = moves_of(project)[before, move]
    else:
        raise NotNow(f"项目现为“{before.label}”，不能{move.label}，请刷新后再看")
    project.stage = after
    project.version += 1
    project.save()
    ProjectEvent.objects.create(
        project=project,
        move=move,
        from_stage="" if move is ProjectMove.CREATE else before,
        to_stage=after,
        by_user_id=by.user_id or None,
        by_name=by.name,
        at=at,
        note=note,
    )
