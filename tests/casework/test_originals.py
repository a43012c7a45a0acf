"""补交要件提醒: what the database refuses."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import AT, Cast
from upkeep.casework import originals
from upkeep.casework.engine import NotYours, start
from upkeep.casework.models import Case, OriginalsReminder
from upkeep.casework.procedure import register
from upkeep.parties.actor import ANONYMOUS

pytestmark = pytest.mark.django_db


@pytest.fixture
def reminder(cast: Cast) -> OriginalsReminder:
    city = cast.city.jurisdiction.pk
    registration = start(register["organisation_registration"], by=ANONYMOUS, at=AT, jurisdiction_id=city)
    return originals.remind(organisation_id=cast.city.developers[0].pk, registration=registration, at=AT)


def handed_in(cast: Cast) -> Case:
    case = start(register["area_collection"], by=cast["demo-developer"], at=AT)
    Case.objects.filter(pk=case.pk).update(state="SUBMITTED", waits_for="WINDOW_CLERK", submitted_at=AT)
    case.refresh_from_db()
    return case


class TestAReminder:
    def test_is_open_on_what_the_organisation_hands_in_until_somebody_has_the_papers(
        self, cast: Cast, reminder: OriginalsReminder
    ) -> None:
        first, second = handed_in(cast), handed_in(cast)
        assert originals.owed_with(first) == originals.owed_with(second) == reminder

        originals.receive(first, by=cast["demo-clerk"], at=AT)

        assert originals.owed_with(first) == reminder
        assert originals.owed_with(second) is None

    def test_is_closed_by_a_clerk_of_the_office_only(self, cast: Cast, reminder: OriginalsReminder) -> None:
        for username in ("demo-developer", "demo-reviewer", "stranger-clerk"):
            with pytest.raises(NotYours):
                originals.receive(handed_in(cast), by=cast[username], at=AT)

    def test_is_neither_forgotten_nor_opened_again(self, cast: Cast, reminder: OriginalsReminder) -> None:
        originals.receive(handed_in(cast), by=cast["demo-clerk"], at=AT)
        for verb in (
            "update casework_originalsreminder set received_at = null, received_by_id = null, received_with_id = null",
            "delete from casework_originalsreminder",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(verb)

    def test_is_received_by_somebody_with_something(self, cast: Cast, reminder: OriginalsReminder) -> None:
        with pytest.raises(IntegrityError, match="originals_are_received"), transaction.atomic():
            OriginalsReminder.objects.filter(pk=reminder.pk).update(received_at=AT)
