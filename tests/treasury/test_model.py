"""Any sequence of splits, merges, cancellations, transfers and payments, against sums kept by hand.

# covers: E6 E8 E11
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.banking.town import AT, add_area, new_house
from tests.treasury.scene import TODAY, Scene, make_scene, order_payout, row
from upkeep.banking.actions import confirm_order
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.estate import lineage, owners
from upkeep.estate.division import Division, divisions_of, faults_of
from upkeep.estate.kinds import HouseState, IdKind
from upkeep.estate.models import House, HouseLineage, Ownership
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.kernel.errors import Refusal
from upkeep.ledger import api as ledger
from upkeep.treasury import dividing, payouts
from upkeep.treasury.models import Payout, PayoutState

WHO = ("甲", "乙", "丙")
ppm = st.integers(1, 999_999)
_numbers = itertools.count(1)


class Register(RuleBasedStateMachine):
    """One area of five garages; what has been paid in and out, and how much floor there is, is counted by hand."""

    scene: Scene  # given by the test

    @initialize()
    def found(self) -> None:
        town = self.scene.town
        houses = [
            new_house(building="车库", unit="", floor=-1, room=f"R{n}", area_dm2=1_000 + 7 * n) for n in range(5)
        ]
        name = f"小区{next(_numbers)}"
        self.area = add_area(town_district=town.district, developer=town.developer, name=name, houses=houses)
        self.custody = town.custodies[FundKind.COMMODITY]
        self.paid_in = self.paid_out = 0
        self.floor_dm2 = sum(house.area_dm2 for house in houses)

    # --- what happens

    @rule(data=st.data(), fen=st.integers(1, 10_007))
    def deposit(self, data: st.DataObject, fen: int) -> None:
        if house := self.one(data):
            sub_accounts.open_for(self.area.pk, [house.pk])
            postings.deposit_confirmed(
                area_id=self.area.pk,
                custody_id=self.custody.pk,
                fund_kind=FundKind.COMMODITY,
                amounts={house.pk: fen},
                source=f"m:{next(_numbers)}",
                booked_on=TODAY,
            )
            self.paid_in += fen

    @rule(data=st.data(), share=ppm, two=st.booleans())
    def transfer(self, data: st.DataObject, share: int, two: bool) -> None:
        house = self.one(data)
        if house is None:
            return
        names = data.draw(st.permutations(WHO))[: 2 if two else 1]
        shares = [share, 1_000_000 - share] if two else [1_000_000]
        new = [
            NewOwnership(OwnerDetails(name=name, id_kind=IdKind.PASSPORT, id_number=f"E{ord(name)}", phone=""), part)
            for name, part in zip(names, shares, strict=True)
        ]
        act = owners.transfer if owners.current([house.pk]).exists() else owners.bind
        try:
            with transaction.atomic():
                act(house.pk, new, since=TODAY, basis="m", case_id=None, by=None, at=AT)
        except owners.SameOwners:
            pass

    @rule(data=st.data(), cuts=st.lists(st.integers(1, 999), min_size=1, max_size=3), more=st.integers(-2, 2))
    def split(self, data: st.DataObject, cuts: list[int], more: int) -> None:
        house = self.one(data)
        if house is None or house.area_dm2 < 10:
            return
        weights = [*cuts, 1]
        sizes = [max(1, house.area_dm2 * weight // sum(weights)) for weight in weights]
        sizes[0] += max(house.area_dm2 - sum(sizes), 1 - sizes[0])
        sizes[0] = max(1, sizes[0] + more)
        self.exchange([house], [row(house, f"N{next(_numbers)}", size) for size in sizes])

    @rule(data=st.data(), more=st.integers(-2, 2))
    def merge(self, data: st.DataObject, more: int) -> None:
        live = self.live()
        if len(live) < 2:
            return
        chosen = data.draw(st.lists(st.sampled_from(range(len(live))), min_size=2, max_size=3, unique=True))
        houses = [live[place] for place in chosen]
        size = max(1, sum(house.area_dm2 for house in houses) + more)
        self.exchange(houses, [row(houses, f"N{next(_numbers)}", size)])

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if house := self.one(data):
            payouts.cancel(self.case(), [house.pk], source="case:m", by=self.scene.developer, at=AT)
            self.floor_dm2 -= house.area_dm2

    @precondition(lambda self: self.owed())
    @rule(data=st.data())
    def pay_back(self, data: st.DataObject) -> None:
        payout = data.draw(st.sampled_from(self.owed()))
        paper = order_payout(self.scene, payout, name="某人", basis="m")
        confirm_order(
            number=paper.number,
            amount_fen=paper.amount_fen,
            serial=f"M{next(_numbers)}",
            by=self.scene.town.people["teller"],
            at=AT,
        )
        self.paid_out += payout.amount_fen

    @rule(data=st.data())
    def try_again_with_a_house_that_has_left(self, data: st.DataObject) -> None:
        left = list(House.objects.filter(area=self.area).exclude(state=HouseState.ACTIVE).order_by("pk"))
        if not left:
            return
        house = data.draw(st.sampled_from(left))
        with pytest.raises(Refusal):
            payouts.cancel(self.case(), [house.pk], source="case:m", by=self.scene.developer, at=AT)

    # --- how it is done

    def exchange(self, houses: list[House], rows: list[dict[str, Any]]) -> None:
        """Split or merge where it is allowed; where the houses are not alike, it must be found out."""
        loaded = list(House.objects.filter(pk__in=[house.pk for house in houses]).select_related("building"))
        numbered = list(enumerate(rows, start=2))
        alike = len({frozenset(self.owners_of(house)) for house in loaded}) == 1
        faults = faults_of(loaded, numbered)
        assert bool(faults) is not alike, faults
        if faults:
            return
        (division,) = divisions_of(loaded, numbered)
        before, owned = dividing.balances_of([division]), self.owners_of(loaded[0])
        case = self.case()
        dividing.divide(case, [division], source="case:m", by=self.scene.developer, at=AT)
        self.floor_dm2 += division.new_dm2 - division.old_dm2
        self.check_moved(case, division, before, owned)

    def check_moved(
        self, case: Case, division: Division, before: dict[int, int], owned: list[tuple[int, int]]
    ) -> None:
        moved = lineage.of_case(case.pk)
        for house in division.old:
            assert sum(one.moved_fen for one in moved if one.from_house_id == house.pk) == before[house.pk]
        total = sum(before.values())
        for one in {one.to_house_id: one.to_house for one in moved}.values():
            given = sum(row.moved_fen for row in moved if row.to_house_id == one.pk)
            assert abs(given * division.new_dm2 - total * one.area_dm2) < division.new_dm2 * len(division.old)
            assert self.owners_of(one) == owned

    def case(self) -> Case:
        return engine.start(register["house_split_merge"], by=self.scene.developer, at=AT)

    def live(self) -> list[House]:
        return list(
            House.objects.filter(area=self.area, state=HouseState.ACTIVE).select_related("building").order_by("pk")
        )

    def one(self, data: st.DataObject) -> House | None:
        live = self.live()
        return live[data.draw(st.integers(0, len(live) - 1))] if live else None

    def owed(self) -> list[Payout]:
        return list(Payout.objects.filter(area=self.area, state=PayoutState.OWED).order_by("pk"))

    def owners_of(self, house: House) -> list[tuple[int, int]]:
        rows = Ownership.objects.filter(house=house, until__isnull=True).order_by("owner_id")
        return list(rows.values_list("owner_id", "share_ppm"))

    # --- what must hold, always

    @invariant()
    def no_fen_is_lost_or_made(self) -> None:
        if not hasattr(self, "area"):
            return
        ids = list(House.objects.filter(area=self.area).values_list("pk", flat=True))
        balances = sub_accounts.balances(ids)
        unpaid = payouts.owed_fen(Payout.objects.filter(area=self.area))
        assert sum(one.balance_fen for one in balances.values()) + unpaid == self.paid_in - self.paid_out
        totals = ledger.totals(first=TODAY, last=TODAY, area_ids=[self.area.pk])
        by_code = {one.code: one.debit_fen - one.credit_fen for one in totals}
        assert -by_code.get("2001", 0) == unpaid
        assert by_code.get("1001", 0) == self.paid_in - self.paid_out

    @invariant()
    def no_square_decimetre_is_lost_or_made(self) -> None:
        if hasattr(self, "area"):
            assert sum(house.area_dm2 for house in self.live()) == self.floor_dm2

    @invariant()
    def what_has_left_owns_nothing_and_is_owned_by_nobody(self) -> None:
        if not hasattr(self, "area"):
            return
        left = list(House.objects.filter(area=self.area).exclude(state=HouseState.ACTIVE).values_list("pk", flat=True))
        assert {one.balance_fen for one in sub_accounts.balances(left).values()} <= {0}
        assert not Ownership.objects.filter(house_id__in=left, until__isnull=True).exists()
        replaced = House.objects.filter(area=self.area, state__in=[HouseState.SPLIT, HouseState.MERGED])
        assert set(replaced.values_list("pk", flat=True)) == set(
            HouseLineage.objects.filter(from_house__area=self.area).values_list("from_house_id", flat=True)
        )

    @invariant()
    def the_books_and_the_register_are_sound(self) -> None:
        with connection.cursor() as cursor:  # what is otherwise proven when a transaction ends
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")
        assert audit() == []


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    yield make_scene()


class TestNoSequence:
    """Of splits, merges, cancellations, transfers and payments."""

    def test_loses_or_makes_a_fen_or_a_square_decimetre(self, scene: Scene) -> None:
        class OfThisTown(Register):
            pass

        OfThisTown.scene = scene
        run_state_machine_as_test(
            OfThisTown,
            settings=settings(
                max_examples=16,
                stateful_step_count=12,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
