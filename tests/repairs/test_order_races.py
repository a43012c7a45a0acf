"""Two hands on a withdrawal order at the same moment.

# covers: R14
"""

import pytest

from tests.banking.town import AT
from tests.cast import at_once
from tests.repairs.order_scene import OrderScene, draft, make_order_scene, signed, submitted
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.states import Move, State
from upkeep.kernel.errors import HasProblems
from upkeep.repairs import withdrawal_orders_draft as drafts
from upkeep.repairs.models import RepairProject
from upkeep.repairs.shares import NotEnoughOnSubAccounts
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.commits


@pytest.fixture
def scene(database_url: str) -> OrderScene:
    return make_order_scene()


class TestAtTheSameMoment:
    def test_an_order_is_handed_in_once(self, scene: OrderScene) -> None:
        case = draft(scene)

        answers = at_once(
            lambda: engine.move(case.pk, Move.SUBMIT, by=scene.manager, at=AT),
            lambda: engine.move(case.pk, Move.SUBMIT, by=scene.colleague, at=AT),
        )

        assert sorted(isinstance(one, engine.NotNow) for one in answers) == [False, True]
        assert RepairProject.objects.count() == 1

    def test_a_returned_order_is_made_into_one_new_order(self, scene: OrderScene) -> None:
        old = engine.move(submitted(scene).pk, Move.WITHDRAW, by=scene.manager, at=AT)

        at_once(
            lambda: drafts.begin(area_id=scene.area_id, by=scene.manager, at=AT, copied_from=old),
            lambda: drafts.begin(area_id=scene.area_id, by=scene.colleague, at=AT, copied_from=old),
        )

        assert Case.objects.filter(copied_from=old).count() == 1

    def test_withdrawn_and_accepted_it_is_only_one_of_the_two(self, scene: OrderScene) -> None:
        case = submitted(scene)

        at_once(
            lambda: engine.move(case.pk, Move.WITHDRAW, by=scene.manager, at=AT),
            lambda: engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT),
        )

        now, project = Case.objects.get(), RepairProject.objects.get()
        assert (now.state, project.stage) in (
            (State.WITHDRAWN, Stage.CANCELLED),
            (State.IN_REVIEW, Stage.REVIEW),
        )

    def test_two_orders_never_hold_more_than_the_houses_have(self, scene: OrderScene) -> None:
        cases = [submitted(scene, total="30,000.00") for _ in range(2)]  # the four houses have 40,000
        for case in cases:
            signed(scene, case)
            engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
            engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)

        answers = at_once(
            *(lambda one=case: engine.move(one.pk, Move.PASS, by=scene.approver, at=AT) for case in cases)
        )

        refused = [one for one in answers if isinstance(one, Exception)]
        assert len(refused) == 1 and "余额不足" in str(refused[0])
        assert isinstance(refused[0], (NotEnoughOnSubAccounts, HasProblems))
        held = sum(one.held_fen for one in sub_accounts.balances(scene.houses_of(0)).values())
        assert held == 3_000_000
