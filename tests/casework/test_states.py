"""The lifecycle itself, as a table."""

import pytest

from upkeep.casework.states import APPLICANT_MOVES, CLOSED, EDITABLE, NEEDS_NOTE, TRANSITIONS, WAITING, Move, State


class TestTheLifecycle:
    def test_has_no_move_out_of_a_closed_state(self) -> None:
        assert [key for key in TRANSITIONS if key[0] in CLOSED] == []

    def test_has_a_way_on_from_every_open_state(self) -> None:
        assert {state for state, _ in TRANSITIONS} == set(State) - CLOSED

    def test_reaches_every_state_from_a_draft(self) -> None:
        reached, fresh = {State.APPROVED}, {State.DRAFT}  # APPROVED is given by the last step
        while fresh:
            reached |= fresh
            fresh = {after for (before, _), after in TRANSITIONS.items() if before in fresh} - reached

        assert reached == set(State)

    def test_sorts_every_state_into_editable_waiting_or_closed(self) -> None:
        assert sorted([*EDITABLE, *WAITING, *CLOSED]) == sorted(State)

    def test_gives_the_applicant_no_move_that_decides(self) -> None:
        assert {Move.SUBMIT, Move.WITHDRAW} == APPLICANT_MOVES
        assert not APPLICANT_MOVES & NEEDS_NOTE

    @pytest.mark.parametrize("step", [Move.ACCEPT, Move.PASS, Move.RETURN, Move.REJECT])
    def test_decides_only_what_was_handed_in(self, step: Move) -> None:
        assert {before for before, move in TRANSITIONS if move is step} <= WAITING

    def test_cannot_be_withdrawn_once_it_is_in_review(self) -> None:
        assert (State.IN_REVIEW, Move.WITHDRAW) not in TRANSITIONS
