"""Two members of a committee at one draft: what both did stands, or one is told; the merged list is the sum of the works.

# covers: R2 R3
"""

import datetime as dt
from collections.abc import Callable

import pytest

from tests.banking.town import AT
from tests.cast import at_once
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, again, make_scene, new_project
from tests.staging import staged
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.repairs import announcing, drafting, works
from upkeep.repairs.models import FacilityShare, ProjectHouse, RepairProject

pytestmark = pytest.mark.commits

scene = staged(make_scene)
UNTIL = TODAY + dt.timedelta(days=10)


def adds_up(project: RepairProject) -> bool:
    """Each house bears the sum of its parts of the works, and the project the sum of its houses."""
    parts: dict[int, int] = {}
    for house_id, fen in FacilityShare.objects.filter(work__project=project).values_list("house_id", "share_fen"):
        parts[house_id] = parts.get(house_id, 0) + (fen or 0)
    merged = dict(ProjectHouse.objects.filter(project=project).values_list("house_id", "share_fen"))
    return merged == parts and sum(merged.values()) == again(project).budget_fen


class TestTwoAtOneDraft:
    def test_add_the_same_facility_once(self, scene: Scene) -> None:
        project = new_project(scene)
        work = works.works_of(project)[0]
        works.remove_work(project.pk, work_id=work.pk, by=scene.chair, at=AT)

        def add(by: Actor) -> Callable[[], object]:
            return lambda: works.add_works(project.pk, facility_ids=[scene.lift.pk], by=by, at=AT)

        answers = at_once(add(scene.chair), add(scene.deputy))

        assert all(not isinstance(one, Exception) or isinstance(one, Refusal) for one in answers)
        assert project.facilities.count() == 1

    def test_choose_houses_and_change_the_budget_and_the_list_still_adds_up(self, scene: Scene) -> None:
        project = new_project(scene)
        work = works.works_of(project)[0]

        def divide(fen: int) -> Callable[[], object]:
            return lambda: works.divide_budget(project.pk, work_id=work.pk, budget_fen=fen, by=scene.deputy, at=AT)

        for budget_fen in (BUDGET_FEN + 1, 77_777, 1_000_003):
            answers = at_once(
                lambda: works.choose_houses(project.pk, house_ids=scene.house_ids[:4], by=scene.chair, at=AT),
                divide(budget_fen),
            )
            assert not [one for one in answers if isinstance(one, Exception)]
            assert again(project).budget_fen == budget_fen and adds_up(project)

    def test_publish_and_edit_never_change_what_is_published(self, scene: Scene) -> None:
        project = new_project(scene)
        work = works.works_of(project)[0]

        answers = at_once(
            lambda: announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT),
            lambda: works.divide_budget(project.pk, work_id=work.pk, budget_fen=500_000, by=scene.deputy, at=AT),
        )

        now = again(project)
        assert adds_up(now)
        lost = [one for one in answers if isinstance(one, Exception)]
        assert all(isinstance(one, Refusal) for one in lost), answers
        if now.stage != "NEW" and lost:
            assert now.budget_fen == BUDGET_FEN

    def test_drop_and_publish_and_one_of_the_two_is_told(self, scene: Scene) -> None:
        project = new_project(scene)

        answers = at_once(
            lambda: drafting.drop_draft(project.pk, by=scene.chair, at=AT),
            lambda: announcing.publish_project(project.pk, open_until=UNTIL, by=scene.deputy, at=AT),
        )

        lost = [one for one in answers if isinstance(one, Exception)]
        assert len(lost) == 1 and isinstance(lost[0], Refusal)
