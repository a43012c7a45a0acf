"""The withdrawal orders of the demo city that repairs by them.

# covers: R14
"""

import pytest

from tests.cast import TODAY
from upkeep.books.audit import audit
from upkeep.demo.preset_cities import city_plan, fill_preset_city, found_preset_city
from upkeep.deposits.models import Arrears
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage
from upkeep.repairs.withdrawal_orders_lists import applied, came_back

pytestmark = pytest.mark.django_db


class TestTheDemoOfOrders:
    def test_fills_both_lists_has_one_paid_and_leaves_houses_in_arrears(self) -> None:
        plan = city_plan("beijing")
        city = found_preset_city(plan, today=TODAY, password_hash="!")
        fill_preset_city(city, plan, today=TODAY, password_hash="!")
        company = city.actor("demo-company")

        assert {case.state for case in applied(company)} == {"DRAFT", "SUBMITTED", "IN_REVIEW", "APPROVED"}
        assert {case.state for case in came_back(company)} == {"RETURNED", "WITHDRAWN"}
        stages = set(RepairProject.objects.values_list("stage", flat=True))
        assert stages == {Stage.REVIEW, Stage.TRANSFER, Stage.FINISHED, Stage.CANCELLED}
        assert Arrears.objects.filter(left_on__isnull=True).exists()
        assert audit() == []
