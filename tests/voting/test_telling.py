"""Owners are told of a vote once each, whatever the number of their houses, and whoever has no telephone is left out.

# covers: R6
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.voting.scene import CLOSES, Electorate, make_electorate
from upkeep.jobs.models import Job
from upkeep.messaging.models import Message, Outbox
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.voting.actions import close_vote
from upkeep.voting.models import Channel
from upkeep.voting.telling import COUNTED, DECIDED, OPENED, TELLING, send_vote_messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners(db: None) -> Electorate:
    return make_electorate()


class TestTheMessages:
    def test_go_once_to_every_owner_with_matter_and_minute(self, owners: Electorate) -> None:
        vote = owners.open()

        assert send_vote_messages(vote.pk, OPENED, at=AT) == 6
        assert send_vote_messages(vote.pk, OPENED, at=AT) == 6

        assert Outbox.objects.filter(event="vote.opened").count() == 6
        told = Message.objects.get(user_id=owners.voters[0].user_id)
        assert "关于更换电梯钢丝绳的表决" in told.text and "2026-11-30 10:30前" in told.text
        assert told.url == f"/owner/votes/{vote.pk}/"

    def test_say_how_long_the_result_may_be_objected_to_and_how_it_ended(self, owners: Electorate) -> None:
        vote = owners.open(conduct=VotingConduct(objection_days=3))
        close_vote(vote.pk, at=CLOSES)
        send_vote_messages(vote.pk, COUNTED, at=CLOSES)
        close_vote(vote.pk, at=CLOSES + dt.timedelta(days=4))
        send_vote_messages(vote.pk, DECIDED, at=CLOSES)

        texts = (
            Message.objects.filter(user_id=owners.voters[0].user_id).order_by("event").values_list("text", flat=True)
        )
        assert "2026年12月3日前提出异议" in texts[0] and "结果：未通过" in texts[1]
        assert not Outbox.objects.filter(event__in=("vote.counted", "vote.decided")).exists()

    def test_are_one_job_at_each_turn_and_none_for_a_vote_on_paper(self, owners: Electorate) -> None:
        owners.open(channel=Channel.PAPER)
        assert not Job.objects.filter(kind=TELLING).exists()

        vote = owners.open(source="order:2")
        close_vote(vote.pk, at=CLOSES)
        assert [one.arguments["what"] for one in Job.objects.filter(kind=TELLING).order_by("pk")] == [OPENED, DECIDED]

    def test_take_a_fixed_number_of_questions(self, owners: Electorate, django_assert_max_num_queries: object) -> None:
        vote = owners.open()
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            send_vote_messages(vote.pk, OPENED, at=AT)
