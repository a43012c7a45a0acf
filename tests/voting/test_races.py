"""Two telephones at once, and a killed process: nothing doubled, nothing half done, nothing uncounted."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.banking.town import AT
from tests.cast import at_once
from tests.voting.scene import AGAINST, AGREE, CLOSES, Electorate, make_electorate
from upkeep.kernel.errors import Refusal
from upkeep.voting.actions import close_vote, enter_ballots
from upkeep.voting.models import Ballot, Channel, VoteReceipt
from upkeep.voting.online import cast
from upkeep.voting.queries import tally_of

pytestmark = pytest.mark.commits
ROOT = Path(__file__).parent.parent.parent
#: Votes for one house after another and prints each receipt; arguments: the vote, the accounts, their houses.
_VOTER = """
import sys, time, django
django.setup()
from tests.banking.town import AT
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of
from upkeep.voting.models import BallotChoice
from upkeep.voting.online import cast
vote_id, users, houses = sys.argv[1:]
for user, house in zip(users.split(","), houses.split(","), strict=True):
    by = actor_of(User.objects.get(pk=int(user)))
    print(cast(int(vote_id), {int(house): BallotChoice.AGREE}, by=by, at=AT).number, flush=True)
    time.sleep(0.05)
"""


@pytest.fixture
def owners(database_url: str) -> Electorate:
    return make_electorate()


class TestTwoAtOnce:
    def test_of_one_account_give_one_ballot(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[0].pk

        answers = at_once(*[lambda: cast(vote.pk, {house: AGREE}, by=owners.voters[0], at=AT)] * 4)

        assert len({one.pk for one in answers if isinstance(one, VoteReceipt)}) == 1
        assert Ballot.objects.count() == VoteReceipt.objects.count() == 1

    def test_of_one_house_with_two_owners_give_one_ballot_and_a_refusal(self, owners: Electorate) -> None:
        wife = owners.share_house(0)
        vote = owners.open()
        house = owners.houses[0].pk

        answers = at_once(
            lambda: cast(vote.pk, {house: AGREE}, by=owners.voters[0], at=AT),
            lambda: cast(vote.pk, {house: AGAINST}, by=wife, at=AT),
        )

        assert sum(isinstance(one, VoteReceipt) for one in answers) == 1
        assert sum(isinstance(one, Refusal) for one in answers) == 1
        assert Ballot.objects.count() == VoteReceipt.objects.count() == 1

    def test_changing_twice_change_once(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[0].pk
        owners.says(vote, 0)

        answers = at_once(
            lambda: cast(vote.pk, {house: AGAINST}, by=owners.voters[0], at=AT),
            lambda: cast(vote.pk, {house: "ABSTAIN"}, by=owners.voters[0], at=AT),  # type: ignore[dict-item]
        )

        assert sum(isinstance(one, Refusal) for one in answers) == 1
        assert list(Ballot.objects.order_by("revision").values_list("revision", flat=True)) == [1, 2]

    def test_on_paper_and_online_keep_one_sequence(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.BOTH)
        house = owners.houses[0].pk

        answers = at_once(
            lambda: cast(vote.pk, {house: AGREE}, by=owners.voters[0], at=AT),
            lambda: enter_ballots(vote.pk, {house: AGAINST}, by=owners.scene.chair, at=AT),
        )

        assert not any(isinstance(one, Exception) for one in answers), answers
        kept = list(Ballot.objects.order_by("revision").values_list("revision", flat=True))
        assert kept == [1, 2] and tally_of(vote).agreed_people == 1

    def test_voting_and_closing_leave_no_ballot_uncounted(self, owners: Electorate) -> None:
        vote = owners.open()
        for place in range(4):
            owners.says(vote, place)
        last = owners.houses[4].pk
        before = CLOSES - dt.timedelta(seconds=1)

        answers = at_once(
            lambda: cast(vote.pk, {last: AGREE}, by=owners.voters[4], at=before),
            lambda: close_vote(vote.pk, at=CLOSES),
        )

        vote.refresh_from_db()
        assert vote.agreed_people == Ballot.objects.count()
        assert isinstance(answers[0], VoteReceipt) is (Ballot.objects.count() == 5)


@pytest.mark.slow
class TestAKilledProcess:
    def test_leaves_every_receipt_that_it_handed_out_with_its_ballot_and_no_other(
        self, owners: Electorate, database_url: str
    ) -> None:
        vote = owners.open()
        users = [str(one.user_id) for one in owners.voters]
        houses = [str(one.pk) for one in owners.houses]
        environment = {**os.environ, "DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        command = [sys.executable, "-c", _VOTER, str(vote.pk), ",".join(users), ",".join(houses)]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        handed_out = [process.stdout.readline().strip() for _ in range(3)]

        process.send_signal(signal.SIGKILL)
        process.wait()
        handed_out += [line.strip() for line in process.stdout if line.strip()]
        time.sleep(0.2)

        kept = set(VoteReceipt.objects.values_list("number", flat=True))
        assert set(handed_out) <= kept and len(kept) - len(handed_out) <= 1
        assert Ballot.objects.count() == len(kept) == Ballot.objects.values("vote_house").distinct().count()
        for place in range(6):  # whoever got no receipt simply votes again
            owners.says(vote, place)
        assert tally_of(vote).agreed_people == 6 and Ballot.objects.count() == 6
