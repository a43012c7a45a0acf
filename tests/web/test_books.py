"""A house's sub-account as the office sees it."""

import pytest

from tests.cast import Cast
from tests.web.pages import client_of, text
from upkeep.books import sub_accounts
from upkeep.estate.queries import houses_of_area
from upkeep.kernel.money import yuan

pytestmark = pytest.mark.django_db


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
    def test_is_refused_a_sub_account(self, settled: Cast) -> None:
        house = houses_of_area(settled.area().pk)[0]

        assert client_of(settled, "demo-developer").get(f"/office/books/sub-accounts/{house.pk}/").status_code == 403
