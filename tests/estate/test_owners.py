"""Owners are bound, change and end with their history; the balance stays; the database refuses shares that make no whole."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.banking.town import new_house
from tests.cast import AT, Cast, at_once
from tests.estate.leaving import cancel
from upkeep.books import sub_accounts
from upkeep.estate import owners
from upkeep.estate.actions import add_houses, create_area
from upkeep.estate.kinds import CoOwnership, IdKind, OwnershipActKind
from upkeep.estate.models import House, Owner, OwnerCorrection, Ownership, OwnershipAct, OwnerView
from upkeep.estate.owners import (
    NewOwnership,
    NoSuchHouse,
    NotOwned,
    OwnedAlready,
    OwnerDetails,
    SameOwners,
    WrongDay,
    WrongShares,
)
from upkeep.kernel.dates import day_of

TODAY = day_of(AT)
NUMBERS = {"张三": "11010519491231002X", "李四": "510502191901011239", "王五": "44070219190615221X"}


def person(name: str = "张三", phone: str = "13812345678") -> OwnerDetails:
    return OwnerDetails(name=name, id_kind=IdKind.ID_CARD, id_number=NUMBERS[name], phone=phone)


def whole(name: str = "张三") -> list[NewOwnership]:
    return [NewOwnership(person(name))]


def halves(*names: str) -> list[NewOwnership]:
    return [NewOwnership(person(name), 500_000) for name in names]


def on(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {"since": TODAY, "basis": "测试", "case_id": None, "by": cast["demo-clerk"], "at": AT} | changes


def owned_now(house: House) -> dict[str, int]:
    return dict(owners.current([house.pk]).values_list("owner__name", "share_ppm"))


@pytest.fixture
def house(cast: Cast) -> House:
    area = create_area(
        jurisdiction_id=cast.city.districts[0].pk,
        name="云水谣",
        address="江阳区",
        developer_id=cast.city.developers[0].pk,
        floor_area_dm2=100_000,
        at=AT - dt.timedelta(days=400),
    )
    add_houses(area_id=area.pk, houses=[new_house(floor=n, room=f"{n}01") for n in (1, 2)])
    return House.objects.select_related("area").order_by("floor")[0]


@pytest.mark.django_db
class TestBinding:
    def test_gives_a_house_its_owner_with_the_act_that_did_it(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))

        owned = Ownership.objects.get()
        assert (owned.owner.name, owned.share_ppm, owned.manner) == ("张三", 1_000_000, CoOwnership.SOLE)
        assert owned.begun_with is not None
        assert (owned.begun_with.kind, owned.begun_with.by_id) == ("BINDING", cast["demo-clerk"].user_id)

    def test_gives_it_several_by_shares_or_jointly(self, cast: Cast, house: House) -> None:
        other = House.objects.exclude(pk=house.pk).get()
        owners.bind(house.pk, halves("张三", "李四"), **on(cast))
        owners.bind(other.pk, halves("张三", "李四"), joint=True, **on(cast))

        assert owned_now(house) == {"张三": 500_000, "李四": 500_000}
        assert {one.manner for one in owners.current([house.pk])} == {CoOwnership.SHARED}
        assert {one.manner for one in owners.current([other.pk])} == {CoOwnership.JOINT}
        assert Owner.objects.count() == 2

    def test_of_an_owned_house_is_refused_and_named(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))

        with pytest.raises(OwnedAlready, match="101已登记业主，更换业主请办理过户"):
            owners.bind(house.pk, whole("李四"), **on(cast))

    def test_of_a_cancelled_house_is_refused(self, cast: Cast, house: House) -> None:
        cancel(house)

        with pytest.raises(NoSuchHouse, match="已注销"):
            owners.bind(house.pk, whole(), **on(cast))

    @pytest.mark.parametrize("ppm", [(500_000, 400_000), (600_000, 600_000), (1_000_000, 0), (1_500_000, -500_000)])
    def test_with_shares_that_make_no_whole_is_refused(self, cast: Cast, house: House, ppm: tuple[int, int]) -> None:
        new = [NewOwnership(person(name), one) for name, one in zip(("张三", "李四"), ppm, strict=True)]

        with pytest.raises(WrongShares, match="合计应为 100%"):
            owners.bind(house.pk, new, **on(cast))

    def test_that_names_one_person_twice_is_refused(self, cast: Cast, house: House) -> None:
        with pytest.raises(WrongShares, match="不能填写两次"):
            owners.bind(house.pk, halves("张三", "张三"), **on(cast))

    def test_from_tomorrow_on_is_refused(self, cast: Cast, house: House) -> None:
        with pytest.raises(WrongDay, match="不能晚于今天"):
            owners.bind(house.pk, whole(), **on(cast, since=TODAY + dt.timedelta(days=1)))

    def test_fills_in_a_missing_telephone_and_leaves_one_on_record(self, cast: Cast, house: House) -> None:
        other = House.objects.exclude(pk=house.pk).get()
        owners.bind(house.pk, [NewOwnership(person(phone=""))], **on(cast))
        owners.bind(other.pk, [NewOwnership(person(phone="13900000001"))], **on(cast))
        assert Owner.objects.get().phone == "13900000001"

        owners.transfer(other.pk, whole("李四"), **on(cast))
        owners.transfer(other.pk, [NewOwnership(person(phone="13999999999"))], **on(cast))

        assert Owner.objects.get(name="张三").phone == "13900000001"


@pytest.mark.django_db
class TestATransfer:
    def test_ends_what_was_begins_what_is_and_leaves_the_money_on_the_house(self, cast: Cast, house: House) -> None:
        long_ago = TODAY - dt.timedelta(days=100)
        sub_accounts.open_for(house.area_id, [house.pk])
        before = sub_accounts.balances([house.pk])
        owners.bind(house.pk, halves("张三", "李四"), **on(cast, since=long_ago))

        owners.transfer(house.pk, whole("王五"), **on(cast, basis="过户 GH1"))

        assert owned_now(house) == {"王五": 1_000_000}
        past = list(Ownership.objects.filter(until=TODAY).order_by("owner__name").values_list("owner__name", "since"))
        assert sorted(past) == sorted([("张三", long_ago), ("李四", long_ago)])
        act = OwnershipAct.objects.get(kind=OwnershipActKind.TRANSFER)
        assert act.ended.count() == 2
        assert act.begun.get().owner.name == "王五"
        assert sub_accounts.balances([house.pk]) == before

    def test_of_one_half_keeps_the_other_co_owner(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, halves("张三", "李四"), **on(cast))

        owners.transfer(house.pk, halves("张三", "王五"), **on(cast))

        assert owned_now(house) == {"张三": 500_000, "王五": 500_000}

    def test_takes_an_owner_of_the_register_as_he_is(self, cast: Cast, house: House) -> None:
        other = House.objects.exclude(pk=house.pk).get()
        owners.bind(house.pk, whole(), **on(cast))
        owners.bind(other.pk, whole("李四"), **on(cast))

        owners.transfer(other.pk, [NewOwnership(Owner.objects.get(name="张三"))], **on(cast))

        assert owned_now(other) == {"张三": 1_000_000}

    def test_of_a_house_that_nobody_owns_is_refused(self, cast: Cast, house: House) -> None:
        with pytest.raises(NotOwned, match="尚未登记业主，请先办理业主绑定"):
            owners.transfer(house.pk, whole(), **on(cast))

    def test_to_the_same_owner_is_refused(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))

        with pytest.raises(SameOwners, match="不需要过户"):
            owners.transfer(house.pk, whole(), **on(cast))

    def test_before_the_owner_began_is_refused(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))

        with pytest.raises(WrongDay, match="不能早于现业主取得之日"):
            owners.transfer(house.pk, whole("李四"), **on(cast, since=TODAY - dt.timedelta(days=1)))

    def test_of_many_houses_costs_few_queries(
        self, cast: Cast, house: House, django_assert_max_num_queries: Any
    ) -> None:
        ids = list(House.objects.values_list("pk", flat=True))
        owners.bind_many({one: whole() for one in ids}, **on(cast))

        with django_assert_max_num_queries(16):
            owners.transfer_many({one: whole("李四") for one in ids}, **on(cast))

    @pytest.mark.commits
    def test_met_by_another_one_waits_and_follows_it(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))

        answers = at_once(
            lambda: owners.transfer(house.pk, whole("李四"), **on(cast)),
            lambda: owners.transfer(house.pk, whole("王五"), **on(cast)),
        )

        assert answers == [None, None]
        assert sum(owned_now(house).values()) == 1_000_000
        assert OwnershipAct.objects.filter(kind=OwnershipActKind.TRANSFER).count() == 2

    @pytest.mark.commits
    def test_of_a_house_bound_twice_at_once_leaves_one_binding(self, cast: Cast, house: House) -> None:
        answers = at_once(
            lambda: owners.bind(house.pk, whole("李四"), **on(cast)),
            lambda: owners.bind(house.pk, whole("王五"), **on(cast)),
        )

        assert sorted(str(type(one).__name__) for one in answers) == ["NoneType", "OwnedAlready"]
        assert sum(owned_now(house).values()) == 1_000_000


@pytest.mark.django_db
class TestEnding:
    def test_leaves_a_house_without_owners(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, halves("张三", "李四"), **on(cast))

        assert owners.end([house.pk], until=TODAY, basis="注销", case_id=None, by=None, at=AT) == 2

        assert owned_now(house) == {}
        assert OwnershipAct.objects.get(kind=OwnershipActKind.ENDING).ended.count() == 2


@pytest.mark.django_db
class TestTheDatabase:
    def check(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")

    @pytest.mark.parametrize("share", [999_999, 1, 500_000])
    def test_refuses_shares_that_make_no_whole(self, cast: Cast, house: House, share: int) -> None:
        owners.bind(house.pk, whole(), **on(cast))
        known = Ownership.objects.get()
        other = House.objects.exclude(pk=house.pk).get()

        with pytest.raises(IntegrityError, match=f"make {share} ppm, not 1000000"), transaction.atomic():
            Ownership.objects.create(house=other, owner=known.owner, share_ppm=share, manner="SHARED", since=TODAY)
            self.check()

    def test_refuses_a_second_whole_beside_the_first(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))
        owners.record(jurisdiction_id=cast.city.jurisdiction.pk, owners=[person("李四")])

        with pytest.raises(IntegrityError, match="make 2000000 ppm"), transaction.atomic():
            Ownership.objects.create(house=house, owner=Owner.objects.get(name="李四"), since=TODAY)
            self.check()

    def test_refuses_one_co_owner_ended_alone(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, halves("张三", "李四"), **on(cast))

        with pytest.raises(IntegrityError, match="make 500000 ppm"), transaction.atomic():
            Ownership.objects.filter(owner__name="张三").update(until=TODAY)
            self.check()

    def test_refuses_periods_that_overlap_in_the_past(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast, since=TODAY - dt.timedelta(days=10)))
        owners.end([house.pk], until=TODAY, basis="测试", case_id=None, by=None, at=AT)
        known = Ownership.objects.get()

        with pytest.raises(IntegrityError, match="do not make 1000000 ppm on"), transaction.atomic():
            Ownership.objects.create(
                house=house,
                owner=known.owner,
                since=TODAY - dt.timedelta(days=5),
                until=TODAY - dt.timedelta(days=2),
            )
            self.check()

    @pytest.mark.parametrize("changes", [{"share_ppm": 400_000}, {"manner": "JOINT"}, {"since": dt.date(2020, 1, 1)}])
    def test_refuses_to_change_how_an_ownership_began(self, cast: Cast, house: House, changes: dict[str, Any]) -> None:
        owners.bind(house.pk, halves("张三", "李四"), **on(cast))

        with pytest.raises(DatabaseError, match="how it began never changes"), transaction.atomic():
            Ownership.objects.update(**changes)

    def test_refuses_to_end_an_ownership_twice(self, cast: Cast, house: House) -> None:
        owners.bind(house.pk, whole(), **on(cast))
        owners.end([house.pk], until=TODAY, basis="测试", case_id=None, by=None, at=AT)

        with pytest.raises(DatabaseError, match="has ended and cannot change"), transaction.atomic():
            Ownership.objects.update(until=None)

    @pytest.mark.parametrize("statement", ["delete from estate_ownership", "delete from estate_ownershipact"])
    def test_refuses_deletion_to_its_owner_too(self, cast: Cast, house: House, statement: str) -> None:
        owners.bind(house.pk, whole(), **on(cast))

        with pytest.raises(DatabaseError, match=r"permission denied|refused"), transaction.atomic():
            connection.cursor().execute(statement)

    @pytest.mark.commits
    @pytest.mark.parametrize(
        "statement",
        [
            "delete from estate_ownership",
            "update estate_ownershipact set basis = 'x'",
            "delete from estate_ownershipact",
            "truncate estate_ownershipact cascade",
            "update estate_ownercorrection set reason = 'x'",
            "delete from estate_ownercorrection",
            "truncate estate_ownercorrection",
            "update estate_ownerview set reason = 'x'",
            "delete from estate_ownerview",
            "truncate estate_ownerview",
        ],
    )
    def test_refuses_to_rewrite_a_record_even_to_the_owner_of_the_tables(
        self, cast: Cast, house: House, owner_connection: Any, statement: str
    ) -> None:
        owners.bind(house.pk, whole(), **on(cast))
        owner, by = Owner.objects.get(), cast["demo-clerk"]
        OwnerCorrection.objects.create(
            owner=owner, field="name", before="张山", after="张三", reason="更正", by_id=by.user_id, at=AT
        )
        OwnerView.objects.create(owner=owner, house=house, reason="核对", by_id=by.user_id, by_name="李窗", at=AT)

        with pytest.raises(Exception, match=r"append-only|refused deletion"):
            owner_connection.execute(statement)
