"""The history of the register: written in bulk, read by house and by area, and never changed afterwards."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import DatabaseError, transaction

from tests.cast import AT, Cast
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.estate import history
from upkeep.estate.history import BuildingFieldChange, HouseFieldChange
from upkeep.estate.models import BuildingChange, House, HouseChange
from upkeep.estate.models.history import BuildingField, HouseField

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(settled: Cast) -> Case:
    """Any case will do."""
    return engine.start(register["area_collection"], by=settled["demo-developer"], at=AT)


def written(case: Case, cast: Cast) -> tuple[House, HouseChange, BuildingChange]:
    house = House.objects.filter(area=cast.area()).select_related("building").first()
    assert house is not None
    history.record_house_changes(
        [
            HouseFieldChange(house.pk, HouseField.USE, "住宅", "商业"),
            HouseFieldChange(house.pk, HouseField.UNIT, "1", "1"),
        ],
        case_id=case.pk,
        by_id=None,
        at=AT,
    )
    history.record_building_changes(
        [BuildingFieldChange(house.building_id, BuildingField.STRUCTURE, "", "框架结构")],
        case_id=case.pk,
        by_id=None,
        at=AT,
    )
    return house, HouseChange.objects.get(), BuildingChange.objects.get()


class TestTheHistoryOfTheRegister:
    def test_keeps_what_changed_and_leaves_out_what_did_not(self, settled: Cast, case: Case) -> None:
        house, _, _ = written(case, settled)

        assert [(one.get_field_display(), one.before, one.after) for one in history.changes_of_house(house.pk)] == [
            ("房屋用途", "住宅", "商业")
        ]

    def test_shows_a_moved_building_in_both_areas(self, settled: Cast, case: Case) -> None:
        house, _, change = written(case, settled)
        other = House.objects.exclude(area=house.area).first()
        assert other is not None
        house.building.area = other.area
        house.building.name = "迁入1幢"
        house.building.save()

        assert change in history.changes_of_buildings(house.area_id)
        assert change in history.changes_of_buildings(other.area_id)

    def test_shows_the_latest_first(self, settled: Cast, case: Case) -> None:
        house, _, _ = written(case, settled)
        later = [HouseFieldChange(house.pk, HouseField.USE, "商业", "办公")]
        history.record_house_changes(later, case_id=case.pk, by_id=None, at=AT + dt.timedelta(days=1))

        assert [one.after for one in history.changes_of_house(house.pk)] == ["办公", "商业"]

    @pytest.mark.parametrize(
        "attack",
        [
            lambda: HouseChange.objects.update(after="住宅"),
            lambda: HouseChange.objects.all()._raw_delete("default"),
            lambda: BuildingChange.objects.update(after=""),
            lambda: BuildingChange.objects.all()._raw_delete("default"),
        ],
    )
    def test_is_refused_any_change_by_the_database(
        self, settled: Cast, case: Case, attack: Callable[[], object]
    ) -> None:
        written(case, settled)

        with pytest.raises(DatabaseError, match=r"append-only|permission denied"), transaction.atomic():
            attack()

    def test_holds_no_line_that_changes_nothing(self, settled: Cast, case: Case) -> None:
        house, _, _ = written(case, settled)

        with pytest.raises(DatabaseError, match="house_change_changes_something"), transaction.atomic():
            HouseChange.objects.create(house=house, field=HouseField.NOTE, before="甲", after="甲", case=case, at=AT)
