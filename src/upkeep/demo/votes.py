"""Votes as a city has them: one that is open on the telephones, one whose result is objected to, one that passed."""

import datetime as dt
from collections.abc import Sequence

from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.repairs import run_projects
from upkeep.estate.models import Ownership
from upkeep.estate.owner_accounts import bind
from upkeep.identity.owners import account_of_phone
from upkeep.parties.actions import rename_account
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.repairs import deciding
from upkeep.repairs.models import RepairProject
from upkeep.repairs.stages import Stage
from upkeep.voting.models import BallotChoice, Channel, Vote
from upkeep.voting.objections import object_to
from upkeep.voting.online import cast

#: The area in which the demo's owner lives, and that of the vote that is counted.
_HOME, _COUNTED = 0, 2
_HOME_COMMITTEE, _COUNTED_COMMITTEE = "demo-committee", "more-committee2"
#: So many neighbours have accounts of their own.
_NEIGHBOURS = 14
_OWNER = "demo-owner"


def hold_votes(city: City, filled: Sequence[Filled], *, today: dt.date) -> int:
    """Three votes; answers with their number."""
    passed = _project(
        city, filled, _HOME, _HOME_COMMITTEE, "1幢1单元电梯轿厢和门机更新", "1幢1单元电梯", 36_800_00, 40, today
    )
    neighbours = _neighbours(city, filled[_HOME], today=today)
    _passed(city, passed, neighbours, on=today - dt.timedelta(days=33))
    set_policy(
        kind=PolicyKind.VOTING_CONDUCT,
        jurisdiction_id=city.jurisdiction.pk,
        value=VotingConduct(objection_days=3, most_proxies=3),
        valid_from=today - dt.timedelta(days=6),
        basis="江房发〔2026〕17 号",
    )
    counted = _project(city, filled, _COUNTED, _COUNTED_COMMITTEE, "3幢屋面防水翻修", "3幢屋面", 41_500_00, 10, today)
    _counted(city, counted, today=today)
    asked = _project(city, filled, _HOME, _HOME_COMMITTEE, "1幢屋面防水翻修", "1幢屋面", 78_600_00, 9, today)
    _asked(city, asked, neighbours, today=today)
    # Whoever tries a vote in the demo need not wait three days for its result.
    set_policy(
        kind=PolicyKind.VOTING_CONDUCT,
        jurisdiction_id=city.jurisdiction.pk,
        value=VotingConduct(most_proxies=3),
        valid_from=today,
        basis="江房发〔2026〕21 号",
    )
    return 3


def _project(
    city: City,
    filled: Sequence[Filled],
    place: int,
    login: str,
    title: str,
    facility: str,
    budget_fen: int,
    days_ago: int,
    today: dt.date,
) -> RepairProject:
    """A project whose notice stands."""
    script = (place, login, title, facility, budget_fen, days_ago, Stage.NOTICE)
    run_projects(city, list(filled), today=today, scripts=(script,))
    return RepairProject.objects.get(area=filled[place].area, title=title)


def _neighbours(city: City, filled: Filled, *, today: dt.date) -> dict[int, Actor]:
    """Owners of the first stairwell who have logged in by code, by house."""
    first = filled.houses[0]
    mine = city.users[_OWNER]
    found: dict[int, Actor] = {}
    owned = Ownership.objects.filter(
        house__building_id=first.building_id, house__unit=first.unit, until__isnull=True
    ).select_related("owner")
    for place, one in enumerate(owned.order_by("house_id", "pk"), start=1):
        user = account_of_phone(phone=one.owner.phone, city_id=city.jurisdiction.pk, at=moment(today, 8))
        if user.pk != mine.pk:
            rename_account(user=user, username=f"more-owner{place}")
            if not bind(user=user, id_number=one.owner.id_number, at=moment(today, 8)):
                continue
        found.setdefault(one.house_id, actor_of(User.objects.get(pk=user.pk)))
        if len(found) > _NEIGHBOURS:
            break
    return found


def _open(
    city: City,
    project: RepairProject,
    login: str,
    *,
    on: dt.date,
    closes: dt.datetime,
    channel: Channel = Channel.BOTH,
) -> Vote:
    return deciding.open_vote(
        project.pk, closes_at=closes, by=city.actor(login), at=moment(on, 9, 30), channel=channel
    )


def _passed(city: City, project: RepairProject, neighbours: dict[int, Actor], *, on: dt.date) -> None:
    """Online and on paper: some houses both ways, a few against, a few silent."""
    vote = _open(city, project, _HOME_COMMITTEE, on=on, closes=moment(on + dt.timedelta(days=10), 18))
    for place, (house_id, by) in enumerate(neighbours.items()):
        choice = BallotChoice.AGAINST if place % 9 == 4 else BallotChoice.AGREE
        cast(vote.pk, {house_id: choice}, by=by, at=moment(on + dt.timedelta(days=1 + place // 4), 20, 3 * place))
    paper = _paper(vote, some=6)
    by_chair = city.actor(_HOME_COMMITTEE)
    deciding.enter_results(project.pk, paper, by=by_chair, at=moment(on + dt.timedelta(days=11), 10))
    deciding.close_vote(project.pk, by=by_chair, at=moment(on + dt.timedelta(days=11), 16, 30))


def _paper(vote: Vote, *, some: int) -> dict[int, BallotChoice]:
    houses = list(vote.houses.order_by("house_id").values_list("house_id", flat=True))
    return {
        house_id: BallotChoice.AGAINST if place % 13 == 5 else BallotChoice.AGREE
        for place, house_id in enumerate(houses)
        if place % 7 != some
    }


def _counted(city: City, project: RepairProject, *, today: dt.date) -> None:
    """On paper, counted yesterday, and one owner says that his house was entered wrongly."""
    opened = today - dt.timedelta(days=6)
    closes = moment(today - dt.timedelta(days=1), 12)
    vote = _open(city, project, _COUNTED_COMMITTEE, on=opened, closes=closes)
    owned = Ownership.objects.filter(house__votehouse__vote=vote, until__isnull=True).select_related("owner")
    one = owned.order_by("house_id")[1]
    user = account_of_phone(phone=one.owner.phone, city_id=city.jurisdiction.pk, at=closes)
    bind(user=user, id_number=one.owner.id_number, at=closes)
    rename_account(user=user, username="more-objector")
    chair = city.actor(_COUNTED_COMMITTEE)
    deciding.enter_results(project.pk, _paper(vote, some=3), by=chair, at=moment(today - dt.timedelta(days=1), 14))
    deciding.close_vote(project.pk, by=chair, at=moment(today - dt.timedelta(days=1), 17))
    object_to(
        vote.pk,
        one.house_id,
        text="我在签字表上签的是反对，请核对原件。",
        by=actor_of(User.objects.get(pk=user.pk)),
        at=moment(today - dt.timedelta(days=1), 20, 12),
    )


def _asked(city: City, project: RepairProject, neighbours: dict[int, Actor], *, today: dt.date) -> None:
    """Open now: some neighbours have voted, the demo's owner has not."""
    opened = today - dt.timedelta(days=4)
    vote = _open(city, project, _HOME_COMMITTEE, on=opened, closes=moment(today + dt.timedelta(days=8), 18))
    for place, (house_id, by) in enumerate(neighbours.items()):
        if by.user_id == city.users[_OWNER].pk or place % 4 == 3:
            continue
        choice = BallotChoice.ABSTAIN if place % 6 == 5 else BallotChoice.AGREE
        cast(vote.pk, {house_id: choice}, by=by, at=moment(opened + dt.timedelta(days=place // 5), 19, 3 * place))
