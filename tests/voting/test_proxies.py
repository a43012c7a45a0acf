"""委托表决: somebody else votes for the owner; the ballot is marked and counts for the owner's head.

# covers: R6
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.casework.test_files import picture
from tests.repairs.scene import OWNER_ID, OWNER_NAME
from tests.voting.scene import AGAINST, AGREE, CLOSES, Electorate, make_electorate
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.voting import proxies
from upkeep.voting.actions import VoteIsClosed, enter_ballots
from upkeep.voting.models import Ballot, Channel, VoteProxy
from upkeep.voting.online import NotYourBallot, cast, online_votes_of, voter_houses
from upkeep.voting.proxies import NewProxy
from upkeep.voting.queries import tally_of

pytestmark = pytest.mark.django_db

NEIGHBOUR = NewProxy(name=OWNER_NAME, id_number=OWNER_ID, relation="其他业主")
SON = NewProxy(name="周大海", id_number="510502191502021237", relation="子女")


@pytest.fixture
def owners(db: None) -> Electorate:
    return make_electorate()


class TestAnOwnerOnline:
    def test_names_another_owner_whose_ballot_counts_for_the_givers_head(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[1].pk
        named = proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=AT)

        cast(vote.pk, {owners.houses[0].pk: AGREE, house: AGREE}, by=owners.voters[0], at=AT)

        ballot = Ballot.objects.get(vote_house__house_id=house)
        assert ballot.proxy == named and ballot.by_user_id == owners.voters[0].user_id
        assert (tally_of(vote).agreed_people, tally_of(vote).joined_people) == (2, 2)

    def test_may_still_vote_himself_which_takes_the_place_of_the_proxys_ballot(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[1].pk
        proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=AT)
        cast(vote.pk, {house: AGREE}, by=owners.voters[0], at=AT)

        owners.says(vote, 1, AGAINST)

        assert (tally_of(vote).agreed_people, tally_of(vote).against_people) == (0, 1)
        with pytest.raises(NotYourBallot, match="已经修改过一次"):
            cast(vote.pk, {house: AGREE}, by=owners.voters[0], at=AT)

    def test_takes_it_back_before_it_is_used_and_not_after(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[1].pk
        named = proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=AT)
        proxies.end(named.pk, by=owners.voters[1], at=AT)
        assert [one.vote_house.house_id for one in voter_houses(vote, owners.voters[0].user_id)] == [
            owners.houses[0].pk
        ]

        again = proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=AT)
        cast(vote.pk, {house: AGREE}, by=owners.voters[0], at=AT)
        with pytest.raises(Refusal, match="受托人已经投票"):
            proxies.end(again.pk, by=owners.voters[1], at=AT)

    def test_cannot_name_who_is_no_owner_of_the_area_or_himself(self, owners: Electorate) -> None:
        vote = owners.open()
        with pytest.raises(HasProblems, match="没有找到这位业主"):
            proxies.name_online(vote.pk, owners.houses[1].pk, SON, by=owners.voters[1], at=AT)
        with pytest.raises(HasProblems, match="不能委托自己"):
            proxies.name_online(vote.pk, owners.houses[0].pk, NEIGHBOUR, by=owners.voters[0], at=AT)

    def test_cannot_for_a_house_of_others_twice_or_too_late(self, owners: Electorate) -> None:
        vote = owners.open()
        house = owners.houses[1].pk
        with pytest.raises(Refusal, match="不在您名下"):
            proxies.name_online(vote.pk, owners.houses[2].pk, NEIGHBOUR, by=owners.voters[1], at=AT)
        with pytest.raises(VoteIsClosed):
            proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=CLOSES)
        proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=AT)
        with pytest.raises(Refusal, match="已经登记了委托"):
            proxies.name_online(vote.pk, house, NEIGHBOUR, by=owners.voters[1], at=AT)

    def test_cannot_once_he_has_voted(self, owners: Electorate) -> None:
        vote = owners.open()
        owners.says(vote, 1)

        with pytest.raises(Refusal, match="已经投票，不能再委托"):
            proxies.name_online(vote.pk, owners.houses[1].pk, NEIGHBOUR, by=owners.voters[1], at=AT)

    def test_gives_as_many_houses_to_one_as_the_city_allows(self, owners: Electorate) -> None:
        self._limit(owners, most_proxies=1)
        vote = owners.open()
        proxies.name_online(vote.pk, owners.houses[1].pk, NEIGHBOUR, by=owners.voters[1], at=AT)

        with pytest.raises(HasProblems, match="一人最多受托 1 户"):
            proxies.name_online(vote.pk, owners.houses[2].pk, NEIGHBOUR, by=owners.voters[2], at=AT)

    def test_cannot_where_the_city_wants_the_owner_himself(self, owners: Electorate) -> None:
        self._limit(owners, proxies=False)
        vote = owners.open()

        with pytest.raises(Refusal, match="不接受委托"):
            proxies.name_online(vote.pk, owners.houses[1].pk, NEIGHBOUR, by=owners.voters[1], at=AT)

    @staticmethod
    def _limit(owners: Electorate, **value: object) -> None:
        set_policy(
            kind=PolicyKind.VOTING_CONDUCT,
            jurisdiction_id=owners.scene.town.city.pk,
            value=value,
            valid_from=dt.date(2026, 1, 1),
            basis="测试",
        )

    def test_tells_the_proxy_of_the_vote_even_if_no_house_of_his_is_asked(self, owners: Electorate) -> None:
        vote = owners.open(house_ids=owners.scene.house_ids[1:])
        proxies.name_online(vote.pk, owners.houses[1].pk, NEIGHBOUR, by=owners.voters[1], at=AT)

        assert online_votes_of(owners.voters[0].user_id, at=AT) == [vote]


class TestAPaper:
    def test_names_the_proxy_with_its_scan_and_the_ballot_says_so(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.PAPER)
        house = owners.houses[2].pk
        chair = owners.scene.chair
        named = proxies.name_on_paper(vote.pk, house, SON, scan=picture(), scan_name="委托书.png", by=chair, at=AT)

        enter_ballots(vote.pk, {house: AGREE}, by=chair, at=AT)

        assert Ballot.objects.get().proxy == named and named.evidence is not None
        assert VoteProxy.objects.get().id_number == SON.id_number
        assert tally_of(vote).agreed_people == 1

    def test_must_give_a_number_that_can_be_one(self, owners: Electorate) -> None:
        vote = owners.open(channel=Channel.PAPER)
        wrong = NewProxy(name=" ", id_number="123", relation="子女")

        with pytest.raises(HasProblems) as refused:
            proxies.name_on_paper(
                vote.pk, owners.houses[0].pk, wrong, scan=b"", scan_name="", by=owners.scene.chair, at=AT
            )
        assert {one.field for one in refused.value.problems} == {"name", "id_number"}
