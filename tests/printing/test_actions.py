"""Kept prints."""

import pytest
from django.core.files.storage import default_storage

from tests.printing import places, samples
from upkeep.kernel.errors import Refusal
from upkeep.printing.actions import keep, open_print, reprint
from upkeep.printing.documents import render
from upkeep.printing.queries import prints_numbered, prints_of

pytestmark = pytest.mark.django_db


class TestAKeptPrint:
    def test_opens_as_it_was_printed(self) -> None:
        kept = keep(samples.pay_notice(), by_id=7, at=places.AT)

        assert open_print(kept.pk) == render(samples.pay_notice(), at=places.AT)
        assert (kept.pages, kept.printed_by_id, kept.reprints) == (2, 7, 0)

    def test_is_found_by_subject_and_by_number(self) -> None:
        first = keep(samples.receipt(), by_id=None, at=places.AT, subject="case:9")
        second = keep(samples.statement(), by_id=None, at=places.AT, subject="case:9")

        assert list(prints_of(subject="case:9")) == [second, first]
        assert list(prints_numbered(number=first.number)) == [first]

    def test_lies_encrypted(self) -> None:
        kept = keep(samples.receipt(), by_id=None, at=places.AT)

        with default_storage.open(kept.path) as file:
            content = file.read()
        assert b"%PDF" not in content

    def test_counts_how_often_it_was_handed_out_again(self) -> None:
        kept = keep(samples.receipt(), by_id=None, at=places.AT)

        pdf = reprint(print_id=kept.pk, by_id=8, at=places.AT)
        reprint(print_id=kept.pk, by_id=9, at=places.AT)

        kept.refresh_from_db()
        assert pdf == open_print(kept.pk)
        assert (kept.reprints, kept.reprinted_by_id, kept.reprinted_at) == (2, 9, places.AT)

    def test_that_was_changed_in_storage_is_refused(self) -> None:
        kept = keep(samples.receipt(), by_id=None, at=places.AT)
        other = keep(samples.statement(), by_id=None, at=places.AT)
        kept.path, other.path = other.path, kept.path
        other.path, swapped = f"{other.path}x", other.path
        other.save()
        kept.save()

        with pytest.raises(Refusal, match="与登记不符"):
            open_print(kept.pk)
        default_storage.delete(kept.path)
        with pytest.raises(Refusal, match="丢失"):
            open_print(kept.pk)
        assert default_storage.exists(swapped)
