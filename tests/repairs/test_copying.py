"""复制 an earlier project, 保修期, 维修记录.

# covers: R1
# covers: R15
# covers: E17
"""

import datetime as dt

import pytest

from tests.banking.town import AT
from tests.repairs.scene import TODAY, Scene, again, make_scene
from tests.repairs.test_drafting import draft, pump, set_rule, two_works
from upkeep.books import sub_accounts
from upkeep.estate import facilities
from upkeep.estate.kinds import FacilityKind, HouseState
from upkeep.estate.models import Facility, House
from upkeep.policy.models import PolicyKind
from upkeep.policy.warranty_rule import WarrantyRule
from upkeep.repairs import announcing, copying, works
from upkeep.repairs.history import NotYours
from upkeep.repairs.models import AllocationWay, RepairProject
from upkeep.repairs.plan import Phase, set_plan
from upkeep.repairs.readiness import NotReady
from upkeep.repairs.records import Asked, records, repairs_of_house, shares_of_house
from upkeep.repairs.warranty import warranty_ends

pytestmark = pytest.mark.django_db
UNTIL = TODAY + dt.timedelta(days=10)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def leave_the_register(house: House) -> None:
    sub_accounts.close_for(house.area_id, [house.pk], on=TODAY)
    House.objects.filter(pk=house.pk).update(state=HouseState.CANCELLED)


def published(scene: Scene) -> RepairProject:
    project = two_works(scene)
    phases = [Phase(title="首期", amount_fen=2_000_000), Phase(title="末期", amount_fen=34_567)]
    set_plan(project.pk, phases=phases, by=scene.chair, at=AT)
    announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)
    return again(project)


class TestACopy:
    def test_has_works_houses_contractors_and_plan_under_a_new_number(self, scene: Scene) -> None:
        source = published(scene)
        at = AT + dt.timedelta(days=40)

        copy = copying.copy_project(source.pk, by=scene.deputy, at=at)

        assert copy.number != source.number and copy.copied_from == source
        assert (copy.stage, copy.kind, copy.budget_fen) == ("NEW", source.kind, source.budget_fen)
        assert copy.ends_on - copy.starts_on == source.ends_on - source.starts_on
        assert [one.contractor for one in works.works_of(copy)] == ["江城电梯", "江城机电"]
        assert list(copy.phases.order_by("number").values_list("amount_fen", flat=True)) == [2_000_000, 34_567]

        def merged(one: RepairProject) -> dict[int, int]:
            return dict(one.houses.values_list("house_id", "share_fen"))

        assert merged(copy) == merged(source)

    def test_leaves_out_houses_and_facilities_that_are_gone_and_divides_anew(self) -> None:
        scene = make_scene(balance_fen=0)
        source, gone = two_works(scene), scene.house_ids[0]
        leave_the_register(scene.houses[0])
        facilities.retire(facility_id=pump(scene).pk, reason="报废", by_id=None, at=AT)

        copy = copying.copy_project(source.pk, by=scene.chair, at=AT)

        [work] = works.works_of(copy)
        shares = dict(work.shares.values_list("house_id", "share_fen"))
        assert gone not in shares and len(shares) == 3 and sum(shares.values()) == 1_234_567

    def test_keeps_own_amounts_of_the_houses_that_are_left(self) -> None:
        scene = make_scene(balance_fen=0)
        source = two_works(scene)
        lift, _ = works.works_of(source)
        amounts = dict.fromkeys(scene.house_ids[:4], 1_000)
        works.set_own_amounts(source.pk, work_id=lift.pk, amounts=amounts, by=scene.chair, at=AT)
        leave_the_register(scene.houses[0])

        copy = copying.copy_project(source.pk, by=scene.chair, at=AT)

        own = works.works_of(copy)[0]
        assert (own.way, own.budget_fen, own.shares.count()) == (AllocationWay.OWN, 3_000, 3)

    def test_of_a_project_without_houses_is_a_draft_without_houses(self, scene: Scene) -> None:
        copy = copying.copy_project(draft(scene).pk, by=scene.chair, at=AT)

        assert (copy.house_count, copy.budget_fen) == (0, 0)

    def test_of_anothers_project_is_refused(self, scene: Scene) -> None:
        with pytest.raises(NotYours):
            copying.copy_project(published(scene).pk, by=scene.stranger, at=AT)


class TestWarranty:
    @pytest.mark.parametrize(
        ("built_in", "years", "ends"),
        [
            ("202311", 5, dt.date(2028, 11, 30)),
            ("202402", 5, dt.date(2029, 2, 28)),
            ("", 5, None),
            ("202311", 0, None),
        ],
    )
    def test_ends_with_the_month_of_completion_and_the_years(
        self, scene: Scene, built_in: str, years: int, ends: dt.date | None
    ) -> None:
        scene.lift.building = scene.houses[0].building
        scene.lift.building.built_in = built_in

        assert warranty_ends(scene.lift, WarrantyRule(lift=years)) == ends

    def test_of_the_whole_area_is_not_judged(self, scene: Scene) -> None:
        assert warranty_ends(pump(scene), WarrantyRule()) is None

    def test_names_years_for_every_type_of_facility(self) -> None:
        assert all(WarrantyRule().years_of(kind) >= 0 for kind in FacilityKind)

    @pytest.mark.parametrize(
        ("within", "on", "blocked"),
        [("BLOCK", "202411", True), ("BLOCK", "202410", False), ("WARN", "202411", False), ("OFF", "202411", False)],
    )
    def test_blocks_the_notice_where_the_city_says_so_to_the_last_day(
        self, scene: Scene, within: str, on: str, blocked: bool
    ) -> None:
        set_rule(scene, PolicyKind.WARRANTY_RULE, within=within, lift=2)
        building = scene.houses[0].building
        building.built_in = on
        building.save()
        project = two_works(scene)
        phases = [Phase(title="首期", amount_fen=2_000_000), Phase(title="末期", amount_fen=34_567)]
        set_plan(project.pk, phases=phases, by=scene.chair, at=AT)

        if blocked:
            with pytest.raises(NotReady, match="保修 2 年，至 2026年11月30日 期满"):
                announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)
        else:
            announcing.publish_project(project.pk, open_until=UNTIL, by=scene.chair, at=AT)


class TestRecords:
    def found(self, scene: Scene, **asked: object) -> list[str]:
        rows = records(Asked(**asked), actor=scene.chair)  # type: ignore[arg-type]
        return sorted(work.facility.name for work in rows)

    def test_are_of_published_projects_only(self, scene: Scene) -> None:
        two_works(scene)
        assert self.found(scene) == []
        published(scene)
        assert self.found(scene) == ["1号电梯", "生活水泵"]

    def test_are_narrowed_by_house_building_facility_contractor_and_words(self, scene: Scene) -> None:
        project, ids = published(scene), scene.house_ids

        assert self.found(scene, house_id=ids[0]) == ["1号电梯"]
        assert self.found(scene, house_id=ids[5]) == ["生活水泵"]
        assert self.found(scene, building_id=scene.houses[0].building_id) == ["1号电梯", "生活水泵"]
        assert self.found(scene, building_id=1) == []
        assert self.found(scene, facility_id=scene.lift.pk) == ["1号电梯"]
        assert self.found(scene, contractor="机电") == ["生活水泵"]
        assert self.found(scene, kind=FacilityKind.LIFT) == ["1号电梯"]
        assert self.found(scene, text="水泵") == ["生活水泵"]
        assert self.found(scene, text=project.number) == ["1号电梯", "生活水泵"]
        assert self.found(scene, since=TODAY + dt.timedelta(days=1)) == []
        assert self.found(scene, until=TODAY, area_id=scene.town.area.pk) == ["1号电梯", "生活水泵"]

    def test_of_a_house_say_what_it_bore(self, scene: Scene) -> None:
        project, house_id = published(scene), scene.house_ids[3]
        borne = shares_of_house(house_id, [work.pk for work in works.works_of(project)])

        [line] = repairs_of_house(house_id)
        assert sum(borne.values()) == line.share_fen and len(borne) == 2

    def test_are_seen_by_the_office_and_by_no_stranger(self, scene: Scene) -> None:
        published(scene)

        assert records(Asked(), actor=scene.clerk).count() == 2
        assert not records(Asked(), actor=scene.stranger).exists()
        assert Facility.objects.count() == 2
