"""The moves of a repair project: what each does, whom and when it refuses."""

import dataclasses
import datetime as dt

import pytest

from tests.banking.town import AT
from tests.repairs.scene import (
    BUDGET_FEN,
    TODAY,
    Scene,
    accepted,
    again,
    basics,
    make_scene,
    new_project,
    passed,
    published,
    voting,
)
from tests.staging import staged
from upkeep.estate.models import HouseClaim
from upkeep.kernel.errors import HasProblems
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.notice_rule import NoticeRule
from upkeep.policy.voting_rule import OLD_DOUBLE_2_3, rule_to_json
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.repairs import acceptance, announcing, deciding, drafting, queries
from upkeep.repairs.drafting import Work
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.shares import NotEnoughOnSubAccounts, NotOfThisArea, SharesAreStale
from upkeep.repairs.stages import Stage
from upkeep.voting.models import BallotChoice, VoteState

pytestmark = pytest.mark.django_db
WEEK_LATER = TODAY + dt.timedelta(days=7)


scene = staged(make_scene)


class TestCreateProject:
    def test_begins_a_numbered_project_with_its_budget(self, scene: Scene) -> None:
        project = drafting.create_project(area_id=scene.town.area.pk, basics=basics(scene), by=scene.chair, at=AT)

        assert project.number.startswith("WX20261120")
        assert (project.stage, project.budget_fen) == (Stage.NEW, BUDGET_FEN)

    def test_is_refused_to_the_committee_of_another_area(self, scene: Scene) -> None:
        with pytest.raises(NotYours, match="业主委员会或物业服务企业"):
            drafting.create_project(area_id=scene.town.area.pk, basics=basics(scene), by=scene.stranger, at=AT)

    def test_refuses_a_facility_of_another_area_and_an_end_before_the_start(self, scene: Scene) -> None:
        works = (Work(facility_id=1, content="更换", contractor="公司", budget_fen=100),)
        wrong = dataclasses.replace(basics(scene), ends_on=TODAY - dt.timedelta(days=1), works=works)

        with pytest.raises(HasProblems) as refused:
            drafting.create_project(area_id=scene.town.area.pk, basics=wrong, by=scene.chair, at=AT)

        assert {problem.field for problem in refused.value.problems} == {"ends_on", "facility"}


class TestChooseHouses:
    def test_divides_the_budget_exactly(self, scene: Scene) -> None:
        project = new_project(scene)

        sums = queries.sums_of(project)
        assert (sums.houses, sums.share_fen, sums.short_houses) == (6, BUDGET_FEN, 0)

    def test_notes_what_sub_accounts_lack(self, scene: Scene) -> None:
        project = new_project(scene, budget_fen=12_000_000)

        sums = queries.sums_of(project)
        assert sums.short_houses == 6
        assert sums.shortfall_fen == 12_000_000 - 6 * 1_000_000

    def test_refuses_a_house_of_another_area(self, scene: Scene) -> None:
        project = new_project(scene)

        with pytest.raises(NotOfThisArea):
            drafting.choose_houses(project.pk, house_ids=[*scene.house_ids, 7], by=scene.chair, at=AT)

    def test_follows_a_changed_budget(self, scene: Scene) -> None:
        project = new_project(scene)

        drafting.edit_project(project.pk, basics=basics(scene, budget_fen=10_001), by=scene.chair, at=AT)

        assert queries.sums_of(again(project)).share_fen == 10_001


class TestPublishProject:
    def test_freezes_the_project_and_marks_its_houses(self, scene: Scene) -> None:
        project = published(scene)

        assert project.stage == Stage.NOTICE
        assert HouseClaim.objects.filter(source=project.source, kind="REPAIR").count() == 6
        assert PublicNotice.objects.get(source=project.source).kind == NoticeKind.PROJECT
        with pytest.raises(NotNow, match="不能修改项目"):
            drafting.choose_houses(project.pk, house_ids=scene.house_ids[:1], by=scene.chair, at=AT)

    def test_refuses_and_names_houses_that_cannot_bear_their_share(self, scene: Scene) -> None:
        project = new_project(scene, budget_fen=12_000_000)

        with pytest.raises(NotEnoughOnSubAccounts, match=r"1栋1单元 302缺 [\d,.]+ 元.*等 6 户，共缺 60,000.00 元"):
            announcing.publish_project(project.pk, open_until=WEEK_LATER, by=scene.chair, at=AT)

        assert again(project).stage == Stage.NEW

    def test_refuses_a_notice_shorter_than_the_city_asks(self, scene: Scene) -> None:
        project = new_project(scene)

        with pytest.raises(HasProblems, match="公示期不少于 7 天"):
            announcing.publish_project(project.pk, open_until=TODAY + dt.timedelta(days=6), by=scene.chair, at=AT)

    def test_refuses_what_somebody_has_changed_since_it_was_previewed(self, scene: Scene) -> None:
        project = new_project(scene)
        seen = project.version
        drafting.choose_houses(project.pk, house_ids=scene.house_ids[:2], by=scene.deputy, at=AT)

        with pytest.raises(NotNow, match="刚刚由他人办理过"):
            announcing.publish_project(project.pk, open_until=WEEK_LATER, by=scene.chair, at=AT, seen_version=seen)

    def test_refuses_areas_that_changed_after_the_allocation(self, scene: Scene) -> None:
        project = new_project(scene)
        house = scene.houses[0]
        house.area_dm2 += 1
        house.save()

        with pytest.raises(SharesAreStale):
            announcing.publish_project(project.pk, open_until=WEEK_LATER, by=scene.chair, at=AT)

    def test_is_refused_to_strangers(self, scene: Scene) -> None:
        project = new_project(scene)

        with pytest.raises(NotYours):
            announcing.publish_project(project.pk, open_until=WEEK_LATER, by=scene.stranger, at=AT)


class TestVote:
    def test_that_all_agree_to_leads_on(self, scene: Scene) -> None:
        assert passed(scene).stage == Stage.PASSED

    def test_that_fails_leads_back_and_may_be_held_again(self, scene: Scene) -> None:
        project = voting(scene)
        choices = dict.fromkeys(scene.house_ids, BallotChoice.AGAINST)
        deciding.enter_results(project.pk, choices, by=scene.chair, at=AT)

        vote = deciding.close_vote(project.pk, by=scene.chair, at=AT)

        assert vote.state == VoteState.FAILED
        assert again(project).stage == Stage.NOTICE
        with pytest.raises(NotNow, match="不能项目验收"):
            acceptance.accept_work(
                project.pk, accepted_on=TODAY, settlement_fen=BUDGET_FEN, acceptance="合格", by=scene.chair, at=AT
            )
        assert deciding.open_vote(project.pk, closes_on=WEEK_LATER, by=scene.chair, at=AT).is_open

    def test_follows_the_rule_of_the_city(self, scene: Scene) -> None:
        """Four of six agree and two stay away: enough for the Civil Code, not for two thirds of the whole area."""
        set_policy(
            kind=PolicyKind.VOTING_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=rule_to_json(OLD_DOUBLE_2_3),
            valid_from=dt.date(2020, 1, 1),
            scope="use",
        )
        project = voting(scene)
        smallest = sorted(scene.houses, key=lambda house: house.area_dm2)[:4]
        choices = {house.pk: BallotChoice.AGREE for house in smallest}
        deciding.enter_results(project.pk, choices, by=scene.chair, at=AT)

        assert deciding.close_vote(project.pk, by=scene.chair, at=AT).state == VoteState.FAILED

    def test_waits_for_the_end_of_the_notice_where_the_city_says_so(self, scene: Scene) -> None:
        set_policy(
            kind=PolicyKind.NOTICE_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=NoticeRule(least_days=7, wait_for_end=True),
            valid_from=dt.date(2020, 1, 1),
        )
        project = published(scene)

        with pytest.raises(NotNow, match="期满后才能办理下一步"):
            deciding.open_vote(project.pk, closes_on=WEEK_LATER, by=scene.chair, at=AT)


class TestAcceptWork:
    @pytest.mark.parametrize("difference", [-1, 1])
    def test_refuses_a_settlement_that_is_not_the_budget(self, scene: Scene, difference: int) -> None:
        project = passed(scene)

        with pytest.raises(HasProblems, match=r"结算金额须等于预算金额 38,765\.43 元"):
            acceptance.accept_work(
                project.pk,
                accepted_on=TODAY,
                settlement_fen=BUDGET_FEN + difference,
                acceptance="合格",
                by=scene.chair,
                at=AT,
            )

    def test_refuses_a_day_to_come(self, scene: Scene) -> None:
        project = passed(scene)

        with pytest.raises(HasProblems, match="不能晚于今天"):
            acceptance.accept_work(
                project.pk, accepted_on=WEEK_LATER, settlement_fen=BUDGET_FEN, acceptance="合格", by=scene.chair, at=AT
            )

    def test_and_its_notice_lead_to_the_application(self, scene: Scene) -> None:
        project = accepted(scene)

        assert project.stage == Stage.ACCEPTANCE_NOTICE
        assert set(PublicNotice.objects.filter(source=project.source).values_list("kind", flat=True)) == {
            NoticeKind.PROJECT,
            NoticeKind.ACCEPTANCE,
        }


class TestVisibleProjects:
    def test_are_hidden_from_the_office_until_published(self, scene: Scene) -> None:
        project = new_project(scene)

        assert queries.get_project(project.number, actor=scene.clerk) is None
        announcing.publish_project(project.pk, open_until=WEEK_LATER, by=scene.chair, at=AT)
        assert queries.get_project(project.number, actor=scene.clerk) == project

    def test_are_hidden_from_other_committees_banks_and_developers(self, scene: Scene) -> None:
        project = published(scene)

        for actor in (scene.stranger, scene.town.people["teller"], scene.town.people["developer"]):
            assert queries.get_project(project.number, actor=actor) is None
        assert queries.get_project(project.number, actor=scene.deputy) == project
