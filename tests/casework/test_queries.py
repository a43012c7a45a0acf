"""Who sees which case, what waits for whom, and how many questions a list asks the database."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.casework.rehearsal import REVIEW, Rehearsal, draft, set_chain
from tests.cast import AT, Cast, move
from upkeep.casework import engine, queries
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.queries import CaseFilter
from upkeep.casework.states import Move
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rehearsal")]

Queries = Callable[[int], AbstractContextManager[Any]]
HOUR = dt.timedelta(hours=1)


def handed_in(cast: Cast, *, topic: str = "排练", by: str = "demo-developer", at: dt.datetime = AT) -> Case:
    return move(draft(cast, topic=topic, by=by, at=at), Move.SUBMIT, cast[by], at=at)


def topics(cases: Any) -> list[str]:
    return [case.subject for case in cases]


class TestACase:
    @pytest.mark.parametrize(
        ("who", "sees_draft", "sees_case"),
        [
            ("demo-developer", True, True),
            ("colleague", True, True),
            ("more-developer2", False, False),
            ("demo-company", False, True),  # a party to it
            ("more-company2", False, False),
            ("demo-clerk", False, True),
            ("demo-auditor", False, True),
            ("demo-teller1", False, False),
            ("stranger-clerk", False, False),
        ],
    )
    def test_is_seen_by_those_it_concerns(
        self, cast: Cast, rehearsal: Rehearsal, who: str, sees_draft: bool, sees_case: bool
    ) -> None:
        rehearsal.concerned = (cast.city.companies[0].pk,)
        case = draft(cast)
        assert queries.visible_to(cast[who]).exists() is sees_draft

        move(case, Move.SUBMIT, cast["demo-developer"])

        assert queries.visible_to(cast[who]).exists() is sees_case
        assert (queries.get_case(case.number, actor=cast[who]) is not None) is sees_case

    def test_of_a_visitor_is_seen_in_his_session_only(self, cast: Cast) -> None:
        city = cast.city.jurisdiction.pk
        case = engine.start(register["organisation_registration"], by=ANONYMOUS, at=AT, jurisdiction_id=city)
        guest = Actor(user_id=0, name="", roles=frozenset({Role.PUBLIC}), guest_cases=frozenset({case.pk}))

        assert list(queries.visible_to(guest)) == [case]
        assert not queries.visible_to(ANONYMOUS).exists()
        assert not queries.visible_to(cast["demo-developer"]).exists()

    def test_of_an_organisation_is_not_a_guests_who_learnt_its_key(self, cast: Cast) -> None:
        guest = Actor(user_id=0, name="", roles=frozenset({Role.PUBLIC}), guest_cases=frozenset({draft(cast).pk}))

        assert not queries.visible_to(guest).exists()

    def test_is_found_by_its_number_as_people_type_it(self, cast: Cast) -> None:
        case = handed_in(cast)
        typed = f" {case.number[:6].lower()} {case.number[6:]}"

        assert queries.get_case(typed, actor=cast["demo-clerk"]) == case


class TestTheList:
    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            (CaseFilter(), ["丙", "乙", "甲"]),
            (CaseFilter(text="乙"), ["乙"]),
            (CaseFilter(text="江南置地"), ["丙", "乙", "甲"]),
            (CaseFilter(text="没有的"), []),
            (CaseFilter(procedure="area_collection"), []),
            (CaseFilter(state="WITHDRAWN"), ["甲"]),
            (CaseFilter(since=dt.date(2026, 11, 21)), ["丙", "乙"]),
            (CaseFilter(until=dt.date(2026, 11, 20)), ["甲"]),
            (CaseFilter(since=dt.date(2026, 11, 21), until=dt.date(2026, 11, 21)), ["乙"]),
        ],
    )
    def test_is_narrowed_to_what_is_wanted(self, cast: Cast, wanted: CaseFilter, found: list[str]) -> None:
        first = handed_in(cast, topic="甲")
        move(first, Move.WITHDRAW, cast["demo-developer"])
        handed_in(cast, topic="乙", at=AT + 24 * HOUR)
        handed_in(cast, topic="丙", at=AT + 24 * 2 * HOUR)

        assert topics(queries.case_list(actor=cast["demo-clerk"], wanted=wanted)) == found

    def test_counts_days_in_shanghai(self, cast: Cast) -> None:
        handed_in(cast, topic="深夜", at=dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC))  # 00:30 on the 21st

        wanted = CaseFilter(since=dt.date(2026, 11, 21))
        assert topics(queries.case_list(actor=cast["demo-clerk"], wanted=wanted)) == ["深夜"]

    def test_asks_one_question_however_long_it_is(self, cast: Cast, django_assert_num_queries: Queries) -> None:
        for place in range(4):
            handed_in(cast, topic=f"第{place}件")
        clerk, developer = cast["demo-clerk"], cast["demo-developer"]

        for actor in (developer, clerk):
            with django_assert_num_queries(1):
                found = queries.case_list(actor=actor, wanted=CaseFilter())
                assert len([case.applicant_organisation for case in found]) == 4


class TestTheWorkList:
    def test_holds_what_waits_for_ones_roles_the_most_urgent_first(self, cast: Cast) -> None:
        handed_in(cast, topic="后来", at=AT + HOUR)
        handed_in(cast, topic="先到", at=AT)
        late = handed_in(cast, topic="早已到期", at=AT - 24 * 9 * HOUR)
        gone = handed_in(cast, topic="已受理")
        move(gone, Move.ACCEPT, cast["demo-clerk"])
        draft(cast, topic="草稿")

        assert topics(queries.worklist(actor=cast["demo-clerk"])) == ["早已到期", "先到", "后来"]
        assert topics(queries.worklist(actor=cast["demo-reviewer"])) == ["已受理"]
        assert not queries.worklist(actor=cast["demo-approver"]).exists()
        assert queries.next_waiting(actor=cast["demo-clerk"], after=late) is not None

    def test_leaves_out_ones_own_making_and_other_cities(self, cast: Cast) -> None:
        set_chain(cast, REVIEW, starters=(Role.FIRST_REVIEWER,))
        handed_in(cast, by="demo-reviewer")

        assert not queries.worklist(actor=cast["demo-reviewer"]).exists()
        assert not queries.worklist(actor=cast["stranger-clerk"]).exists()
        assert queries.worklist(actor=cast["all-rounder"]).count() == 1

    def test_leaves_out_what_one_has_passed_already(self, cast: Cast) -> None:
        move(handed_in(cast), Move.ACCEPT, cast["all-rounder"])

        assert not queries.worklist(actor=cast["all-rounder"]).exists()
        assert queries.worklist(actor=cast["demo-reviewer"]).count() == 1

    def test_of_an_organisation_holds_what_it_decides(self, cast: Cast, rehearsal: Rehearsal) -> None:
        set_chain(cast, ChainStep(Role.DEVELOPER, 2), starters=(Role.PROPERTY_COMPANY,))
        rehearsal.deciders = (cast.city.developers[0].pk,)
        handed_in(cast, by="demo-company")

        assert queries.worklist(actor=cast["demo-developer"]).count() == 1
        assert not queries.worklist(actor=cast["more-developer2"]).exists()
        assert not queries.worklist(actor=cast["demo-clerk"]).exists()


class TestTheHistory:
    def test_is_told_oldest_first(self, cast: Cast) -> None:
        case = handed_in(cast)
        move(case, Move.ACCEPT, cast["demo-clerk"], at=AT + HOUR)

        assert [event.move for event in queries.history(case)] == ["SUBMIT", "ACCEPT"]
        assert queries.procedure_of(case).title == "演练"
