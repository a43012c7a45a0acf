"""线上表决: whoever owns a house votes for it from his telephone, changes once, gets a receipt, and nothing is lost or doubled.

# covers: R6
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.voting.scene import ABSTAIN, AGAINST, AGREE, CLOSES, Electorate, make_electorate
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.voting.actions import NotInScope, VoteIsClosed, enter_ballots
from upkeep.voting.models import Ballot, BallotChoice, Channel, VoteReceipt
from upkeep.voting.online import NotYourBallot, cast, online_votes_of, receipts_of, voter_houses
from upkeep.voting.queries import standings, tally_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def owners(db: None) -> Electorate:
    return make_electorate()


class TestAnOwner:
    def test_votes_and_gets_a_receipt_with_a_number(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[0]

        receipt = cast(vote.pk, {house.pk: AGREE}, by=owners.voters[0], at=AT)

        ballot = Ballot.objects.get()
        assert (ballot.channel, ballot.online_place, ballot.revision) == ("ONLINE", 1, 1)
        assert ballot.receipt == receipt and receipt.number.startswith("HZ20261120") and len(receipt.number) == 20
        assert (tally_of(vote).agreed_dm2, tally_of(vote).joined_people) == (house.area_dm2, 1)

    def test_may_change_once_and_no_more(self, owners: Electorate) -> None:
        vote = owners.open()
        owners.says(vote, 0, AGREE)
        owners.says(vote, 0, AGAINST, at=AT + dt.timedelta(days=1))

        with pytest.raises(NotYourBallot, match="已经修改过一次，不能再改"):
            owners.says(vote, 0, ABSTAIN, at=AT + dt.timedelta(days=2))

        assert list(Ballot.objects.order_by("revision").values_list("choice", flat=True)) == ["AGREE", "AGAINST"]
        assert tally_of(vote).against_people == 1 and VoteReceipt.objects.count() == 2

    def test_who_says_the_same_again_keeps_his_change_and_his_receipt(self, owners: Electorate) -> None:
        vote = owners.open()
        first = cast(vote.pk, {owners.houses[0].pk: AGREE}, by=owners.voters[0], at=AT)

        assert cast(vote.pk, {owners.houses[0].pk: AGREE}, by=owners.voters[0], at=AT) == first
        assert Ballot.objects.count() == 1 and receipts_of(vote, owners.voters[0].user_id) == [first]

    def test_cannot_vote_at_the_closing_minute(self, owners: Electorate) -> None:
        vote = owners.open()
        owners.says(vote, 0, at=CLOSES - dt.timedelta(seconds=1))

        with pytest.raises(VoteIsClosed, match="投票已于 2026-11-30 10:30 截止"):
            owners.says(vote, 1, at=CLOSES)

    def test_cannot_vote_for_a_house_of_somebody_else_or_outside_the_scope(self, owners: Electorate) -> None:
        vote = owners.open(house_ids=owners.scene.house_ids[:2])

        for place, house in ((0, 1), (2, 2)):
            with pytest.raises(NotInScope):
                cast(vote.pk, {owners.houses[house].pk: AGREE}, by=owners.voters[place], at=AT)
        assert not Ballot.objects.exists()

    def test_cannot_vote_online_in_a_vote_on_paper(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.PAPER)

        with pytest.raises(VoteIsClosed, match="书面表决"):
            owners.says(vote, 0)

    def test_must_say_something_that_an_owner_can_say(self, owners: Electorate) -> None:
        vote = owners.open()
        for choices in ({}, {owners.houses[0].pk: BallotChoice.ABSENT}):
            with pytest.raises(Refusal, match="请选择同意、反对或弃权"):
                cast(vote.pk, choices, by=owners.voters[0], at=AT)

    def test_finds_the_votes_that_he_can_take_part_in(self, owners: Electorate) -> None:
        later = owners.open(source="order:2", closes_at=CLOSES + dt.timedelta(days=1))
        vote = owners.open(house_ids=owners.scene.house_ids[:2])
        owners.open(source="order:3", channel=Channel.PAPER)

        assert online_votes_of(owners.voters[0].user_id, at=AT) == [vote, later]
        assert online_votes_of(owners.voters[5].user_id, at=AT) == [later]
        assert online_votes_of(owners.voters[0].user_id, at=CLOSES) == [later]


class TestCoOwners:
    def test_vote_for_the_house_with_one_voice_and_the_first_counts(self, owners: Electorate) -> None:
        wife = owners.share_house(0)
        vote = owners.open()
        owners.says(vote, 0, AGREE)

        with pytest.raises(NotYourBallot, match="已由另一位共有人投票"):
            cast(vote.pk, {owners.houses[0].pk: AGAINST}, by=wife, at=AT)

        (seen,) = voter_houses(vote, wife.user_id)
        assert seen.cast is not None and seen.cast.choice == AGREE and seen.why_not == "已由另一位共有人投票"
        assert (tally_of(vote).total_people, tally_of(vote).agreed_people) == (6, 1)


class TestPaperAndOnline:
    @pytest.mark.parametrize(
        ("precedence", "paper_last", "counted"),
        [
            ("ONLINE_FIRST", True, AGREE),
            ("ONLINE_FIRST", False, AGREE),
            ("LATER", True, AGAINST),
            ("LATER", False, AGREE),
        ],
    )
    def test_are_both_kept_and_the_citys_rule_says_which_counts(
        self, owners: Electorate, precedence: str, paper_last: bool, counted: BallotChoice
    ) -> None:
        vote = owners.open(channel=Channel.BOTH, conduct=VotingConduct(precedence=precedence))
        house = owners.houses[0].pk

        def on_paper() -> None:
            enter_ballots(vote.pk, {house: AGAINST}, by=owners.scene.chair, at=AT)

        if not paper_last:
            on_paper()
        owners.says(vote, 0, AGREE)
        if paper_last:
            on_paper()

        (standing,) = standings(vote, house_ids=[house])
        assert standing.counted is not None and standing.counted.choice.value == counted and standing.has_both
        assert Ballot.objects.count() == 2

    def test_leave_the_online_ballot_when_the_paper_is_taken_back(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.BOTH, conduct=VotingConduct(precedence="LATER"))
        house = owners.houses[0].pk
        owners.says(vote, 0, AGREE)
        for choice in (AGAINST, BallotChoice.ABSENT):
            enter_ballots(vote.pk, {house: choice}, by=owners.scene.chair, at=AT)

        assert tally_of(vote).agreed_people == 1 and Ballot.objects.count() == 3

    def test_are_refused_where_the_vote_has_only_the_other(self, owners: Electorate) -> None:
        vote = owners.open()

        with pytest.raises(Refusal, match="不逐户录入书面意见"):
            enter_ballots(vote.pk, {owners.houses[0].pk: AGREE}, by=owners.scene.chair, at=AT)

    def test_are_offered_as_the_city_allows(self, owners: Electorate) -> None:
        with pytest.raises(HasProblems, match="本地未开通线上表决"):
            owners.open(conduct=VotingConduct(channels=("PAPER",)))
        assert owners.open(channel=Channel.PAPER, conduct=VotingConduct(channels=())).channel == "PAPER"

    def test_cannot_be_opened_until_a_moment_that_is_past(self, owners: Electorate) -> None:
        with pytest.raises(HasProblems, match="表决截止时间应晚于现在"):
            owners.open(closes_at=AT)
