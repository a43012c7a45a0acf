"""From the closing minute to the decision: count, preliminary result, objections, final result; sums in the place of houses.

# covers: R6
"""

import datetime as dt
from typing import Any

import pytest

from tests.banking.town import AT
from tests.casework.test_files import picture
from tests.voting.scene import AGAINST, AGREE, CLOSES, Electorate, make_electorate
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.policy.voting_rule import CC278_USE, OLD_DOUBLE_2_3
from upkeep.voting import objections
from upkeep.voting.actions import (
    NotInScope,
    TooEarly,
    VoteIsClosed,
    VoteIsUnderWay,
    attach_evidence,
    close_vote,
    enter_ballots,
)
from upkeep.voting.models import Channel, Vote, VoteEntry, VoteHouse, VoteState
from upkeep.voting.queries import latest_vote, participation, result_of, standings
from upkeep.voting.totals import Totals, enter_totals

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


@pytest.fixture
def owners(db: None) -> Electorate:
    return make_electorate()


class TestTheEnd:
    def test_comes_at_the_closing_minute_and_not_before_while_owners_can_vote(self, owners: Electorate) -> None:
        vote = owners.open()
        for place in range(5):
            owners.says(vote, place)

        with pytest.raises(TooEarly, match="业主可以投票到 2026-11-30 10:30"):
            close_vote(vote.pk, at=CLOSES - dt.timedelta(minutes=1))

        assert close_vote(vote.pk, at=CLOSES).state == VoteState.PASSED

    def test_may_come_earlier_once_every_house_has_voted(self, owners: Electorate) -> None:
        vote = owners.open()
        for place in range(6):
            owners.says(vote, place)

        closed = close_vote(vote.pk, at=AT + DAY)

        assert (closed.state, closed.agreed_people, closed.counted_at) == (VoteState.PASSED, 6, AT + DAY)

    def test_without_a_single_ballot_is_a_failure_and_the_matter_may_be_voted_on_again(
        self, owners: Electorate
    ) -> None:
        vote = owners.open(channel=Channel.PAPER)
        with pytest.raises(TooEarly, match="还没有录入任何表决意见"):
            close_vote(vote.pk, at=AT + DAY)

        assert close_vote(vote.pk, at=CLOSES).state == VoteState.FAILED

        again = owners.open(at=CLOSES, closes_at=CLOSES + DAY)
        assert latest_vote("order:1") == again

    def test_of_a_vote_that_too_few_joined_is_a_failure(self, owners: Electorate) -> None:
        vote = owners.open()
        owners.says(vote, 0)

        assert close_vote(vote.pk, at=CLOSES).state == VoteState.FAILED
        with pytest.raises(VoteIsClosed, match="表决已于 2026年11月30日 结束（未通过）"):
            close_vote(vote.pk, at=CLOSES)

    def test_leaves_paper_to_be_entered_until_it_is_counted(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.BOTH)
        choices = dict.fromkeys(owners.scene.house_ids, AGREE)

        entered = enter_ballots(vote.pk, choices, by=owners.scene.chair, at=CLOSES + DAY)

        assert entered.total() == 6 and close_vote(vote.pk, at=CLOSES + DAY).state == VoteState.PASSED

    def test_of_a_passed_matter_is_the_end_of_it(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.PAPER)
        enter_ballots(vote.pk, dict.fromkeys(owners.scene.house_ids, AGREE), by=owners.scene.chair, at=AT)
        close_vote(vote.pk, at=AT + DAY)

        with pytest.raises(VoteIsUnderWay):
            owners.open(at=AT + DAY)


class TestObjections:
    @pytest.fixture
    def counted(self, owners: Electorate) -> Vote:
        vote = owners.open(channel=Channel.BOTH, conduct=VotingConduct(objection_days=3))
        choices = dict.fromkeys(owners.scene.house_ids[:5], AGREE)
        enter_ballots(vote.pk, choices, by=owners.scene.chair, at=AT)
        return close_vote(vote.pk, at=CLOSES)

    def test_are_heard_for_the_days_that_the_city_sets(self, owners: Electorate, counted: Vote) -> None:
        assert counted.state == VoteState.OBJECTION and counted.objects_until == dt.date(2026, 12, 3)
        assert counted.agreed_people == 5 and result_of(counted).would_pass

        with pytest.raises(TooEarly, match="询异至 2026年12月3日"):
            close_vote(counted.pk, at=CLOSES + 3 * DAY)
        assert close_vote(counted.pk, at=CLOSES + 4 * DAY).state == VoteState.PASSED

    def test_keep_the_result_from_being_final_until_answered(self, owners: Electorate, counted: Vote) -> None:
        house = owners.houses[0].pk
        raised = objections.object_to(counted.pk, house, text="我没有签字", by=owners.voters[0], at=CLOSES + DAY)
        with pytest.raises(Refusal, match="不要重复提交"):
            objections.object_to(counted.pk, house, text="再说一次", by=owners.voters[0], at=CLOSES + DAY)
        with pytest.raises(Refusal, match="还有 1 条结果异议未答复"):
            close_vote(counted.pk, at=CLOSES + 4 * DAY)

        enter_ballots(
            counted.pk, {house: AGAINST}, by=owners.scene.chair, at=CLOSES + 4 * DAY, note="核对原件，签的是反对"
        )
        chair = owners.scene.chair
        objections.answer(counted.pk, raised.pk, text="已更正", by=chair, at=CLOSES + 4 * DAY)
        closed = close_vote(counted.pk, at=CLOSES + 4 * DAY)

        assert (closed.agreed_people, closed.against_people, closed.state) == (4, 1, VoteState.PASSED)
        with pytest.raises(VoteIsClosed):
            objections.answer(counted.pk, raised.pk, text="又", by=chair, at=CLOSES + 5 * DAY)

    def test_want_a_correction_to_say_why(self, owners: Electorate, counted: Vote) -> None:
        with pytest.raises(HasProblems, match="请填写更正说明"):
            enter_ballots(counted.pk, {owners.houses[0].pk: AGAINST}, by=owners.scene.chair, at=CLOSES)

    def test_are_an_owners_own_and_in_time(self, owners: Electorate, counted: Vote) -> None:
        with pytest.raises(NotInScope):
            objections.object_to(counted.pk, owners.houses[1].pk, text="是", by=owners.voters[0], at=CLOSES)
        with pytest.raises(HasProblems, match="请填写异议内容"):
            objections.object_to(counted.pk, owners.houses[0].pk, text=" ", by=owners.voters[0], at=CLOSES)
        with pytest.raises(VoteIsClosed, match="现在不在结果询异期内"):
            objections.object_to(counted.pk, owners.houses[0].pk, text="晚", by=owners.voters[0], at=CLOSES + 5 * DAY)


class TestTotals:
    @pytest.fixture
    def vote(self, owners: Electorate) -> Vote:
        return owners.open(channel=Channel.PAPER, entry=VoteEntry.TOTALS, rule=OLD_DOUBLE_2_3)

    def sums(self, vote: Vote, **changes: Any) -> Totals:
        values = {"agreed_dm2": vote.total_dm2 * 2 // 3 + 1, "agreed_people": 4}
        return Totals(**(values | changes))

    def scan(self, owners: Electorate, vote: Vote) -> None:
        attach_evidence(vote.pk, name="1.jpg", content=picture(), by=owners.scene.chair, at=AT)

    def test_are_compared_like_houses(self, owners: Electorate, vote: Vote) -> None:
        self.scan(owners, vote)
        enter_totals(vote.pk, self.sums(vote, against_dm2=100, against_people=1), by=owners.scene.chair, at=AT)

        closed = close_vote(vote.pk, at=AT + DAY)

        assert (closed.state, closed.joined_people, closed.against_people) == (VoteState.PASSED, 5, 1)

    def test_one_below_two_thirds_fail(self, owners: Electorate, vote: Vote) -> None:
        self.scan(owners, vote)
        enter_totals(vote.pk, self.sums(vote, agreed_people=3), by=owners.scene.chair, at=AT)

        assert close_vote(vote.pk, at=AT + DAY).state == VoteState.FAILED

    def test_are_corrected_by_entering_them_again(self, owners: Electorate, vote: Vote) -> None:
        self.scan(owners, vote)
        for people in (3, 4):
            enter_totals(vote.pk, self.sums(vote, agreed_people=people), by=owners.scene.chair, at=AT)

        assert vote.totals.count() == 2 and result_of(vote).tally.agreed_people == 4

    def test_need_a_scan_of_the_sheet(self, owners: Electorate, vote: Vote) -> None:
        with pytest.raises(Refusal, match="请先上传业主签字的表决签字表扫描件"):
            enter_totals(vote.pk, self.sums(vote), by=owners.scene.chair, at=AT)

    def test_lie_within_the_scope(self, owners: Electorate, vote: Vote) -> None:
        self.scan(owners, vote)
        beyond = self.sums(vote, against_dm2=vote.total_dm2, abstained_people=3)
        with pytest.raises(HasProblems) as refused:
            enter_totals(vote.pk, beyond, by=owners.scene.chair, at=AT)
        assert {one.field for one in refused.value.problems} == {"agreed_dm2", "agreed_people", "abstained_dm2"}

    def test_take_the_place_of_houses(self, owners: Electorate, vote: Vote) -> None:
        with pytest.raises(Refusal, match="不逐户录入"):
            enter_ballots(vote.pk, {owners.houses[0].pk: AGREE}, by=owners.scene.chair, at=AT)
        other = owners.open(source="order:2", channel=Channel.PAPER)
        with pytest.raises(Refusal, match="逐户录入"):
            enter_totals(other.pk, self.sums(other), by=owners.scene.chair, at=AT)


class TestSilentMethods:
    def test_count_silence_as_agreement_only_under_the_owners_own_agreement(self, owners: Electorate) -> None:
        rule = CC278_USE.by("DEFAULT", agreement="《业主规约》第十二条")
        vote = owners.open(rule=rule)
        owners.says(vote, 0, AGAINST)

        closed = close_vote(vote.pk, at=CLOSES)

        assert (closed.state, closed.joined_people, closed.agreed_people) == (VoteState.PASSED, 6, 5)
        assert "《业主规约》第十二条" in result_of(closed).rule_words

    def test_ask_only_for_objectors(self, owners: Electorate) -> None:
        rule = CC278_USE.by("OBJECTION", agreement="《业主规约》第十三条")
        vote = owners.open(rule=rule)
        owners.says(vote, 0, AGAINST)
        assert close_vote(vote.pk, at=CLOSES).state == VoteState.PASSED

        other = owners.open(source="order:2", rule=rule)
        for place in (0, 1):
            owners.says(other, place, AGAINST)
        assert close_vote(other.pk, at=CLOSES).state == VoteState.FAILED  # two of six heads are a third


class TestTheScope:
    def test_keeps_area_its_source_and_owner_of_every_house(self, owners: Electorate) -> None:
        vote = owners.open()

        kept = VoteHouse.objects.filter(vote=vote)
        assert {one.house_id: one.area_dm2 for one in kept} == {one.pk: one.area_dm2 for one in owners.houses}
        assert {one.area_source for one in kept} == {"REGISTER"} and len({one.voter_key for one in kept}) == 6

    def test_shows_who_takes_part_in_each_building_and_not_what_he_said(self, owners: Electorate) -> None:
        vote = owners.open()
        owners.says(vote, 0, AGAINST)

        (part,) = participation(standings(vote))

        assert (part.name, part.houses, part.joined_houses, part.joined_people) == ("1栋", 6, 1, 1)
        assert part.joined_dm2 == owners.houses[0].area_dm2
        assert part.percent_dm2 == owners.houses[0].area_dm2 * 100 // vote.total_dm2
