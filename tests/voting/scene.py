"""Six owners of a repair project's houses, each with an account on his telephone, and a vote among them."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from tests.banking.town import AT
from tests.repairs.scene import Scene, make_scene
from upkeep.estate import owners
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import House, Owner, Ownership
from upkeep.estate.owner_accounts import bind
from upkeep.estate.owners import NewOwnership, OwnerDetails
from upkeep.identity.owners import account_of_phone
from upkeep.kernel.areas import square_metres
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.policy.voting_rule import CC278_USE
from upkeep.voting.actions import open_vote
from upkeep.voting.models import BallotChoice, Channel, Vote
from upkeep.voting.online import cast

CLOSES = AT + dt.timedelta(days=10)
AGREE, AGAINST, ABSTAIN, ABSENT = BallotChoice
#: Owners with numbers that pass the check, so that they can be named proxies.
CO_OWNER = OwnerDetails(name="周小满", id_kind=IdKind.ID_CARD, id_number="510502191502021237", phone="13812340002")


@dataclass
class Electorate:
    """The owners in the order of their houses."""

    scene: Scene
    voters: list[Actor]

    @property
    def houses(self) -> list[House]:
        return self.scene.houses

    def open(self, **changes: Any) -> Vote:
        """A vote of all houses, online unless said otherwise."""
        values: dict[str, Any] = {
            "source": "order:1",
            "title": "关于更换电梯钢丝绳的表决",
            "rule": CC278_USE,
            "house_ids": self.scene.house_ids,
            "closes_at": CLOSES,
            "at": AT,
            "channel": Channel.ONLINE,
            "conduct": VotingConduct(),
        }
        return open_vote(**(values | changes))

    def says(self, vote: Vote, place: int, choice: BallotChoice = AGREE, *, at: dt.datetime = AT) -> None:
        """The owner of that house votes for it."""
        cast(vote.pk, {self.houses[place].pk: choice}, by=self.voters[place], at=at)

    def share_house(self, place: int) -> Actor:
        """The house belongs to its owner and his wife from now on, who has an account too."""
        house = self.houses[place]
        owner = Ownership.objects.get(house=house, until__isnull=True).owner
        half = owners.split_evenly(2)
        couple = [NewOwnership(owner, half[0]), NewOwnership(CO_OWNER, half[1])]
        owners.transfer(
            house.pk, couple, since=AT.date(), basis="买卖", case_id=None, by=self.scene.clerk, at=AT, joint=True
        )
        return account_of(Owner.objects.get(name=CO_OWNER.name), city_id=self.scene.town.city.pk)


def account_of(owner: Owner, *, city_id: int) -> Actor:
    """The owner has logged in by code and shown who he is."""
    user = account_of_phone(phone=owner.phone, city_id=city_id, at=AT)
    assert bind(user=user, id_number=owner.id_number, at=AT)
    return actor_of(User.objects.get(pk=user.pk))


def make_electorate() -> Electorate:
    """Six houses of unequal area, an owner each."""
    scene = make_scene()
    voters = []
    for house in scene.houses:
        owner = Owner.objects.get(ownerships__house=house, ownerships__until__isnull=True)
        voters.append(account_of(owner, city_id=scene.town.city.pk))
    return Electorate(scene, voters)


def named(actor: Actor, name: str) -> Actor:
    """The same account under another name."""
    return replace(actor, name=name)


def area_of(house: House) -> str:
    """Its area as pages show it."""
    return square_metres(house.area_dm2)
