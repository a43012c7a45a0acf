"""The accountant's pages agree with the books, and nobody but bookkeepers opens them."""

import re

import pytest
from django.test import Client

from tests.cast import TODAY, Cast
from tests.web.pages import client_of, text
from upkeep.books import sub_accounts
from upkeep.estate.models import Area
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.money import yuan

pytestmark = pytest.mark.django_db

PERIOD = f"first=2020-01-01&last={TODAY}"


class TestTheBalanceSheet:
    def test_has_as_much_on_the_left_as_on_the_right(self, settled: Cast) -> None:
        shown = text(client_of(settled, "demo-accountant").get(f"/office/books/balance-sheet/?{PERIOD}"))

        total = sum(
            one.balance_fen for area in Area.objects.all() for one in sub_accounts.balances(house_ids(area)).values()
        )
        assert len(re.findall(re.escape(yuan(total)), shown)) >= 2

    @pytest.mark.parametrize("query", ["first=x&last=y", "area=1", "area=x", "first=2030-01-01&last=2020-01-01", ""])
    def test_survives_whatever_is_asked(self, settled: Cast, query: str) -> None:
        answer = client_of(settled, "demo-accountant").get(f"/office/books/balance-sheet/?{query}")

        assert answer.status_code == 200


class TestASubAccount:
    def test_is_found_by_its_room_and_shows_its_movements(self, settled: Cast) -> None:
        house = houses_of_area(settled.area().pk)[0]
        balance = yuan(sub_accounts.balances([house.pk])[house.pk].balance_fen)
        client = client_of(settled, "demo-clerk")

        found = text(client.get(f"/office/books/sub-accounts/?q=江南名邸 {house.room}"))
        statement = text(client.get(f"/office/books/sub-accounts/{house.pk}/"))

        assert house.room in found and balance in found
        assert statement.count(balance) >= 2  # the deposit, and the balance after it

    @pytest.mark.parametrize("query", ["", "q=", "q=%25", "q=%00", "q=" + "x" * 3000])
    def test_is_looked_for_with_any_words(self, settled: Cast, query: str) -> None:
        answer = client_of(settled, "demo-clerk").get(f"/office/books/sub-accounts/?{query}")

        assert answer.status_code in (200, 400)

    def test_of_another_city_is_not_found(self, settled: Cast) -> None:
        house = houses_of_area(settled.area().pk)[0]
        client = client_of(settled, "stranger-clerk")

        assert client.get(f"/office/books/sub-accounts/{house.pk}/").status_code == 404
        assert house.address not in text(client.get(f"/office/books/sub-accounts/?q={house.room}"))


class TestAStranger:
    @pytest.mark.parametrize("page", ["balance-sheet/"])
    def test_is_refused_the_books(self, cast: Cast, page: str) -> None:
        for who in ("demo-clerk", "demo-developer", "demo-teller1"):
            assert client_of(cast, who).get(f"/office/books/{page}").status_code == 403
        assert Client().get(f"/office/books/{page}")["Location"].startswith("/login/")

    def test_is_refused_a_sub_account(self, settled: Cast) -> None:
        house = houses_of_area(settled.area().pk)[0]

        assert client_of(settled, "demo-developer").get(f"/office/books/sub-accounts/{house.pk}/").status_code == 403


def house_ids(area: Area) -> list[int]:
    return [house.pk for house in houses_of_area(area.pk)]
