"""What the database itself refuses about votes, whatever the program asks of it."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.banking.town import AT
from tests.casework.test_files import picture
from tests.voting.scene import AGREE, CLOSES, Electorate, make_electorate
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.voting.actions import attach_evidence, close_vote, enter_ballots
from upkeep.voting.models import (
    Ballot,
    Channel,
    Vote,
    VoteEntry,
    VoteHouse,
    VoteObjection,
    VoteProxy,
    VoteReceipt,
    VoteState,
    VoteTotals,
)
from upkeep.voting.objections import object_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners(db: None) -> Electorate:
    return make_electorate()


def refuse(match: str, work: Any, kind: type[Exception] = DatabaseError) -> None:
    with pytest.raises(kind, match=match), transaction.atomic():
        work()


def online(owners: Electorate, vote: Vote, place: int, **changes: Any) -> Ballot:
    """An online ballot written past the program."""
    voter = owners.voters[place].user_id
    receipt = VoteReceipt.objects.create(vote=vote, number=f"HZ{VoteReceipt.objects.count()}", user_id=voter, at=AT)
    house = VoteHouse.objects.get(vote=vote, house=owners.houses[place])
    values: dict[str, Any] = {
        "vote_house": house,
        "revision": Ballot.objects.filter(vote_house=house).count() + 1,
        "choice": AGREE,
        "channel": Channel.ONLINE,
        "online_place": Ballot.objects.filter(vote_house=house, channel=Channel.ONLINE).count() + 1,
        "receipt": receipt,
        "by_user_id": voter,
        "at": AT,
    }
    return Ballot.objects.create(**(values | changes))


class TestABallot:
    def test_changes_once_online_at_most(self, owners: Electorate) -> None:
        vote = owners.open()
        online(owners, vote, 0)
        online(owners, vote, 0)

        refuse("ballot_is_online_with_place", lambda: online(owners, vote, 0), IntegrityError)
        refuse("online_ballot_changes_once", lambda: online(owners, vote, 0, online_place=2), IntegrityError)

    def test_has_one_place_in_the_sequence_of_its_house(self, owners: Electorate) -> None:
        vote = owners.open()
        online(owners, vote, 0)

        refuse("do_not_collide", lambda: online(owners, vote, 0, revision=1), IntegrityError)

    @pytest.mark.parametrize("at", [CLOSES, CLOSES + dt.timedelta(days=1), AT - dt.timedelta(seconds=1)])
    def test_comes_within_the_minutes_of_the_vote(self, owners: Electorate, at: dt.datetime) -> None:
        vote = owners.open()

        refuse("too early, too late", lambda: online(owners, vote, 0, at=at))

    def test_comes_by_a_way_that_the_vote_has(self, owners: Electorate) -> None:
        on_paper = owners.open(channel=Channel.PAPER)
        refuse("a way that it does not have", lambda: online(owners, on_paper, 0))

        only_online = owners.open(source="order:2")
        paper = {"channel": Channel.PAPER, "online_place": None, "receipt": None}
        refuse("a way that it does not have", lambda: online(owners, only_online, 0, **paper))

    def test_is_refused_once_the_vote_is_decided(self, owners: Electorate) -> None:
        vote = owners.open()
        close_vote(vote.pk, at=CLOSES)

        refuse("decided", lambda: online(owners, vote, 0))

    def test_after_the_count_is_a_correction_of_paper_that_says_why(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.BOTH, conduct=VotingConduct(objection_days=3))
        close_vote(vote.pk, at=CLOSES)
        paper = {"channel": Channel.PAPER, "online_place": None, "receipt": None, "at": CLOSES}

        refuse("too late", lambda: online(owners, vote, 0))
        refuse("too late", lambda: online(owners, vote, 0, **paper))
        assert online(owners, vote, 0, **paper, note="签字表第 2 页录错").revision == 1

    def test_belongs_to_its_own_receipt_and_proxy(self, owners: Electorate) -> None:
        vote = owners.open()
        other = owners.open(source="order:2")
        theirs = online(owners, other, 0).receipt

        refuse("not its own", lambda: online(owners, vote, 0, receipt=theirs))
        refuse("not its own", lambda: online(owners, vote, 0, by_user_id=owners.voters[1].user_id))
        proxy = VoteProxy.objects.create(
            vote_house=VoteHouse.objects.get(vote=vote, house=owners.houses[1]),
            name="周大海",
            id_number="x",
            id_hash="x",
            relation="子女",
            delegate_id=owners.voters[0].user_id,
            by_user_id=owners.voters[1].user_id,
            at=AT,
        )
        refuse("not its own", lambda: online(owners, vote, 0, proxy=proxy))

    def test_cannot_be_changed_or_taken_out(self, owners: Electorate) -> None:
        ballot = online(owners, owners.open(), 0)

        refuse("permission denied", lambda: Ballot.objects.filter(pk=ballot.pk).update(choice="AGAINST"))
        refuse("permission denied", lambda: Ballot.objects.filter(pk=ballot.pk).delete())


class TestAVote:
    @pytest.mark.parametrize(
        "change",
        [
            {"closes_at": CLOSES + dt.timedelta(days=9)},
            {"precedence": "LATER"},
            {"objection_days": 9},
            {"channel": "PAPER"},
            {"house_count": 7},
        ],
    )
    def test_keeps_its_matter_rule_scope_and_time(self, owners: Electorate, change: dict[str, Any]) -> None:
        vote = owners.open()

        refuse("never change", lambda: Vote.objects.filter(pk=vote.pk).update(**change))

    def test_does_not_open_again_once_counted_nor_lengthen_its_objections(self, owners: Electorate) -> None:
        vote = owners.open(conduct=VotingConduct(objection_days=3))
        close_vote(vote.pk, at=CLOSES)
        kept = Vote.objects.filter(pk=vote.pk)

        refuse("does not open again", lambda: kept.update(state=VoteState.OPEN))
        refuse("are announced", lambda: kept.update(objects_until=CLOSES.date() + dt.timedelta(days=90)))

    def test_may_not_be_deleted(self, owners: Electorate) -> None:
        vote = owners.open()
        refuse("permission denied", lambda: Vote.objects.filter(pk=vote.pk)._raw_delete("default"))

    def test_is_opened_once_on_a_matter_while_objections_are_heard(self, owners: Electorate) -> None:
        vote = owners.open(conduct=VotingConduct(objection_days=3))
        close_vote(vote.pk, at=CLOSES)
        copied = Vote.objects.get(pk=vote.pk)
        copied.pk, copied.state = 1, VoteState.OPEN

        refuse("one_open_vote_on_a_matter", lambda: copied.save(force_insert=True), IntegrityError)


class TestTotals:
    def sums(self, owners: Electorate, vote: Vote, **changes: Any) -> VoteTotals:
        values: dict[str, Any] = {
            "vote": vote,
            "revision": 1,
            "agreed_dm2": vote.total_dm2,
            "agreed_people": vote.total_people,
            "against_dm2": 0,
            "against_people": 0,
            "abstained_dm2": 0,
            "abstained_people": 0,
            "by_user_id": owners.scene.chair.user_id,
            "at": AT,
        }
        return VoteTotals.objects.create(**(values | changes))

    def test_lie_within_the_scope_and_follow_a_scan(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.PAPER, entry=VoteEntry.TOTALS)
        refuse("need a scan", lambda: self.sums(owners, vote), IntegrityError)
        attach_evidence(vote.pk, name="1.jpg", content=picture(), by=owners.scene.chair, at=AT)

        refuse("beyond its scope", lambda: self.sums(owners, vote, against_dm2=1), IntegrityError)
        refuse("beyond its scope", lambda: self.sums(owners, vote, abstained_people=1), IntegrityError)
        kept = self.sums(owners, vote)
        refuse("permission denied", lambda: VoteTotals.objects.filter(pk=kept.pk).update(agreed_people=0))

    def test_are_not_for_a_vote_that_is_entered_house_by_house(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.PAPER)

        refuse("takes no totals", lambda: self.sums(owners, vote))


class TestAnObjection:
    def test_is_taken_only_between_count_and_decision_and_answered_once(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.BOTH, conduct=VotingConduct(objection_days=3))
        house = VoteHouse.objects.get(vote=vote, house=owners.houses[0])
        early = VoteObjection(vote_house=house, user_id=owners.voters[0].user_id, text="早", at=AT)
        refuse("only between", lambda: early.save(force_insert=True))
        enter_ballots(vote.pk, {house.house_id: AGREE}, by=owners.scene.chair, at=AT)
        close_vote(vote.pk, at=CLOSES)

        kept = object_to(vote.pk, house.house_id, text="我没有签字", by=owners.voters[0], at=CLOSES)
        changed = VoteObjection.objects.filter(pk=kept.pk)
        refuse("can only be answered", lambda: changed.update(text="改"))
        changed.update(answer="已核对", answered_at=CLOSES, answered_by_id=owners.scene.chair.user_id)
        refuse("can only be answered", lambda: changed.update(answer="再改"))
