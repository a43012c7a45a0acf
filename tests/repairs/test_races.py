"""Two people at once: each move happens once, and the second is told so in words."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connections

from tests.banking.town import AT
from tests.procedures.test_simple_disbursement import submitted
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, again, make_scene, new_project, voting
from tests.staging import staged
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.states import Move
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.publishing.models import PublicNotice
from upkeep.repairs import announcing, deciding
from upkeep.repairs.queries import orders_of
from upkeep.voting.models import Ballot, BallotChoice

pytestmark = pytest.mark.commits


scene = staged(make_scene)


def at_once(*works: Callable[[], object]) -> Iterator[Exception | None]:
    """Run the works in threads that start together; answers with what each raised, or None."""
    gate = threading.Barrier(len(works))
    raised: list[Exception | None] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        try:
            gate.wait()
            work()
        except Exception as failure:
            raised[place] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return iter(raised)


class TestTwoAtOnce:
    def test_publish_once(self, scene: Scene) -> None:
        project = new_project(scene)
        until = TODAY + timedelta(days=10)

        def publish(by: Actor) -> Callable[[], object]:
            return lambda: announcing.publish_project(project.pk, open_until=until, by=by, at=AT)

        raised = list(at_once(publish(scene.chair), publish(scene.deputy)))

        assert sum(1 for one in raised if one is None) == 1
        assert sum(1 for one in raised if isinstance(one, Refusal)) == 1
        assert PublicNotice.objects.count() == 1

    def test_enter_the_same_sheet_without_doubling_a_ballot(self, scene: Scene) -> None:
        project = voting(scene)
        choices = dict.fromkeys(scene.house_ids, BallotChoice.AGREE)

        def enter(by: Actor) -> Callable[[], object]:
            return lambda: deciding.enter_results(project.pk, choices, by=by, at=AT)

        assert list(at_once(enter(scene.chair), enter(scene.deputy))) == [None, None]
        assert Ballot.objects.count() == len(choices)

    def test_enter_and_close_never_leave_a_ballot_uncounted(self, scene: Scene) -> None:
        project = voting(scene)
        first, *others = scene.house_ids
        deciding.enter_results(project.pk, {first: BallotChoice.AGREE}, by=scene.chair, at=AT)
        rest = dict.fromkeys(others, BallotChoice.AGREE)

        list(
            at_once(
                lambda: deciding.enter_results(project.pk, rest, by=scene.chair, at=AT),
                lambda: deciding.close_vote(project.pk, by=scene.deputy, at=AT),
            )
        )

        stage = again(project).stage
        assert (stage, Ballot.objects.count()) in {("PASSED", 6), ("NOTICE", 1)}

    def test_approve_once(self, scene: Scene) -> None:
        project, case = submitted(scene)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)

        def approve() -> object:
            return engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)

        raised = list(at_once(approve, approve))

        assert sum(1 for one in raised if isinstance(one, Refusal)) == 1
        assert len(orders_of(project)) == 2
        assert sum(one.held_fen for one in sub_accounts.balances(scene.house_ids).values()) == BUDGET_FEN
