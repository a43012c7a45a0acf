"""The bank's lines and ours find each other by serial, then by amount and day; the rest is a difference.

# covers: F4
"""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.banking.town import AT
from tests.reconciliation.scene import LATER, TODAY, Scene, come_in, line, make_scene, match
from tests.staging import staged
from upkeep.banking.actions import ask_reversal, decide_reversal
from upkeep.banking.custody_books import charge_fee, credit_interest
from upkeep.reconciliation.dissolving import dissolve
from upkeep.reconciliation.models import BookMovement, Match, MatchKind

pytestmark = pytest.mark.django_db
scene = staged(make_scene)


def amounts(scene: Scene) -> tuple[int, int]:
    return scene.slips[0].total_fen, scene.slips[1].total_fen


class TestALineOfTheBank:
    def test_is_matched_by_its_serial(self, scene: Scene) -> None:
        first, second = amounts(scene)
        come_in(scene, [line("P1", first), line("P2", second)])

        assert scene.line("P1").match_id == scene.movement("P1").match_id is not None
        assert set(Match.objects.values_list("kind", "day")) == {(MatchKind.SERIAL, TODAY)}
        assert scene.movement("P1").number == scene.slips[0].number
        assert scene.movement("P1").place == "江南名邸"

    def test_of_another_amount_stays_open(self, scene: Scene) -> None:
        come_in(scene, [line("P1", amounts(scene)[0] + 1)])

        assert (scene.line("P1").match_id, scene.movement("P1").match_id) == (None, None)

    def test_is_matched_by_amount_and_day_where_there_is_no_doubt(self, scene: Scene) -> None:
        credit_interest(custody_id=scene.custody.pk, fen=4_321, serial="I1", booked_on=TODAY, at=AT)
        come_in(scene, [line("BANKS-OWN-1", 4_321)])

        assert scene.line("BANKS-OWN-1").match == scene.movement("I1").match
        assert scene.movement("I1").match.kind == MatchKind.AMOUNT  # type: ignore[union-attr]

    def test_is_not_guessed_among_two_of_the_same_amount(self, scene: Scene) -> None:
        assert amounts(scene)[0] == amounts(scene)[1]
        come_in(scene, [line("Q1", amounts(scene)[0])])

        assert not Match.objects.exists()

    def test_of_what_was_taken_back_is_matched_both_times(self, scene: Scene) -> None:
        asked = ask_reversal(number=scene.slips[0].number, reason="录错", by=scene["teller"], at=AT)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="R1", by=scene["supervisor"], at=AT)
        first = amounts(scene)[0]
        come_in(scene, [line("P1", first), line("R1", -first)])

        assert scene.line("P1").match_id and scene.line("R1").match_id
        assert scene.movement("R1").fen == -first


class TestMatching:
    def test_again_changes_nothing(self, scene: Scene) -> None:
        come_in(scene, [line("P1", amounts(scene)[0])])

        assert match(scene).total == 0
        assert (Match.objects.count(), BookMovement.objects.count()) == (1, 2)

    def test_takes_in_what_is_booked_late_on_an_earlier_day(self, scene: Scene) -> None:
        come_in(scene, [line("I7", 55), line("F7", -20)])
        assert not Match.objects.exists()
        credit_interest(custody_id=scene.custody.pk, fen=55, serial="I7", booked_on=TODAY, at=LATER)
        charge_fee(custody_id=scene.custody.pk, fen=20, serial="F7", booked_on=TODAY, at=LATER)

        assert match(scene).by_serial == 2
        assert scene.line("F7").match_id

    def test_settles_what_we_took_back_and_the_bank_never_saw(self, scene: Scene) -> None:
        asked = ask_reversal(number=scene.slips[0].number, reason="录错", by=scene["teller"], at=AT)
        decide_reversal(reversal_id=asked.pk, approve=True, serial="R1", by=scene["supervisor"], at=AT)
        come_in(scene, [line("P2", amounts(scene)[1])])

        assert scene.movement("P1").match == scene.movement("R1").match
        assert scene.movement("P1").match.kind == MatchKind.CANCELLED  # type: ignore[union-attr]

    def test_begins_with_the_first_statement(self, scene: Scene) -> None:
        assert match(scene).collected == 0


class TestAMatch:
    def test_that_does_not_add_up_is_refused_by_the_database(self, scene: Scene) -> None:
        come_in(scene, [line("P1", amounts(scene)[0]), line("X1", 3)])

        with (
            pytest.raises(DatabaseError, match="does not add up"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "update reconciliation_bankline set match_id = %s where serial = 'X1'",
                [scene.line("P1").match_id],
            )

    def test_does_not_lose_one_of_its_sides(self, scene: Scene) -> None:
        come_in(scene, [line("P1", amounts(scene)[0])])

        with (
            pytest.raises(DatabaseError, match="does not add up"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("update reconciliation_bookmovement set match_id = null where serial = 'P1'")

    def test_dissolved_leaves_both_sides_open_and_says_why(self, scene: Scene) -> None:
        come_in(scene, [line("P1", amounts(scene)[0])])
        made = Match.objects.get()

        dissolve([made.pk], reason="不是同一笔", by=scene["accountant"], at=LATER)

        made.refresh_from_db()
        assert (made.dissolved_by_name, made.dissolved_reason) == ("郑会计", "不是同一笔")
        assert (scene.line("P1").match_id, scene.movement("P1").match_id) == (None, None)
