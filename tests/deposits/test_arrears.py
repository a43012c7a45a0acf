"""欠交登记: who lies below the city's part of the first deposit, since when, and what he is to pay.

# covers: D8
"""

import dataclasses
import datetime as dt

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from tests.banking.town import Town, add_area, confirm, issue, new_house
from tests.deposits.further_scene import FIRST_FEN, JUST_ENOUGH_FEN, TODAY, by_floor, make_scene, spend
from upkeep.deposits import arrears
from upkeep.deposits.arrears import Found, houses_in_arrears, register_arrears, since_when
from upkeep.deposits.models import Arrears
from upkeep.deposits.queries import DepositState, standings
from upkeep.parties.models import Jurisdiction
from upkeep.policy.actions import set_policy
from upkeep.policy.further_rule import FIRST_STANDARD, FurtherRule
from upkeep.policy.models import PolicyKind
from upkeep.tasks import arrears_finding

pytestmark = pytest.mark.django_db
TOMORROW = TODAY + dt.timedelta(days=1)


def rule(place: Jurisdiction, *, since: dt.date = TODAY, **values: object) -> None:
    set_policy(
        kind=PolicyKind.FURTHER_RULE,
        jurisdiction_id=place.pk,
        value=FurtherRule(**values),  # type: ignore[arg-type]
        valid_from=since,
    )


def another_area(town: Town, *, serial: str) -> Town:
    """One more area of the developer, of four houses that have paid; the lower two have nothing left."""
    area = add_area(
        town_district=town.district,
        developer=town.developer,
        name=f"{serial}小区",
        houses=[new_house(floor=n, room=f"{n}01") for n in range(1, 5)],
    )
    other = dataclasses.replace(town, area=area)
    confirm(other, issue(other), serial=serial)
    spend(other, {house.pk: FIRST_FEN for house in by_floor(other)[:2]}, source=serial)
    return other


class TestTheRegister:
    def test_takes_in_whoever_lies_strictly_below_thirty_percent(self) -> None:
        town = make_scene(left_fen=(JUST_ENOUGH_FEN, JUST_ENOUGH_FEN - 1, 0))

        found = register_arrears(on=TODAY)

        first, second, third, fourth = by_floor(town)
        assert found == Found(now=2, entered=2, left=0)
        assert since_when([house.pk for house in town.houses]) == {second.pk: TODAY, third.pk: TODAY}
        states = {pk: one.state for pk, one in standings(town.houses, on=TODAY).items()}
        assert states == {
            first.pk: DepositState.PAID,
            second.pk: DepositState.ARREARS,
            third.pk: DepositState.ARREARS,
            fourth.pk: DepositState.PAID,
        }

    def test_keeps_since_when_however_often_it_is_made(self) -> None:
        make_scene(left_fen=(0,))
        register_arrears(on=TODAY)

        assert register_arrears(on=TOMORROW) == Found(now=1, entered=0, left=0)
        assert Arrears.objects.get().since == TODAY

    def test_goes_by_the_rule_of_the_day_and_of_the_district(self) -> None:
        town = make_scene(left_fen=(JUST_ENOUGH_FEN,))
        rule(town.city, since=TODAY, percent=10)
        rule(town.district, since=TOMORROW, percent=50)

        assert register_arrears(on=TODAY).now == 0
        assert register_arrears(on=TOMORROW).entered == 1
        assert Arrears.objects.get().percent == 50
        assert standings(town.houses, on=TODAY)[by_floor(town)[0].pk].state == DepositState.PAID

    def test_is_left_at_night_by_whoever_is_above_again(self) -> None:
        town = make_scene(left_fen=(0,))
        register_arrears(on=TODAY)
        rule(town.city, since=TOMORROW, percent=1)
        spend(town, {by_floor(town)[1].pk: FIRST_FEN}, source="second")

        found = register_arrears(on=TOMORROW)

        assert found == Found(now=2, entered=1, left=0)

    def test_can_be_brought_up_to_date_for_some_houses_alone(self) -> None:
        town = make_scene(left_fen=(0, 0))
        first, second, *_ = by_floor(town)

        assert register_arrears(on=TODAY, house_ids=[first.pk]).entered == 1
        assert set(since_when([first.pk, second.pk])) == {first.pk}

    def test_is_the_same_however_many_houses_are_gone_through_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = make_scene(left_fen=(0, 0))
        towns = [first, another_area(first, serial="SECOND"), another_area(first, serial="THIRD")]
        for houses_at_once in (1, 5, 20_000):
            monkeypatch.setattr(arrears, "BATCH", houses_at_once)
            with transaction.atomic():
                assert register_arrears(on=TODAY) == Found(now=6, entered=6, left=0)
                assert {one.house_id for one in Arrears.objects.all()} == {
                    house.pk for town in towns for house in by_floor(town)[:2]
                }
                transaction.set_rollback(True)

    def test_is_made_by_the_nightly_task(self) -> None:
        make_scene(left_fen=(0,))

        arrears_finding.find(0)

        assert Arrears.objects.filter(left_on=None).count() == 1

    def test_is_never_rewritten(self) -> None:
        make_scene(left_fen=(0,))
        register_arrears(on=TODAY)

        for sql in (
            "update deposits_arrears set since = since - 1",
            "update deposits_arrears set left_on = since; update deposits_arrears set left_on = null",
            "delete from deposits_arrears",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


class TestANightThatIsBrokenOff:
    @pytest.mark.commits
    def test_keeps_what_it_had_done_and_the_next_one_does_the_rest(
        self, owner_connection: psycopg.Connection[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = make_scene(left_fen=(0, 0))
        second = another_area(first, serial="SECOND")
        monkeypatch.setattr(arrears, "BATCH", 1)
        owner_connection.execute("select from estate_area where id = %s for update", [second.area.pk])
        with connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '100ms'")

        with pytest.raises(OperationalError):
            register_arrears(on=TODAY)
        assert {one.area_id for one in Arrears.objects.all()} == {first.area.pk}

        owner_connection.rollback()
        assert register_arrears(on=TOMORROW) == Found(now=4, entered=2, left=0)
        since = {one.area_id: one.since for one in Arrears.objects.all()}
        assert since == {first.area.pk: TODAY, second.area.pk: TOMORROW}


class TestWhatAHouseOwes:
    def test_is_what_is_missing_to_its_first_deposit_where_there_is_no_plan(self) -> None:
        town = make_scene(left_fen=(100_000,))
        register_arrears(on=TODAY)

        (one,) = houses_in_arrears([town.area], on=TODAY)

        assert (one.balance_fen, one.owed.amount_fen, one.percent) == (100_000, 785_330, 11)
        assert one.owed.why == "没有续交方案，补足至首期应交金额 8,853.30 元"

    def test_is_the_standard_of_first_deposits_where_the_city_says_so(self) -> None:
        town = make_scene(left_fen=(100_000,))
        register_arrears(on=TODAY)
        rule(town.city, without_plan=FIRST_STANDARD)

        (one,) = houses_in_arrears([town.area], on=TODAY)

        assert one.owed.amount_fen == FIRST_FEN
        assert "有电梯 90.00 元/㎡" in one.owed.why
