"""Two people at once: each move happens once, and the second is told so in words."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction

from tests.banking.town import AT
from tests.procedures.test_simple_disbursement import submitted
from tests.repairs import phased
from tests.repairs.scene import BUDGET_FEN, TODAY, Scene, again, make_scene, new_project, voting
from tests.staging import staged
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor
from upkeep.publishing.models import PublicNotice
from upkeep.repairs import announcing, deciding
from upkeep.repairs.models import ProjectPhase
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


class TestMoneyAtOnce:
    def test_two_requests_for_the_last_yuan_of_a_phase_engage_it_once(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        first = phased.plan(BUDGET_FEN)[0]
        phased.request(scene, project, 1, first - 100)
        cases = [phased.draft(scene, project, 1, 100)]
        engine.move(cases[0].pk, Move.SUBMIT, by=scene.chair, at=AT)
        engine.move(cases[0].pk, Move.RETURN, by=scene.clerk, at=AT, note="核对")
        cases.append(phased.draft(scene, project, 1, 100, place=1))

        def submit(case: Case) -> Callable[[], object]:
            return lambda: engine.move(case.pk, Move.SUBMIT, by=scene.chair, at=AT)

        raised = list(at_once(*(submit(case) for case in cases)))

        assert sum(1 for one in raised if one is None) == 1
        assert sum(1 for one in raised if isinstance(one, Refusal)) == 1
        assert ProjectPhase.objects.get(project=project, number=1).requested_fen == first

    def test_a_request_against_a_return_never_loses_or_doubles_an_amount(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        first = phased.plan(BUDGET_FEN)[0]
        one = phased.request(scene, project, 1, first - 100)
        two = phased.draft(scene, project, 1, 100, place=1)

        raised = list(
            at_once(
                lambda: engine.move(one.pk, Move.RETURN, by=scene.clerk, at=AT, note="补正"),
                lambda: engine.move(two.pk, Move.SUBMIT, by=scene.chair, at=AT),
            )
        )

        assert raised == [None, None]
        phase = ProjectPhase.objects.get(project=project, number=1)
        assert (phase.requested_fen, again(project).requested_fen) == (100, 100)

    def test_a_refund_against_a_disbursement_never_takes_a_house_below_what_it_has(self, scene: Scene) -> None:
        """The house has just enough for one of the two: either the refund is held, or the disbursement."""
        project = phased.disbursing(scene)
        case = phased.request(scene, project, 1)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        house = scene.house_ids[0]
        rest = sub_accounts.available([house])[house] - 1

        def refund() -> None:
            with transaction.atomic():
                sub_accounts.hold(area_id=scene.town.area.pk, amounts={house: rest}, source="refund:1", at=AT)

        raised = list(at_once(refund, lambda: engine.move(case.pk, Move.PASS, by=scene.approver, at=AT)))

        assert sum(1 for one in raised if one is None) == 1
        assert sum(1 for one in raised if isinstance(one, Refusal)) == 1
        balance = sub_accounts.balances([house])[house]
        assert balance.available_fen >= 0
        approved = not isinstance(raised[1], Refusal)
        assert (balance.held_fen == rest) is not approved
        assert bool(orders_of(project)) is approved
