"""The register: areas, houses and owners are entered once, all or none."""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.banking.town import new_house
from tests.cast import AT, Cast, at_once
from upkeep.demo.city import found_committee
from upkeep.estate import actions
from upkeep.estate.actions import AreaExists, HouseExists, NewOwner, NoSuchCommittee
from upkeep.estate.kinds import FacilityKind, IdKind
from upkeep.estate.models import Area, Building, Facility, House, Owner, Ownership
from upkeep.kernel.numbers import is_number

Queries = Callable[[int], AbstractContextManager[Any]]
SINCE = dt.date(2026, 11, 20)


def create(cast: Cast, name: str = "云水谣", **changes: Any) -> Area:
    values = {"jurisdiction_id": cast.city.districts[0].pk, "developer_id": cast.city.developers[0].pk}
    return actions.create_area(
        **{"name": name, "address": "江阳区", "floor_area_dm2": 100_00, "at": AT, **values, **changes}
    )


def owner(house: House, *, name: str = "张三", number: str = "11010519491231002X") -> NewOwner:
    return NewOwner(house_id=house.pk, name=name, id_kind=IdKind.ID_CARD, id_number=number, phone="13812345678")


def bind(cast: Cast, *owners: NewOwner) -> int:
    return actions.bind_owners(jurisdiction_id=cast.city.jurisdiction.pk, owners=owners, since=SINCE)


@pytest.mark.django_db
class TestAnArea:
    def test_is_entered_with_a_number_and_its_initials(self, cast: Cast) -> None:
        area = create(cast, "江南名邸")

        assert is_number(area.number)
        assert area.number.startswith("WY20261120")
        assert area.initials == "jnmd"

    def test_of_a_name_in_the_district_is_refused_and_uses_no_number(self, cast: Cast) -> None:
        create(cast)
        with pytest.raises(AreaExists, match="“云水谣”已经备案"):
            create(cast)

        assert create(cast, "桂花苑").number[10:16] == "000002"

    def test_of_a_name_in_another_district_is_entered(self, cast: Cast) -> None:
        create(cast)

        assert create(cast, jurisdiction_id=cast.city.districts[1].pk).name == "云水谣"


@pytest.mark.django_db
class TestHouses:
    def test_are_entered_with_their_buildings_in_order_of_first_mention(self, cast: Cast) -> None:
        area = create(cast)
        named = [("2栋", "201"), ("1栋", "101"), ("2栋", "202"), ("车库", "B1")]

        ids = actions.add_houses(area_id=area.pk, houses=[new_house(building=b, room=r) for b, r in named])

        assert list(House.objects.order_by("pk").values_list("pk", "room")) == [
            (pk, room) for pk, (_, room) in zip(ids, named, strict=True)
        ]
        assert list(Building.objects.order_by("order").values_list("name", flat=True)) == ["2栋", "1栋", "车库"]

    def test_added_later_join_the_building_that_is_there(self, cast: Cast) -> None:
        area = create(cast)
        actions.add_houses(area_id=area.pk, houses=[new_house(room="101")])
        actions.add_houses(area_id=area.pk, houses=[new_house(room="102"), new_house(building="2栋", room="101")])

        assert list(Building.objects.values_list("name", "order")) == [("1栋", 1), ("2栋", 2)]

    def test_are_entered_all_or_none(self, cast: Cast) -> None:
        area = create(cast)
        actions.add_houses(area_id=area.pk, houses=[new_house(room="101")])

        with pytest.raises(HouseExists, match="已在楼盘表中"):
            actions.add_houses(area_id=area.pk, houses=[new_house(building="9栋", room="1"), new_house(room="101")])

        assert (House.objects.count(), Building.objects.count()) == (1, 1)

    def test_in_thousands_cost_a_handful_of_statements(self, cast: Cast, django_assert_max_num_queries: Any) -> None:
        area = create(cast)
        houses = [new_house(building=f"{n % 20}栋", room=str(n), floor=n % 30 + 1) for n in range(5_000)]

        with django_assert_max_num_queries(12):
            actions.add_houses(area_id=area.pk, houses=houses)

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"area_dm2": 0}, "house_area_is_positive"),
            ({"inner_area_dm2": 9838}, "house_inner_area_within_area"),
            ({"inner_area_dm2": 0}, "house_inner_area_within_area"),
            ({"floor": 0}, "house_floor_is_not_zero"),
        ],
    )
    def test_that_cannot_be_are_refused_by_the_database(
        self, cast: Cast, changes: dict[str, int], constraint: str
    ) -> None:
        area = create(cast)
        actions.add_houses(area_id=area.pk, houses=[new_house(room="101")])

        with pytest.raises(IntegrityError, match=constraint):
            House.objects.update(**changes)

    def test_keep_the_first_deposit_as_it_was_first_set(self, cast: Cast) -> None:
        actions.add_houses(area_id=create(cast).pk, houses=[new_house(room="101"), new_house(room="102")])
        first, second = House.objects.order_by("room")

        actions.set_first_deposits_due({first.pk: 885_330})
        actions.set_first_deposits_due({first.pk: 1, second.pk: 2})

        assert list(House.objects.order_by("room").values_list("first_deposit_due_fen", flat=True)) == [885_330, 2]


@pytest.mark.django_db
class TestOwners:
    @pytest.fixture
    def houses(self, cast: Cast) -> list[House]:
        actions.add_houses(area_id=create(cast).pk, houses=[new_house(room=f"10{n}") for n in range(1, 4)])
        return list(House.objects.order_by("room"))

    def test_are_bound_and_known_again_by_their_number(self, cast: Cast, houses: list[House]) -> None:
        assert bind(cast, owner(houses[0]), owner(houses[1])) == 2
        assert bind(cast, owner(houses[2], number="11010519491231002x")) == 1

        assert Owner.objects.count() == 1
        assert Ownership.objects.count() == 3

    def test_of_a_house_that_has_one_stay(self, cast: Cast, houses: list[House]) -> None:
        bind(cast, owner(houses[0]))

        assert bind(cast, owner(houses[0], name="李四", number="110105194912310038")) == 0
        assert Ownership.objects.get().owner.name == "张三"

    def test_that_moved_out_make_room_for_others(self, cast: Cast, houses: list[House]) -> None:
        bind(cast, owner(houses[0]))
        Ownership.objects.update(until=SINCE)

        assert bind(cast, owner(houses[0], name="李四")) == 1

    def test_of_another_name_under_one_number_are_two(self, cast: Cast, houses: list[House]) -> None:
        bind(cast, owner(houses[0]), owner(houses[1], name="张叁"))

        assert Owner.objects.count() == 2

    def test_lie_encrypted_but_for_their_names(self, cast: Cast, houses: list[House]) -> None:
        bind(cast, owner(houses[0]))

        with connection.cursor() as cursor:
            cursor.execute("select to_jsonb(o)::text from estate_owner o")
            raw = cursor.fetchone()[0]
        assert "11010519491231002X" not in raw
        assert "13812345678" not in raw
        assert Owner.objects.get().id_number == "11010519491231002X"

    def test_none_cost_nothing_and_bind_nobody(self, cast: Cast) -> None:
        assert bind(cast) == 0

    @pytest.mark.parametrize(
        ("changes", "constraint"),
        [
            ({"share_ppm": 0, "manner": "SHARED"}, "ownership_share_is_a_part"),
            ({"share_ppm": 1_000_001, "manner": "SHARED"}, "ownership_share_is_a_part"),
            ({"share_ppm": 500_000, "manner": "SOLE"}, "sole_owner_owns_the_whole"),
            ({"until": dt.date(2020, 1, 1)}, "ownership_ends_after_it_begins"),
        ],
    )
    def test_own_a_part_for_a_time(
        self, cast: Cast, houses: list[House], changes: dict[str, Any], constraint: str
    ) -> None:
        bind(cast, owner(houses[0]))
        known = Ownership.objects.get()

        with pytest.raises(IntegrityError, match=constraint):
            Ownership.objects.create(house=houses[1], owner=known.owner, **{"since": SINCE} | changes)


@pytest.mark.django_db
class TestAFacility:
    def test_is_entered_once_at_its_place(self, cast: Cast) -> None:
        area = create(cast)
        pump = actions.add_facility(area_id=area.pk, kind=FacilityKind.PUMP, name="水泵")

        assert actions.add_facility(area_id=area.pk, kind=FacilityKind.PUMP, name="水泵").pk == pump.pk
        with pytest.raises(IntegrityError, match="facility_name_is_unique_at_its_place"), transaction.atomic():
            Facility.objects.create(area=area, kind=FacilityKind.PUMP, name="水泵")

    def test_of_an_area_is_asked_for_by_its_committee_only(self, cast: Cast) -> None:
        area = create(cast)
        committee = found_committee(cast.city, area_name=area.name, at=AT, password_hash="!")

        actions.bind_committee(area_id=area.pk, committee_id=committee.pk, at=AT)

        assert Area.objects.get().committee == committee
        with pytest.raises(NoSuchCommittee):
            actions.bind_committee(area_id=area.pk, committee_id=cast.city.companies[0].pk, at=AT)


@pytest.mark.commits
class TestTwoAtOnce:
    def test_enter_one_area_of_a_name(self, cast: Cast) -> None:
        answers = at_once(lambda: create(cast), lambda: create(cast))

        assert len([one for one in answers if isinstance(one, AreaExists)]) == 1
        assert Area.objects.count() == 1

    def test_bind_one_owner_of_a_number(self, cast: Cast) -> None:
        area = create(cast)
        actions.add_houses(area_id=area.pk, houses=[new_house(room=str(n)) for n in range(2)])
        houses = list(House.objects.all())

        answers = at_once(*(lambda house=house: bind(cast, owner(house)) for house in houses))

        assert answers == [1, 1]
        assert Owner.objects.count() == 1

    def test_enter_a_house_once(self, cast: Cast) -> None:
        area = create(cast)
        actions.add_houses(area_id=area.pk, houses=[new_house(room="1")])
        fresh = [replace(new_house(room="2"), floor=floor) for floor in (2, 3)]

        answers = at_once(*(lambda one=one: actions.add_houses(area_id=area.pk, houses=[one]) for one in fresh))

        assert len([one for one in answers if isinstance(one, HouseExists)]) == 1
        assert House.objects.count() == 2
