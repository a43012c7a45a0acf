"""A draft: begun by whom the city lets, its facilities each with their houses, the merged list, who bears what.

# covers: R1
# covers: R2
"""

import datetime as dt
from dataclasses import replace

import pytest

from tests.banking.town import AT, person
from tests.repairs.scene import BALANCE_FEN, TODAY, Scene, again, basics, make_scene
from upkeep.estate import facilities
from upkeep.estate.kinds import FacilityKind, HouseNature, HouseState, HouseUse
from upkeep.estate.models import Facility, House, Ownership
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import Role
from upkeep.policy.models import Policy, PolicyKind
from upkeep.policy.project_rule import SUB_ACCOUNT
from upkeep.repairs import announcing, drafting, works
from upkeep.repairs.history import NotNow, NotYours
from upkeep.repairs.merged_list import parts_of, sums_of
from upkeep.repairs.models import DraftPage, FacilityShare, OutsideReason, ProjectHouse, RepairProject
from upkeep.repairs.queries import Narrowed, project_list, visible_to
from upkeep.repairs.readiness import NotReady, lacks
from upkeep.repairs.shares import SharesAreStale
from upkeep.repairs.stages import ProjectKind, Stage
from upkeep.repairs.works import NoSuchWork, WorkData

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def pump(scene: Scene) -> Facility:
    return facilities.find_or_add(
        area_id=scene.town.area.pk,
        place=facilities.Place(),
        data=facilities.Data(kind=FacilityKind.PUMP, name="生活水泵"),
        by_id=None,
        at=AT,
    )


def set_rule(scene: Scene, kind: PolicyKind, **value: object) -> None:
    Policy.objects.create(
        jurisdiction=scene.town.city, kind=kind, value=value, in_force=(dt.date(2020, 1, 1), None), basis="测试"
    )


def draft(scene: Scene, kind: ProjectKind = ProjectKind.GENERAL) -> RepairProject:
    """A draft with basic data only."""
    return drafting.create_project(
        area_id=scene.town.area.pk, basics=replace(basics(scene), works=()), by=scene.chair, at=AT, kind=kind
    )


def two_works(scene: Scene) -> RepairProject:
    """The lift for the first four houses, 12,345.67 yuan; the pump for the last four, 8,000 yuan."""
    project = draft(scene)
    lift, other = works.add_works(project.pk, facility_ids=[scene.lift.pk, pump(scene).pk], by=scene.chair, at=AT)
    data = {
        lift.pk: WorkData(content="更换钢丝绳", contractor="江城电梯", budget_fen=1_234_567),
        other.pk: WorkData(content="更换水泵", contractor="江城机电", budget_fen=800_000),
    }
    works.describe_works(project.pk, works=data, by=scene.chair, at=AT)
    ids = scene.house_ids
    works.choose_houses(project.pk, house_ids=ids[:4], work_id=lift.pk, by=scene.chair, at=AT)
    return works.choose_houses(project.pk, house_ids=ids[2:], work_id=other.pk, by=scene.chair, at=AT)


class TestADraft:
    def test_begins_with_basic_data_only_and_a_deadline_by_the_rule(self, scene: Scene) -> None:
        project = draft(scene, ProjectKind.EMERGENCY)

        assert (project.stage, project.kind, project.budget_fen) == ("NEW", "EMERGENCY", 0)
        assert project.due_on == TODAY + dt.timedelta(days=30 + 90)

    def test_is_begun_by_nobody_whom_the_city_does_not_let(self, scene: Scene) -> None:
        set_rule(scene, PolicyKind.PROJECT_RULE, starters=["PROPERTY_COMPANY"])

        with pytest.raises(NotYours, match="不能发起"):
            draft(scene)

    def test_is_begun_for_no_area_of_others(self, scene: Scene) -> None:
        with pytest.raises(NotYours):
            drafting.create_project(area_id=scene.town.area.pk, basics=basics(scene), by=scene.stranger, at=AT)

    def test_has_its_deadline_after_its_planned_end(self, scene: Scene) -> None:
        wrong = replace(basics(scene), works=(), due_on=TODAY)

        with pytest.raises(HasProblems, match="办结期限不能早于计划完工日"):
            drafting.edit_project(draft(scene).pk, basics=wrong, by=scene.chair, at=AT)

    def test_keeps_what_was_typed_wrongly_until_it_is_mended_and_is_not_published_before(self, scene: Scene) -> None:
        project = two_works(scene)
        typed = {"title": "电梯", "ends_on": "不知道"}
        drafting.keep_typed(project.pk, page=DraftPage.BASICS, typed=typed, faults=1, by=scene.chair, at=AT)

        kept = drafting.typed_on(project, DraftPage.BASICS)
        assert kept is not None and kept.typed == typed
        with pytest.raises(NotReady, match="“基本信息”有 1 处填写有误"):
            announcing.publish_project(project.pk, open_until=TODAY + dt.timedelta(days=9), by=scene.chair, at=AT)
        drafting.edit_project(project.pk, basics=replace(basics(scene), works=()), by=scene.chair, at=AT)
        assert drafting.typed_on(project, DraftPage.BASICS) is None

    def test_can_be_dropped_and_is_gone_from_every_list(self, scene: Scene) -> None:
        project = two_works(scene)
        drafting.drop_draft(project.pk, by=scene.chair, at=AT)

        assert again(project).stage == Stage.CANCELLED
        assert not project_list(actor=scene.chair).exists()
        assert not visible_to(scene.clerk).exists()
        assert project_list(actor=scene.chair, to=Narrowed(stage="CANCELLED")).exists()
        with pytest.raises(NotNow):
            drafting.drop_draft(project.pk, by=scene.chair, at=AT)

    def test_says_all_that_it_lacks(self, scene: Scene) -> None:
        project = draft(scene, ProjectKind.EMERGENCY)

        assert [one.text for one in lacks(project, on=TODAY)] == [
            "请在“基本信息”选择紧急原因",
            "请在“基本信息”上传紧急情况证明",
            "请选择要维修的设施设备",
        ]


class TestFacilities:
    def test_have_each_their_own_houses_and_are_merged(self, scene: Scene) -> None:
        project = two_works(scene)

        lift, other = works.works_of(project)
        assert sum(lift.shares.values_list("share_fen", flat=True)) == 1_234_567
        assert works.house_counts(project) == {lift.pk: 4, other.pk: 4}
        merged = dict(project.houses.values_list("house_id", "share_fen"))
        parts = parts_of(project, list(merged))
        assert set(merged) == set(scene.house_ids)
        assert {pk: sum(fen or 0 for fen in both) for pk, both in parts.items()} == merged
        assert parts[scene.house_ids[0]][1] is None
        assert (project.budget_fen, project.house_count) == (2_034_567, 6)
        assert project.payable_fen == project.limit_fen == 2_034_567

    def test_are_chosen_once_only_of_the_area_and_in_use(self, scene: Scene) -> None:
        project = draft(scene)
        works.add_works(project.pk, facility_ids=[scene.lift.pk, scene.lift.pk], by=scene.chair, at=AT)
        works.add_works(project.pk, facility_ids=[scene.lift.pk], by=scene.chair, at=AT)
        assert project.facilities.count() == 1

        retired = pump(scene)
        facilities.retire(facility_id=retired.pk, reason="报废", by_id=None, at=AT)
        for wrong in ([retired.pk], [1], []):
            with pytest.raises(Refusal):
                works.add_works(project.pk, facility_ids=wrong, by=scene.chair, at=AT)

    def test_are_taken_out_with_their_shares(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, other = works.works_of(project)
        works.remove_work(project.pk, work_id=lift.pk, by=scene.chair, at=AT)

        kept = again(project)
        assert (kept.budget_fen, kept.house_count) == (800_000, 4)
        assert not FacilityShare.objects.filter(work_id=lift.pk).exists()
        with pytest.raises(NoSuchWork):
            works.remove_work(project.pk, work_id=lift.pk, by=scene.chair, at=AT)
        assert works.works_of(project) == [other]

    def test_are_divided_anew_when_their_budget_changes(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, _ = works.works_of(project)
        data = {lift.pk: WorkData(content="a", contractor="b", budget_fen=1_000_001)}
        works.describe_works(project.pk, works=data, by=scene.chair, at=AT)

        assert sum(lift.shares.values_list("share_fen", flat=True)) == 1_000_001
        assert again(project).budget_fen == 1_800_001

    def test_of_others_projects_cannot_be_touched(self, scene: Scene) -> None:
        project = two_works(scene)
        [lift, _] = works.works_of(project)

        for act in (
            lambda: works.add_works(project.pk, facility_ids=[1], by=scene.stranger, at=AT),
            lambda: works.remove_work(project.pk, work_id=lift.pk, by=scene.stranger, at=AT),
            lambda: works.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.stranger, at=AT),
            lambda: works.set_own_amounts(project.pk, work_id=lift.pk, amounts={}, by=scene.stranger, at=AT),
            lambda: works.mark_cash(project.pk, house_ids=scene.house_ids, in_cash_now=True, by=scene.stranger, at=AT),
            lambda: drafting.drop_draft(project.pk, by=scene.stranger, at=AT),
        ):
            with pytest.raises(NotYours):
                act()


class TestMixedProperty:
    def test_is_borne_first_by_kind_of_property_then_by_area(self, scene: Scene) -> None:
        public = [house.pk for house in scene.houses if house.nature == HouseNature.SOLD_PUBLIC]
        ids = [pk for pk in scene.house_ids if pk not in public] + public
        House.objects.filter(pk__in=ids[:4]).update(area_dm2=30_000)
        House.objects.filter(pk__in=ids[4:]).update(area_dm2=40_000)
        House.objects.filter(pk=ids[0]).update(use=HouseUse.COMMERCIAL)
        project = draft(scene)
        [work] = works.add_works(project.pk, facility_ids=[scene.lift.pk], by=scene.chair, at=AT)
        works.choose_houses(project.pk, house_ids=ids, by=scene.chair, at=AT)
        works.divide_budget(project.pk, work_id=work.pk, budget_fen=3_000_000, by=scene.chair, at=AT)

        shares = dict(work.shares.values_list("house_id", "share_fen"))
        assert sum(shares[pk] for pk in ids[:4]) == 1_800_000
        assert sum(shares[pk] for pk in ids[4:]) == 1_200_000
        kinds = dict(project.houses.values_list("house_id", "fund_kind"))
        assert {kinds[pk] for pk in ids[4:]} == {"PUBLIC"}


class TestWhoBears:
    def unsold(self, scene: Scene) -> House:
        """A house without owner, whose first deposit nobody paid."""
        house = scene.houses[0]
        twin = House.objects.get(pk=house.pk)
        twin.pk, twin.room, twin.first_deposit_due_fen, twin.state = None, "901", None, HouseState.ACTIVE
        twin.nature = HouseNature.COMMODITY
        fresh = House(**{f.attname: getattr(twin, f.attname) for f in House._meta.fields if f.attname != "id"})
        fresh.save(force_insert=True)
        assert not Ownership.objects.filter(house=fresh).exists()
        return fresh

    def shared(self, scene: Scene, house_ids: list[int], budget_fen: int) -> RepairProject:
        project = draft(scene)
        [work] = works.add_works(project.pk, facility_ids=[scene.lift.pk], by=scene.chair, at=AT)
        works.choose_houses(project.pk, house_ids=house_ids, by=scene.chair, at=AT)
        return works.divide_budget(project.pk, work_id=work.pk, budget_fen=budget_fen, by=scene.chair, at=AT)

    def test_of_an_unsold_house_is_its_developer_outside_the_fund(self, scene: Scene) -> None:
        house = self.unsold(scene)
        project = self.shared(scene, [*scene.house_ids, house.pk], 700_000)

        line = ProjectHouse.objects.get(project=project, house=house)
        assert line.outside_reason == OutsideReason.UNSOLD
        assert (line.outside_fen, line.fund_fen, line.shortfall_fen) == (line.share_fen, 0, 0)
        assert project.payable_fen == 700_000 - line.share_fen
        assert sums_of(project).unsold_fen == line.share_fen

    def test_of_an_unsold_house_is_its_sub_account_where_the_city_says_so(self, scene: Scene) -> None:
        set_rule(scene, PolicyKind.PROJECT_RULE, unsold_bears=SUB_ACCOUNT)
        house = self.unsold(scene)
        project = self.shared(scene, [*scene.house_ids, house.pk], 700_000)

        line = ProjectHouse.objects.get(project=project, house=house)
        assert (line.fund_fen, line.outside_fen, line.shortfall_fen) == (line.share_fen, 0, line.share_fen)

    def test_of_a_shortfall_is_the_owner_in_cash_once_that_is_noted(self, scene: Scene) -> None:
        project = self.shared(scene, scene.house_ids, BALANCE_FEN * 6 + 60_000)
        short = sums_of(project)
        assert short.short_houses and short.short_fen
        ids = list(project.houses.filter(shortfall_fen__gt=0).values_list("house_id", flat=True))

        works.mark_cash(project.pk, house_ids=ids, in_cash_now=True, by=scene.chair, at=AT)
        kept = again(project)
        assert kept.payable_fen == kept.budget_fen - short.short_fen
        assert sums_of(kept).cash_fen == short.short_fen and not sums_of(kept).short_houses
        lines = ProjectHouse.objects.filter(project=project, house_id__in=ids)
        assert {line.fund_fen for line in lines} == {BALANCE_FEN}

        [work] = works.works_of(project)
        works.divide_budget(project.pk, work_id=work.pk, budget_fen=600_000, by=scene.chair, at=AT)
        assert again(project).payable_fen == 600_000

    def test_takes_the_note_of_cash_back(self, scene: Scene) -> None:
        project = self.shared(scene, scene.house_ids, BALANCE_FEN * 7)
        ids = scene.house_ids
        works.mark_cash(project.pk, house_ids=ids, in_cash_now=True, by=scene.chair, at=AT)
        works.mark_cash(project.pk, house_ids=ids, in_cash_now=False, by=scene.chair, at=AT)

        assert again(project).payable_fen == BALANCE_FEN * 7
        with pytest.raises(Refusal, match="不参与分摊"):
            works.mark_cash(project.pk, house_ids=[1], in_cash_now=True, by=scene.chair, at=AT)

    def test_cannot_publish_shares_that_the_register_has_overtaken(self, scene: Scene) -> None:
        project = drafting.create_project(area_id=scene.town.area.pk, basics=basics(scene), by=scene.chair, at=AT)
        drafting.choose_houses(project.pk, house_ids=scene.house_ids, by=scene.chair, at=AT)
        House.objects.filter(pk=scene.house_ids[0]).update(area_dm2=9_500)
        until = TODAY + dt.timedelta(days=9)

        with pytest.raises(SharesAreStale):
            announcing.publish_project(project.pk, open_until=until, by=scene.chair, at=AT)
        works.share_anew(project.pk, by=scene.chair, at=AT)
        announcing.publish_project(project.pk, open_until=until, by=scene.chair, at=AT)
        assert again(project).stage == Stage.NOTICE


class TestTheList:
    def test_is_narrowed_by_kind_area_period_and_deadline(self, scene: Scene) -> None:
        late = drafting.create_project(
            area_id=scene.town.area.pk,
            basics=replace(basics(scene), works=(), due_on=TODAY + dt.timedelta(days=30)),
            by=scene.chair,
            at=AT,
            kind=ProjectKind.EMERGENCY,
        )
        draft(scene)
        area, day = scene.town.area.pk, dt.timedelta(days=1)

        def found(to: Narrowed) -> int:
            return project_list(actor=scene.chair, to=to).count()

        assert found(Narrowed()) == 2
        assert found(Narrowed(kind="EMERGENCY")) == 1
        assert (found(Narrowed(area_id=area)), found(Narrowed(area_id=1))) == (2, 0)
        assert (found(Narrowed(since=TODAY, until=TODAY)), found(Narrowed(since=TODAY + day))) == (2, 0)
        assert list(project_list(actor=scene.chair, to=Narrowed(overdue_on=TODAY + 31 * day))) == [late]
        assert late.is_overdue(on=TODAY + 31 * day) and not late.is_overdue(on=TODAY + 30 * day)

    def test_shows_a_draft_to_nobody_but_its_starter(self, scene: Scene) -> None:
        draft(scene)
        company = person(username="p9", name="老王", role=Role.PROPERTY_COMPANY, city=scene.town.district)

        assert project_list(actor=scene.deputy).count() == 1
        for other in (scene.clerk, scene.stranger, company):
            assert not project_list(actor=other).exists()
