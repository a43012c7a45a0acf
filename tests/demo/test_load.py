"""The demo city: the same every time, sound in its books, with something in every state, and loaded while one waits."""

import datetime as dt
import time
from typing import Any

import pytest
from django.db import connection, transaction

from tests.cast import TODAY
from upkeep.books.audit import audit
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.demo.areas import PLANS
from upkeep.demo.load import CityExists, load_demo, load_small
from upkeep.demo.people import credit_code
from upkeep.demo.preset_cities import PRESET_CITIES
from upkeep.estate.models import Area, House
from upkeep.kernel import checks
from upkeep.kernel.dates import day_of
from upkeep.parties.models import Organisation, User
from upkeep.parties.queries import demo_accounts
from upkeep.parties.roles import Portal, Role

pytestmark = pytest.mark.django_db

#: What a city is by: rows of every table, money of every account, who owns what; ids and moments left out.
_FIGURES = {
    "houses": "select count(*), sum(area_dm2), md5(string_agg(address || area_dm2, ',' order by address)) from estate_house",
    "owners": "select count(*), md5(string_agg(name, ',' order by name, id_hash)) from estate_owner",
    "money": "select code, sum(debit_fen - credit_fen) from ledger.day_total group by code order by code",
    "days": "select booked_on, sum(debit_fen) from ledger.day_total group by booked_on order by booked_on",
    "cases": "select number, state, subject, due_on from casework_case order by number",
    "slips": "select state, count(*), sum(total_fen) from banking_payslip group by state order by state",
    "accounts": "select username, name from parties_user order by username",
}


def figures() -> dict[str, Any]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in _FIGURES.items():
            cursor.execute(query)
            found[name] = cursor.fetchall()
    return found


class Enough(Exception):
    """Undoes what was loaded."""


class TestTheDemoCity:
    @pytest.mark.slow
    def test_is_sound_complete_and_the_same_every_time(self) -> None:
        with pytest.raises(Enough), transaction.atomic():
            load_demo(today=TODAY)
            first = figures()
            raise Enough
        began = time.process_time()
        load_demo(today=TODAY)

        assert time.process_time() - began < 30
        assert first["money"] and first["cases"]
        assert figures() == first
        assert audit() == []
        assert set(Case.objects.values_list("state", flat=True)) == set(State)
        own = Area.objects.filter(jurisdiction__parent__slug="jiangcheng")
        assert own.count() == len(PLANS) + 1  # and the one that a case brought about
        assert Area.objects.count() == own.count() + 2 * len(PRESET_CITIES)
        assert not [case for case in Case.objects.all() if day_of(case.created_at) > TODAY]


class TestTheSmallCity:
    @pytest.mark.parametrize("today", [TODAY, dt.date(2024, 2, 29), dt.date(2027, 1, 1), dt.date(2025, 10, 1)])
    def test_is_sound_on_any_day(self, today: dt.date) -> None:
        load_small(today=today)

        assert audit() == []
        assert (Area.objects.count(), House.objects.count()) == (3, 48)

    def test_is_loaded_into_an_empty_database_only(self) -> None:
        load_small(today=TODAY)

        with pytest.raises(CityExists, match="已有城市"):
            load_small(today=TODAY)

    def test_has_an_account_for_every_portal_of_those_who_work(self) -> None:
        load_small(today=TODAY)
        accounts = demo_accounts()

        assert {one.portal for one in accounts} >= {Portal.OFFICE, Portal.ORGANISATION, Portal.BANK}
        assert set(Role) - {Role.PUBLIC, Role.UNVERIFIED} <= {role for one in accounts for role in one.roles}
        assert User.objects.filter(username="demo-clerk", is_active=True).exists()

    def test_gives_codes_and_phones_that_are_right_in_form(self) -> None:
        load_small(today=TODAY)

        for organisation in Organisation.objects.all():
            assert checks.phone_number(organisation.contact_phone)
            if organisation.social_credit_code:
                assert checks.social_credit_code(organisation.social_credit_code)
        assert checks.social_credit_code(credit_code(1))
