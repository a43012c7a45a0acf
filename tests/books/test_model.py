"""The books against a model of a few lines of Python that shares no code with them. covers: F1"""

import itertools
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.books.cast import AT, event
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.errors import SourceConflict
from upkeep.kernel.errors import Refusal

HOUSES = 3
_areas = itertools.count(1_000)

amounts = st.dictionaries(st.integers(0, HOUSES - 1), st.integers(1, 60), min_size=1)
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["deposit", "repair", "refund"]), amounts),
        st.tuples(st.sampled_from(["hold"]), amounts),
        st.tuples(st.sampled_from(["release", "reverse", "repeat"]), st.integers(0, 30)),
    ),
    max_size=25,
)


@dataclass
class Model:
    """Balances and holds as a child would keep them."""

    balance: list[int] = field(default_factory=lambda: [0] * HOUSES)
    holds: list[dict[int, int]] = field(default_factory=list)
    booked: list[tuple[str, dict[int, int]]] = field(default_factory=list)
    reversed: set[int] = field(default_factory=set)

    def held(self, house: int) -> int:
        return sum(hold.get(house, 0) for hold in self.holds)

    def move(self, changes: dict[int, int]) -> bool:
        if any(self.balance[h] + fen < self.held(h) for h, fen in changes.items()):
            return False
        for house, fen in changes.items():
            self.balance[house] += fen
        return True


class Run:
    """One sequence of steps done to both."""

    def __init__(self) -> None:
        self.area = next(_areas)
        self.first = self.area * 1_000
        self.model = Model()
        self.entries: list[tuple[int, dict[str, object]]] = []
        sub_accounts.open_for(self.area, range(self.first, self.first + HOUSES))

    def do(self, step: str, what: dict[int, int] | int) -> None:
        if isinstance(what, dict):
            self.hold(what) if step == "hold" else self.book(step, what)
        elif step == "release":
            self.release(what)
        elif self.entries and step == "reverse":
            self.reverse(what % len(self.entries))
        elif self.entries and step == "repeat":
            self.repeat(what % len(self.entries))

    def book(self, step: str, amounts: dict[int, int]) -> None:
        sign = 1 if step == "deposit" else -1
        expected = self.model.move({house: sign * fen for house, fen in amounts.items()})
        told = event(area_id=self.area, amounts=self.houses(amounts))
        template = {
            "deposit": postings.deposit_confirmed,
            "repair": postings.repair_paid,
            "refund": postings.refund_paid,
        }[step]
        try:
            self.entries.append((template(**told), told | {"template": template}))
            self.model.booked.append((step, {house: sign * fen for house, fen in amounts.items()}))
            assert expected
        except Refusal:
            assert not expected

    def hold(self, amounts: dict[int, int]) -> None:
        model = self.model
        expected = all(model.balance[h] - model.held(h) >= fen for h, fen in amounts.items())
        model.holds.append(amounts if expected else {})
        try:
            source = f"order:{len(model.holds) - 1}"
            sub_accounts.hold(area_id=self.area, amounts=self.houses(amounts), source=source, at=AT)
            assert expected
        except Refusal:
            assert not expected

    def release(self, number: int) -> None:
        freed = sub_accounts.release(area_id=self.area, source=f"order:{number}", at=AT)
        known = number < len(self.model.holds)
        assert freed == (sum(self.model.holds[number].values()) if known else 0)
        if known:
            self.model.holds[number] = {}

    def reverse(self, number: int) -> None:
        changes = {house: -fen for house, fen in self.model.booked[number][1].items()}
        expected = number not in self.model.reversed and self.model.move(changes)
        entry, told = self.entries[number]
        try:
            source = f"undo:{number}:{len(self.model.reversed)}"
            postings.entry_reversed(entry_id=entry, source=f"{source}:{id(told)}", booked_on=told["booked_on"])  # type: ignore[arg-type]
            assert expected
            self.model.reversed.add(number)
        except Refusal:
            assert not expected

    def repeat(self, number: int) -> None:
        entry, told = self.entries[number]
        again = {key: value for key, value in told.items() if key != "template"}
        assert told["template"](**again) == entry  # type: ignore[operator]
        with pytest.raises(SourceConflict):
            told["template"](**again | {"amounts": {self.first: 10_001}})  # type: ignore[operator]

    def houses(self, amounts: dict[int, int]) -> dict[int, int]:
        return {self.first + house: fen for house, fen in amounts.items()}

    def agrees(self) -> bool:
        found = sub_accounts.balances(range(self.first, self.first + HOUSES))
        return [(b.balance_fen, b.held_fen) for b in found.values()] == [
            (self.model.balance[house], self.model.held(house)) for house in range(HOUSES)
        ]


@pytest.mark.django_db
class TestTheBooks:
    """Any sequence of events."""

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(steps)
    def test_agree_with_the_model(self, steps: list[tuple[str, dict[int, int] | int]]) -> None:
        run = Run()
        for step, what in steps:
            run.do(step, what)
            assert run.agrees(), (step, what)
        assert audit() == []
