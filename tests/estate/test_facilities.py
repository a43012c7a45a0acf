"""设施设备: entered, corrected, moved and taken out of use at the places of an area; its history is only added to.

# covers: E17
"""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.cast import AT, LATER, Cast, at_once
from upkeep.estate import facilities
from upkeep.estate.facilities import Data, FacilityChanged, FacilityExists, NoSuchPlace, Place
from upkeep.estate.kinds import FacilityKind
from upkeep.estate.models import Area, Building, Facility, FacilityEvent
from upkeep.kernel.errors import Refusal

GATE = Data(kind=FacilityKind.GATE, name="小区大门")


def add(area: Area, place: Place | None = None, data: Data = GATE) -> Facility:
    return facilities.add(area_id=area.pk, place=place or Place(), data=data, by_id=None, at=AT)


def tower(area: Area) -> Building:
    return Building.objects.get(area=area, name="1幢")


def move(area: Area, *ids: int, to: Place) -> int:
    return facilities.move(area_id=area.pk, facility_ids=ids, to=to, by_id=None, at=LATER)


@pytest.mark.django_db
class TestTheTree:
    def test_holds_the_area_its_buildings_and_their_units(self, settled: Cast) -> None:
        tree = facilities.place_tree(settled.area("翠竹苑").pk)

        assert [(one.depth, one.name) for one in tree] == [
            (0, "小区公共"),
            (1, "1幢"),
            (2, "1单元"),
            (2, "2单元"),
        ]

    def test_counts_a_buildings_units_with_it(self, settled: Cast) -> None:
        area = settled.area("翠竹苑")
        before = {one.name: one.count for one in facilities.place_tree(area.pk)}

        add(area, Place(tower(area).pk, "2"))

        after = {one.name: one.count for one in facilities.place_tree(area.pk)}
        assert (after["1幢"], after["2单元"]) == (before["1幢"] + 1, before["2单元"] + 1)
        assert after["小区公共"] == before["小区公共"] == 2

    @pytest.mark.parametrize("text", ["", "x", "b", "bx-1", "b-1", "areas", "b99999999999999999999"])
    def test_is_not_asked_for_what_is_no_place(self, text: str) -> None:
        assert facilities.read_place(text) is None

    @pytest.mark.parametrize("place", [Place(), Place(12), Place(12, "1单元"), Place(12, "A-B")])
    def test_is_named_in_addresses(self, place: Place) -> None:
        assert facilities.read_place(place.key) == place


@pytest.mark.django_db
class TestAFacility:
    def test_is_entered_at_a_place_and_remembered(self, settled: Cast) -> None:
        area = settled.area()

        gate = add(area)

        assert (gate.place, gate.area) == ("小区公共", area)
        [event] = gate.events.all()
        assert (event.act, event.after, event.at) == ("ADDED", "小区公共：大门围墙，小区大门", AT)

    def test_of_a_unit_takes_the_spelling_of_the_houses(self, settled: Cast) -> None:
        area = settled.area()

        assert add(area, Place(tower(area).pk, "1")).unit == "1单元"

    def test_is_refused_at_a_place_of_another_area(self, settled: Cast) -> None:
        elsewhere = tower(settled.area("翠竹苑"))

        with pytest.raises(NoSuchPlace):
            add(settled.area(), Place(elsewhere.pk))
        with pytest.raises(NoSuchPlace):
            add(settled.area(), Place(tower(settled.area()).pk, "9单元"))

    def test_has_a_name_of_its_own_at_its_place(self, settled: Cast) -> None:
        area = settled.area()
        add(area)

        with pytest.raises(FacilityExists, match="小区公共已有名为“小区大门”"):
            add(area)
        assert add(area, Place(tower(area).pk)).name == "小区大门"

    def test_is_found_again_when_a_project_names_it(self, settled: Cast) -> None:
        area = settled.area()
        known = add(area, Place(tower(area).pk, "1单元"))

        again = facilities.find_or_add(
            area_id=area.pk, place=Place(tower(area).pk, "1"), data=GATE, by_id=None, at=LATER
        )

        assert again == known

    @pytest.mark.parametrize(
        ("installed", "years", "ends"),
        [
            (dt.date(2011, 11, 20), 15, dt.date(2026, 11, 20)),
            (dt.date(2024, 2, 29), 1, dt.date(2025, 3, 1)),
            (dt.date(2024, 2, 29), 4, dt.date(2028, 2, 29)),
            (None, 15, None),
            (dt.date(2011, 11, 20), None, None),
        ],
    )
    def test_lives_whole_years(self, installed: dt.date | None, years: int | None, ends: dt.date | None) -> None:
        assert Data(kind=FacilityKind.LIFT, name="电梯", installed_on=installed, life_years=years).life_ends_on == ends

    def test_is_listed_as_late_from_the_day_its_life_ends(self, settled: Cast) -> None:
        old = Data(kind=FacilityKind.LIFT, name="老电梯", installed_on=dt.date(2011, 11, 20), life_years=15)
        lift, company = add(settled.area(), data=old), settled["demo-company"]

        assert lift not in facilities.past_their_life(actor=company, on=dt.date(2026, 11, 19))
        assert lift in facilities.past_their_life(actor=company, on=dt.date(2026, 11, 20))
        facilities.retire(facility_id=lift.pk, reason="已更换", by_id=None, at=LATER)
        assert lift not in facilities.past_their_life(actor=company, on=dt.date(2026, 11, 20))

    def test_is_corrected_with_what_was_said_before(self, settled: Cast) -> None:
        gate = add(settled.area())
        better = Data(kind=FacilityKind.GATE, name="东大门", maker="江城门业", life_years=20)

        changed = facilities.correct(facility_id=gate.pk, data=better, seen_version=1, by_id=None, at=LATER)

        assert (changed.name, changed.maker, changed.version) == ("东大门", "江城门业", 2)
        event = gate.events.last()
        assert event and (event.before, event.after) == (
            "大门围墙，小区大门",
            "大门围墙，东大门，江城门业，使用年限 20 年",
        )

    def test_corrected_to_the_same_keeps_its_history_short(self, settled: Cast) -> None:
        gate = add(settled.area())

        facilities.correct(facility_id=gate.pk, data=GATE, seen_version=1, by_id=None, at=LATER)

        assert gate.events.count() == 1

    def test_that_another_has_changed_is_not_overwritten(self, settled: Cast) -> None:
        gate = add(settled.area())
        facilities.correct(
            facility_id=gate.pk, data=Data(kind=FacilityKind.GATE, name="东门"), seen_version=1, by_id=None, at=LATER
        )

        with pytest.raises(FacilityChanged, match="刚刚被他人修改"):
            facilities.correct(
                facility_id=gate.pk,
                data=Data(kind=FacilityKind.GATE, name="西门"),
                seen_version=1,
                by_id=None,
                at=LATER,
            )

    def test_out_of_use_stays_so_and_frees_its_name(self, settled: Cast) -> None:
        area = settled.area()
        gate = add(area)

        retired = facilities.retire(facility_id=gate.pk, reason="拆除", by_id=None, at=LATER)

        assert (retired.state, retired.retired_on, retired.retire_reason) == ("RETIRED", LATER.date(), "拆除")
        assert gate not in facilities.in_use(area.pk)
        assert add(area).pk != gate.pk
        with pytest.raises(FacilityChanged, match="已停用"):
            facilities.retire(facility_id=gate.pk, reason="再次", by_id=None, at=LATER)
        with pytest.raises(FacilityChanged, match="已停用"):
            facilities.correct(
                facility_id=gate.pk,
                data=Data(kind=FacilityKind.GATE, name="西门"),
                seen_version=2,
                by_id=None,
                at=LATER,
            )

    def test_is_not_taken_out_of_use_without_a_reason(self, settled: Cast) -> None:
        with pytest.raises(Refusal, match="请填写停用原因"):
            facilities.retire(facility_id=add(settled.area()).pk, reason="  ", by_id=None, at=LATER)


@pytest.mark.django_db
class TestMoving:
    def test_puts_several_to_another_place_and_keeps_where_they_stood(self, settled: Cast) -> None:
        area = settled.area()
        pump = add(area, data=Data(kind=FacilityKind.PUMP, name="备用水泵"))
        gate, to = add(area), Place(tower(area).pk, "1单元")

        assert move(area, gate.pk, pump.pk, to=to) == 2

        for one in (gate, pump):
            one.refresh_from_db()
            event = one.events.last()
            assert one.place == "1幢 1单元"
            assert event and (event.act, event.before, event.after) == ("MOVED", "小区公共", "1幢 1单元")

    def test_leaves_what_stands_there_already(self, settled: Cast) -> None:
        gate = add(settled.area())

        assert move(settled.area(), gate.pk, to=Place()) == 0
        assert gate.events.count() == 1

    def test_moves_none_where_one_name_is_taken(self, settled: Cast) -> None:
        area = settled.area()
        there, here = add(area, Place(tower(area).pk)), add(area)
        other = add(area, data=Data(kind=FacilityKind.GATE, name="侧门"))

        with pytest.raises(FacilityExists):
            move(area, other.pk, here.pk, to=Place(tower(area).pk))

        other.refresh_from_db()
        assert other.place == "小区公共" and there.events.count() == 1

    def test_takes_nothing_from_another_area(self, settled: Cast) -> None:
        foreign = add(settled.area("翠竹苑"))

        with pytest.raises(FacilityChanged):
            move(settled.area(), foreign.pk, to=Place(tower(settled.area()).pk))

    def test_asks_for_something_to_move(self, settled: Cast) -> None:
        with pytest.raises(Refusal, match="请先勾选"):
            move(settled.area(), to=Place())


@pytest.mark.django_db
class TestWhoSees:
    @pytest.mark.parametrize(
        ("who", "sees", "keeps"),
        [
            ("demo-company", True, True),
            ("demo-committee", True, True),
            ("demo-clerk", True, False),
            ("demo-developer", False, False),
            ("more-company3", False, False),
            ("demo-teller1", False, False),
            ("stranger-clerk", False, False),
        ],
    )
    def test_the_facilities_of_an_area(self, settled: Cast, who: str, sees: bool, keeps: bool) -> None:
        area = settled.area()
        gate = add(area)

        assert (gate in facilities.facilities_for(settled[who])) is sees
        assert facilities.may_keep(settled[who], area_id=area.pk) is keeps


@pytest.mark.django_db
class TestTheDatabase:
    @pytest.mark.parametrize("change", ["delete from {0}", "update {0} set after = 'x'"])
    def test_keeps_the_history_as_it_was_written(self, settled: Cast, change: str) -> None:
        add(settled.area())

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change.format("estate_facilityevent"))
        assert FacilityEvent.objects.exists()

    def test_refuses_to_delete_a_facility(self, settled: Cast) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("delete from estate_facility")

    def test_refuses_a_building_of_another_area_and_another_area(self, settled: Cast) -> None:
        gate, other = add(settled.area()), settled.area("翠竹苑")

        for wrong in ({"building": tower(other)}, {"area": other}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Facility.objects.filter(pk=gate.pk).update(**wrong)

    def test_refuses_to_bring_back_what_is_out_of_use(self, settled: Cast) -> None:
        gate = add(settled.area())
        facilities.retire(facility_id=gate.pk, reason="拆除", by_id=None, at=LATER)

        with pytest.raises(IntegrityError, match="out of use"), transaction.atomic():
            Facility.objects.filter(pk=gate.pk).update(state="IN_USE", retired_on=None, retire_reason="")

    @pytest.mark.parametrize(
        ("constraint", "wrong"),
        [
            ("facility_unit_is_of_a_building", {"unit": "1单元"}),
            ("facility_state_is_known", {"kind": "CASTLE"}),
            ("facility_life_is_of_years", {"life_years": 101}),
            ("facility_life_ends_iff_it_is_known", {"life_ends_on": dt.date(2026, 1, 1)}),
            ("facility_is_retired_with_day_and_reason", {"state": "RETIRED"}),
        ],
    )
    def test_refuses_what_cannot_be(self, settled: Cast, constraint: str, wrong: dict[str, object]) -> None:
        gate = add(settled.area())

        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Facility.objects.filter(pk=gate.pk).update(**wrong)


@pytest.mark.commits
class TestTwoAtOnce:
    def test_enter_one_facility_of_a_name(self, settled: Cast) -> None:
        area = settled.area()

        answers = at_once(lambda: add(area), lambda: add(area))

        assert len([one for one in answers if isinstance(one, FacilityExists)]) == 1
        assert Facility.objects.filter(name="小区大门").count() == 1

    def test_correct_one_after_the_other_has_seen_it(self, settled: Cast) -> None:
        gate = add(settled.area())

        def correct(name: str) -> Facility:
            data = Data(kind=FacilityKind.GATE, name=name)
            return facilities.correct(facility_id=gate.pk, data=data, seen_version=1, by_id=None, at=LATER)

        answers = at_once(lambda: correct("东门"), lambda: correct("西门"))

        assert len([one for one in answers if isinstance(one, FacilityChanged)]) == 1
