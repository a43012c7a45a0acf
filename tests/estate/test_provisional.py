"""Houses outside the register (暂列): what the database refuses, and two who enter one at once.

# covers: D4
"""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.cast import Cast, at_once
from tests.web.site.unpaid import new_house, unpaid_house
from upkeep.books import sub_accounts
from upkeep.estate import claims, provisional
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Building, House, HouseClaim, Ownership
from upkeep.estate.models.case_house import ClaimKind

pytestmark = pytest.mark.django_db


class TestTheDatabase:
    @pytest.fixture
    def house(self, settled: Cast) -> House:
        return provisional.enter(area_id=settled.area().pk, new=new_house())

    def refused(self, name: str, work: Any) -> None:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            work()

    def test_lets_no_provisional_house_in_without_money(self, house: House) -> None:
        Building.everything.filter(pk=house.building_id).update(is_provisional=False)
        rows = House.everything.filter(pk=house.pk)

        self.refused("provisional until the bank", lambda: rows.update(state=HouseState.ACTIVE))

    @pytest.mark.parametrize("kind", [ClaimKind.REPAIR, ClaimKind.REFUND, ClaimKind.REGISTER])
    def test_lets_nothing_but_its_slip_hold_it(self, house: House, kind: ClaimKind) -> None:
        claims.claim(house_ids=[house.pk], kind=ClaimKind.DEPOSIT, source="slip:1", at=timezone.now())

        one = HouseClaim(house_id=house.pk, kind=kind, source="case:1", at=timezone.now())
        self.refused("cannot be engaged", one.save)
        rows = House.everything.filter(pk=house.pk)
        self.refused("engaged and cannot become", lambda: rows.update(state=HouseState.DROPPED))

    def test_gives_it_no_owner_no_account_and_no_due(self, house: House) -> None:
        owner = Ownership.objects.all()[0].owner
        one = Ownership(house_id=house.pk, owner=owner, since=timezone.localdate())
        self.refused("nobody can own it", one.save)
        self.refused("stays closed", lambda: sub_accounts.open_for(house.area_id, [house.pk]))
        rows = House.everything.filter(pk=house.pk)
        self.refused("owes_nothing", lambda: rows.update(first_deposit_due_fen=1))

    def test_keeps_what_its_payer_has_entered(self, house: House) -> None:
        rows = House.everything.filter(pk=house.pk)

        self.refused("stands on his slip", lambda: rows.update(area_dm2=1))

    def test_makes_no_house_of_the_register_provisional(self, settled: Cast) -> None:
        rows = House.everything.filter(pk=unpaid_house(settled).pk)

        for state in (HouseState.PROVISIONAL, HouseState.DROPPED):
            self.refused("is in the register", lambda state=state: rows.update(state=state))

    def test_keeps_a_dropped_one_dropped(self, house: House) -> None:
        provisional.drop([house.pk])
        rows = House.everything.filter(pk=house.pk)

        self.refused("never changes again", lambda: rows.update(state=HouseState.PROVISIONAL))

    def test_puts_no_house_of_the_register_into_a_provisional_building(self, settled: Cast, house: House) -> None:
        rows = House.everything.filter(pk=unpaid_house(settled).pk)

        self.refused("does not know", lambda: rows.update(building_id=house.building_id))


@pytest.mark.commits
def test_two_at_once_enter_the_house_once(settled: Cast) -> None:
    area_id = settled.area().pk

    def enter() -> House:
        return provisional.enter(area_id=area_id, new=new_house())

    answers = at_once(enter, enter)

    assert sum(isinstance(one, House) for one in answers) == 1
    assert sum(isinstance(one, provisional.EnteredAlready) for one in answers) == 1
