"""Every test of the books begins with the cast's area opened."""

import pytest

from tests.books.cast import open_area


@pytest.fixture
def area(db: None) -> None:
    """The cast's area, opened."""
    open_area()
