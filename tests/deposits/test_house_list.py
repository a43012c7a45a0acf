"""资金管理: houses by state and by what is typed, a page at a time, with sums that are those of all pages.

# covers: D6
"""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.cast import AT, TODAY, Cast
from upkeep.banking.models import ReceiptMode
from upkeep.books import postings
from upkeep.books.chart import FundKind
from upkeep.deposits.actions import issue_deposit_slips
from upkeep.deposits.house_list import DepositRow, DepositSearch, deposit_page, deposit_sums, wanted_of
from upkeep.deposits.queries import DepositState, house_deposits
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.estate.owners import current
from upkeep.estate.queries import visible_to
from upkeep.parties.actor import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def mixed(settled: Cast) -> Cast:
    """Houses in every state: some paid, one almost used up, one whose notice waits, the others unpaid."""
    unpaid = House.objects.filter(area=settled.area("翠竹苑"), first_deposit_due_fen=None)
    waiting = unpaid.select_related("building", "area").order_by("pk")[0]
    (slip,) = issue_deposit_slips(
        area=waiting.area,
        houses=[waiting],
        payer_name="张三",
        payer_phone="",
        receipt_mode=ReceiptMode.PER_HOUSE,
        by=settled["demo-clerk"],
        at=AT,
    )
    poor = House.objects.filter(area=settled.area(), first_deposit_due_fen__isnull=False).order_by("pk")[3]
    assert poor.first_deposit_due_fen
    postings.repair_paid(
        area_id=poor.area_id,
        custody_id=slip.custody_id,
        fund_kind=FundKind.COMMODITY,
        amounts={poor.pk: poor.first_deposit_due_fen * 8 // 10},
        source="repair:9:9:C",
        booked_on=TODAY,
    )
    return settled


def every(search: DepositSearch, actor: Actor, *, size: int = 3) -> list[DepositRow]:
    wanted, after = wanted_of(search, actor=actor, on=TODAY), ""
    found: list[DepositRow] = []
    while True:
        page = deposit_page(wanted, on=TODAY, after=after, size=size)
        found += page.rows
        if not page.next_key:
            return found
        after = page.next_key


def ids(rows: Iterable[DepositRow]) -> set[int]:
    return {row.house.pk for row in rows}


class TestTheList:
    def test_of_each_state_is_what_the_state_of_each_house_says(self, mixed: Cast) -> None:
        clerk = mixed["demo-clerk"]
        houses = House.objects.filter(area__in=visible_to(clerk), state=HouseState.ACTIVE).select_related("building")
        known = house_deposits(list(houses), on=TODAY)

        for state in DepositState:
            rows = every(DepositSearch(state=state.value), clerk)
            assert ids(rows) == {one.house.pk for one in known if one.state is state} != set()
            assert len(rows) == len(ids(rows))

    def test_of_a_room_a_building_or_an_owner_holds_these(self, mixed: Cast) -> None:
        clerk, owned = (
            mixed["demo-clerk"],
            current(House.objects.values_list("pk", flat=True)).select_related("owner")[0],
        )
        house = House.objects.select_related("building", "area").get(pk=owned.house_id)

        by_owner = every(DepositSearch(owner=owned.owner.name), clerk)
        by_room = every(DepositSearch(house=f"{house.area.name} {house.room}"), clerk)
        by_building = every(DepositSearch(area=house.area.name, building=house.building.name), clerk)

        assert house.pk in ids(by_owner) & ids(by_room) & ids(by_building)
        assert {row.house.room for row in by_room} == {house.room}
        assert {row.house.building_id for row in by_building} == {house.building_id}
        assert owned.owner.name not in {row.owner for row in by_owner}

    def test_ends_where_the_actors_areas_end(self, mixed: Cast) -> None:
        rows = every(DepositSearch(), mixed["demo-committee"])

        assert {row.house.area.name for row in rows} == {"江南名邸"}
        assert every(DepositSearch(), mixed["stranger-clerk"]) == []

    def test_asks_no_more_for_longer_pages(self, mixed: Cast, django_assert_max_num_queries: Any) -> None:
        wanted = wanted_of(DepositSearch(), actor=mixed["demo-clerk"], on=TODAY)
        for size in (2, 50):
            with django_assert_max_num_queries(12):
                deposit_page(wanted, on=TODAY, size=size)


class TestTheSums:
    @pytest.mark.parametrize("state", ["", *DepositState.values])
    def test_are_those_of_all_pages(self, mixed: Cast, state: str) -> None:
        search, clerk = DepositSearch(state=state), mixed["demo-clerk"]
        rows = every(search, clerk, size=100)

        sums = deposit_sums(wanted_of(search, actor=clerk, on=TODAY), on=TODAY)

        assert sums.house_count == len(rows) > 0
        assert sums.due_fen == sum(row.due_fen or 0 for row in rows)
        assert sums.missing_fen == sum(row.missing_fen or 0 for row in rows)
        assert sums.balance_fen == sum(row.balance_fen for row in rows)
        assert sums.paid_fen + sums.missing_fen == sums.due_fen

    def test_ask_no_more_for_more_houses(self, mixed: Cast, django_assert_max_num_queries: Any) -> None:
        wanted = wanted_of(DepositSearch(), actor=mixed["demo-clerk"], on=TODAY)
        with django_assert_max_num_queries(12):
            deposit_sums(wanted, on=TODAY)
