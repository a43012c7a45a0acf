"""自定义分摊金额: by workbook or line by line, every bad cell named; allocations are exact and the merged list adds up.

# covers: R3
# covers: R2
"""

import datetime as dt
import io
from collections.abc import Mapping

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.banking.town import AT
from tests.repairs.scene import TODAY, Scene, again, make_scene
from tests.repairs.test_drafting import two_works
from upkeep.kernel.allocation import allocate, allocate_in_groups
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.repairs import announcing, works
from upkeep.repairs.merged_list import parts_of
from upkeep.repairs.merged_sheet import merged_workbook
from upkeep.repairs.models import AllocationWay, ProjectFacility, RepairProject
from upkeep.repairs.own_amounts_sheet import OwnAmountsSheet, amounts_in

totals = st.integers(min_value=0, max_value=10**11)
areas = st.dictionaries(st.integers(1, 10**9), st.integers(1, 10**6), min_size=1, max_size=40)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


class TestAllocationInGroups:
    @given(total=totals, weights=areas, salt=st.integers(1, 5))
    def test_is_exact_within_a_fen_for_each_house_and_each_kind_whatever_the_order(
        self, total: int, weights: dict[int, int], salt: int
    ) -> None:
        groups = {key: "ABC"[key * salt % 3] for key in weights}
        shares, whole = allocate_in_groups(total, weights, groups), sum(weights.values())

        assert sum(shares.values()) == total
        assert all(abs(share * whole - total * weights[key]) < whole for key, share in shares.items())
        for name in set(groups.values()):
            members = [key for key in weights if groups[key] == name]
            part = sum(shares[key] for key in members)
            assert abs(part * whole - total * sum(weights[key] for key in members)) < whole
        turned = dict(reversed(list(weights.items())))
        assert allocate_in_groups(total, turned, groups) == shares

    @given(total=totals, weights=areas)
    def test_is_the_plain_allocation_where_there_is_one_kind(self, total: int, weights: dict[int, int]) -> None:
        assert allocate_in_groups(total, weights, dict.fromkeys(weights, "A")) == allocate(total, weights)

    def test_gives_the_worked_example_of_mixed_property(self) -> None:
        shares = allocate_in_groups(3_000_000, {1: 120_000, 2: 80_000}, {1: "DWELLING", 2: "PUBLIC"})

        assert shares == {1: 1_800_000, 2: 1_200_000}

    @pytest.mark.parametrize(("total", "weights"), [(-1, {1: 1}), (1, {1: 0}), (1, {1: 2, 2: -1})])
    def test_refuses_what_cannot_be_divided(self, total: int, weights: dict[int, int]) -> None:
        with pytest.raises(ValueError, match="not negative"):
            allocate_in_groups(total, weights, dict.fromkeys(weights, "A"))


def workbook_of(work: ProjectFacility) -> bytes:
    return OwnAmountsSheet().template(rows=OwnAmountsSheet.rows(works.shares_in_grid_order(work)))


def changed(content: bytes, cells: Mapping[str, object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in cells.items():
        book.worksheets[0][cell] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, work: ProjectFacility) -> tuple[dict[int, int], list[tuple[str, str]]]:
    found, faults = amounts_in(OwnAmountsSheet().read(content, at=TODAY), works.shares_in_grid_order(work))
    return found, [(fault.cell, fault.text) for fault in faults]


@pytest.mark.django_db
class TestAWorkbook:
    def test_comes_back_as_it_went_out(self, scene: Scene) -> None:
        lift, _ = works.works_of(two_works(scene))

        assert read(workbook_of(lift), lift) == (dict(lift.shares.values_list("house_id", "share_fen")), [])

    def test_filled_in_sets_amounts_and_makes_the_budget_of_them(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, _ = works.works_of(project)
        found, faults = read(changed(workbook_of(lift), {"E2": 100.5, "E3": "0"}), lift)
        assert not faults
        works.set_own_amounts(project.pk, work_id=lift.pk, amounts=found, by=scene.chair, at=AT)

        kept = works.works_of(again(project))[0]
        assert (kept.way, kept.budget_fen) == (AllocationWay.OWN, sum(found.values()))
        amounts = [share.share_fen for share in works.shares_in_grid_order(lift)]
        assert amounts[:2] == [10_050, 0]
        assert again(project).budget_fen == 800_000 + kept.budget_fen

    def test_names_every_bad_cell(self, scene: Scene) -> None:
        lift, _ = works.works_of(two_works(scene))
        row = {"A4": "没有这栋", "E2": "一百元", "E3": -1, "E5": 1.234}

        _, faults = read(changed(workbook_of(lift), row), lift)

        assert [cell for cell, _ in faults] == ["E2", "E3", "C4", "E5"]
        assert "不是该设施设备的分摊房屋" in dict(faults)["C4"] and "不能小于 0" in dict(faults)["E3"]

    def test_names_a_house_that_stands_twice(self, scene: Scene) -> None:
        lift, _ = works.works_of(two_works(scene))
        shares = list(works.shares_in_grid_order(lift))
        twice = {"A3": shares[0].house.building.name, "B3": shares[0].house.unit, "C3": shares[0].house.room}

        assert "与第 2 行是同一户房屋" in read(changed(workbook_of(lift), twice), lift)[1][0][1]


@pytest.mark.django_db
class TestOwnAmounts:
    def test_stay_with_the_houses_that_stay_when_others_come_and_go(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, _ = works.works_of(project)
        ids = scene.house_ids
        works.set_own_amounts(project.pk, work_id=lift.pk, amounts={ids[0]: 777}, by=scene.chair, at=AT)
        works.choose_houses(project.pk, house_ids=[ids[0], ids[5]], work_id=lift.pk, by=scene.chair, at=AT)

        assert dict(lift.shares.values_list("house_id", "share_fen")) == {ids[0]: 777, ids[5]: 0}
        assert works.works_of(project)[0].budget_fen == 777

    def test_give_way_to_a_budget_divided_by_area(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, _ = works.works_of(project)
        works.set_own_amounts(project.pk, work_id=lift.pk, amounts={scene.house_ids[0]: 1}, by=scene.chair, at=AT)
        works.divide_budget(project.pk, work_id=lift.pk, budget_fen=500_000, by=scene.chair, at=AT)

        kept = works.works_of(project)[0]
        assert (kept.way, kept.budget_fen) == (AllocationWay.BUDGET, 500_000)
        assert sum(lift.shares.values_list("share_fen", flat=True)) == 500_000

    def test_are_of_sharing_houses_and_never_negative(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, _ = works.works_of(project)
        for wrong in ({scene.house_ids[5]: 1}, {scene.house_ids[0]: -1}):
            with pytest.raises(HasProblems):
                works.set_own_amounts(project.pk, work_id=lift.pk, amounts=wrong, by=scene.chair, at=AT)
        with pytest.raises(HasProblems, match="大于 0"):
            works.divide_budget(project.pk, work_id=lift.pk, budget_fen=0, by=scene.chair, at=AT)

    def test_cannot_change_once_the_project_is_published(self, scene: Scene) -> None:
        project = two_works(scene)
        lift, other = works.works_of(project)
        works.remove_work(project.pk, work_id=other.pk, by=scene.chair, at=AT)
        RepairProject.objects.filter(pk=project.pk).update(kind="SIMPLE")
        announcing.publish_project(project.pk, open_until=TODAY + dt.timedelta(days=9), by=scene.chair, at=AT)

        with pytest.raises(Refusal, match="不能修改项目"):
            works.set_own_amounts(project.pk, work_id=lift.pk, amounts={}, by=scene.chair, at=AT)

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(amounts=st.lists(st.integers(0, 10**7), min_size=4, max_size=4), budget=st.integers(1, 10**8))
    def test_and_budgets_together_make_the_merged_list(self, scene: Scene, amounts: list[int], budget: int) -> None:
        project = two_works(scene)
        lift, other = works.works_of(project)
        own = dict(zip(scene.house_ids[:4], amounts, strict=True))
        works.set_own_amounts(project.pk, work_id=lift.pk, amounts=own, by=scene.chair, at=AT)
        works.divide_budget(project.pk, work_id=other.pk, budget_fen=budget, by=scene.chair, at=AT)

        kept = again(project)
        merged = dict(kept.houses.values_list("house_id", "share_fen"))
        parts = parts_of(kept, list(merged))
        assert kept.budget_fen == sum(merged.values()) == sum(amounts) + budget
        assert {pk: sum(fen or 0 for fen in both) for pk, both in parts.items()} == merged
        assert read(workbook_of(lift), lift) == (own, [])

    def test_are_exported_with_a_column_for_each_facility(self, scene: Scene) -> None:
        book = openpyxl.load_workbook(io.BytesIO(merged_workbook(two_works(scene))))

        header = [cell.value for cell in book.worksheets[0][1]]
        assert "1号电梯（1栋 1单元）" in header and "生活水泵（小区公共）" in header
        assert book.worksheets[0].max_row == 7
