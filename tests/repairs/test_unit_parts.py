"""A repair that a selling unit (公有住房售房单位) pays a part of: paid from its account, cleared back to it.

# covers: R8 R12
"""

import pytest

from tests.deposits.unit_scene import issue_unit, pay_unit, with_unit
from tests.repairs import phased
from tests.repairs.going_back import ask, balances, come_back
from tests.repairs.scene import BALANCE_FEN, BUDGET_FEN, Scene, again, make_scene
from upkeep.books import sub_accounts
from upkeep.books.audit import audit
from upkeep.estate.models import SellingUnitAccount
from upkeep.repairs.models import ClearingLine, ProjectHouse, RepairProject
from upkeep.repairs.queries import orders_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    """Of the six houses two are sold public housing whose seller has paid in."""
    made = make_scene()
    town = with_unit(made.town)
    pay_unit(town, issue_unit(town))
    return made


@pytest.fixture
def project(scene: Scene) -> RepairProject:
    """A third of a general project has been paid to the contractor."""
    made = phased.disbursing(scene, phased.drafted(scene))
    phased.paid(scene, made, 1)
    return again(made)


def unit_balance() -> int:
    account = SellingUnitAccount.objects.get()
    return sub_accounts.balances([account.pk])[account.pk].balance_fen


class TestAPartOfASellingUnit:
    def test_is_paid_from_its_account_beside_the_houses(self, scene: Scene) -> None:
        before = unit_balance()
        made = phased.disbursing(scene, phased.drafted(scene))
        phased.paid(scene, made, 1)

        parts = list(ProjectHouse.objects.filter(project=made))
        taken = [BALANCE_FEN - fen for fen in balances(scene).values()]
        assert sum(one.unit_fen for one in parts) > 0
        assert before - unit_balance() > 0
        assert sum(taken) + before - unit_balance() == again(made).paid_fen == phased.plan(BUDGET_FEN)[0]
        assert audit() == []

    def test_comes_back_to_its_account_when_all_is_cleared(self, scene: Scene) -> None:
        before = unit_balance()
        made = phased.disbursing(scene, phased.drafted(scene))
        phased.paid(scene, made, 1)
        orders = orders_of(made)
        for place, order in enumerate(orders):
            come_back(scene, ask(scene, order), f"Q{place}")

        assert unit_balance() == before
        assert set(balances(scene).values()) == {BALANCE_FEN}
        assert again(made).paid_fen == 0 and again(made).cleared_fen == phased.plan(BUDGET_FEN)[0]
        assert audit() == []

    def test_comes_back_in_parts_that_add_up(self, scene: Scene, project: RepairProject) -> None:
        account = SellingUnitAccount.objects.get()
        (order,) = [one for one in orders_of(project) if one.custody.fund_kind == "PUBLIC"]
        paid = before = unit_balance()
        for place, fen in enumerate((order.amount_fen // 3, 1, order.amount_fen - order.amount_fen // 3 - 1)):
            come_back(scene, ask(scene, order, fen), f"R{place}")
            lines = ClearingLine.objects.filter(unit_account=account, clearing__paid_order__order=order)
            assert unit_balance() - paid == sum(one.amount_fen for one in lines)
            assert unit_balance() >= before
            before = unit_balance()
        houses = {one.house_id: one for one in ProjectHouse.objects.filter(project=project)}
        public = [one for one in scene.houses if one.nature == "SOLD_PUBLIC"]
        assert [houses[one.pk].paid_fen for one in public] == [0, 0]
        assert audit() == []
