"""Registers the rehearsal for the length of a test."""

from collections.abc import Iterator

import pytest

from tests.casework.rehearsal import Rehearsal
from upkeep.casework.procedure import register


@pytest.fixture
def rehearsal() -> Iterator[Rehearsal]:
    """The procedure that only tests know."""
    register(Rehearsal)
    procedure = register["rehearsal"]
    assert isinstance(procedure, Rehearsal)
    yield procedure
    del register._by_code["rehearsal"]
