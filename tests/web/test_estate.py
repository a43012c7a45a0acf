"""Areas, the building table, a house, the search box: shown to those they concern, and quickly.

# covers: E13
"""

import time
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.banking.town import new_house
from tests.cast import AT, Cast
from tests.web.pages import client_of, text
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.estate.actions import NewOwner, add_houses, bind_owners
from upkeep.estate.house_sheet import HouseTable
from upkeep.estate.kinds import IdKind
from upkeep.estate.models import Ownership
from upkeep.estate.queries import buildings_of, houses_of_area, houses_of_building

pytestmark = pytest.mark.django_db


class TestTheListOfAreas:
    def test_shows_ones_own_and_can_be_narrowed_and_exported(self, settled: Cast) -> None:
        clerk = client_of(settled, "demo-clerk")
        district = settled.area("康宁家园").jurisdiction_id

        assert "江南名邸" in text(clerk.get("/areas/")) and "翠竹苑" in text(clerk.get("/areas/"))
        assert "江南名邸" not in text(clerk.get("/areas/?q=czy"))
        assert "康宁家园" in text(clerk.get(f"/areas/?district={district}"))
        assert "江南名邸" not in text(client_of(settled, "more-developer2").get("/areas/"))
        rows = list(load_workbook(BytesIO(clerk.get("/areas/export/?q=czy").content)).worksheets[0].values)
        assert [row[1] for row in rows[1:]] == ["翠竹苑"]

    def test_asks_no_more_the_longer_it_is(self, settled: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-clerk")
        client.get("/office/")
        with django_assert_max_num_queries(12):
            client.get("/areas/")


class TestAnArea:
    def test_shows_its_buildings_and_the_one_asked_for(self, settled: Cast) -> None:
        area, client = settled.area(), client_of(settled, "demo-developer")
        shops = buildings_of(area.pk)[1].building

        first = text(client.get(f"/areas/{area.pk}/"))
        second = text(client.get(f"/areas/{area.pk}/?building={shops.pk}"))

        assert "1幢" in first and "604" in first and "S01" not in first
        assert "S01" in second and "604" not in second

    @pytest.mark.parametrize("building", ["0", "x", "999999999999999999999", "-1"])
    def test_without_that_building_is_not_found(self, settled: Cast, building: str) -> None:
        address = f"/areas/{settled.area().pk}/?building={building}"

        assert client_of(settled, "demo-clerk").get(address).status_code == 404

    def test_can_be_read_as_a_list_without_a_script(self, settled: Cast) -> None:
        shown = text(client_of(settled, "demo-clerk").get(f"/areas/{settled.area().pk}/?view=list"))

        assert "604" in shown and "住宅" in shown

    def test_is_not_found_by_those_it_does_not_concern(self, settled: Cast) -> None:
        area = settled.area()
        house = houses_of_area(area.pk)[0]

        for who in ("more-developer2", "stranger-clerk"):
            client = client_of(settled, who)
            for address in (f"/areas/{area.pk}/", f"/areas/{area.pk}/export/", f"/areas/houses/{house.pk}/"):
                assert client.get(address).status_code == 404, address
        assert Client().get(f"/areas/{area.pk}/")["Location"].startswith("/login/")
        assert client_of(settled, "demo-teller1").get(f"/areas/{area.pk}/").status_code == 403

    def test_is_exported_in_the_columns_of_its_collection(self, settled: Cast) -> None:
        area = settled.area()
        answer = client_of(settled, "demo-developer").get(f"/areas/{area.pk}/export/")

        reading = HouseTable().read(answer.content, at=AT.date())
        assert reading.faults == []
        assert sum(row.values["area_dm2"] for row in reading.rows) == area.floor_area_dm2

    def test_masks_the_owners_on_every_page(self, settled: Cast) -> None:
        ownership = Ownership.objects.select_related("owner", "house").filter(house__area=settled.area())[0]
        owner, house = ownership.owner, ownership.house

        for who in ("demo-clerk", "demo-developer", "demo-company"):
            for address in (f"/areas/{house.area_id}/?building={house.building_id}", f"/areas/houses/{house.pk}/"):
                shown = client_of(settled, who).get(address).content.decode()
                assert owner.name not in shown
                assert owner.id_number not in shown and owner.phone not in shown


class TestATableOfAThousandHouses:
    @pytest.fixture
    def address(self, settled: Cast) -> str:
        area = settled.area()
        houses = [new_house(building="9栋", unit=f"{n % 8}单元", floor=n // 32 + 1, room=str(n)) for n in range(1_000)]
        add_houses(area_id=area.pk, houses=houses)
        building = buildings_of(area.pk)[-1].building
        entered = houses_of_building(building.pk)
        sub_accounts.open_for(area_id=area.pk, house_ids=[house.pk for house in entered])
        owners = [
            NewOwner(house_id=one.pk, name=f"业{n}", id_kind=IdKind.OTHER, id_number=str(n), phone="")
            for n, one in enumerate(entered)
        ]
        bind_owners(jurisdiction_id=settled.city.jurisdiction.pk, owners=owners, since=AT.date())
        return f"/areas/{area.pk}/?building={building.pk}"

    def test_asks_few_questions(self, settled: Cast, address: str, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-developer")
        client.get("/organisation/")
        # Who asks, the menu and its ways, services, acts, histories, the rule of arrears, units that sold houses.
        with django_assert_max_num_queries(10 + 14):
            assert client.get(address).status_code == 200

    def test_is_drawn_in_little_more_time_than_a_small_one(self, settled: Cast, address: str) -> None:
        client = client_of(settled, "demo-developer")
        small = address.split("?", 1)[0]
        client.get(address)

        best = {one: min(self.seconds(client, one) for _ in range(4)) for one in (small, address)}

        assert best[address] < 20 * best[small]  # 24 houses and 1,000; a question for each house would cost 40 times

    def seconds(self, client: Client, address: str) -> float:
        began = time.process_time()
        client.get(address)
        return time.process_time() - began


class TestAHouse:
    def test_shows_its_money_and_where_it_stands(self, settled: Cast) -> None:
        house = houses_of_area(settled.area().pk)[0]

        shown = text(client_of(settled, "demo-developer").get(f"/areas/houses/{house.pk}/"))

        balance = sub_accounts.balances([house.pk])[house.pk].balance_fen
        assert balance > 0
        assert f"{balance // 100:,}.{balance % 100:02d}" in shown
        assert house.address in shown


class TestTheSearchBox:
    def test_leads_straight_to_a_case(self, settled: Cast) -> None:
        case = engine.start(register["area_collection"], by=settled["demo-developer"], at=AT)

        found = client_of(settled, "demo-developer").get(f"/areas/search/?q={case.number.lower()}")
        unseen = client_of(settled, "more-developer2").get(f"/areas/search/?q={case.number}")

        assert found["Location"] == f"/cases/{case.number}/"
        assert unseen.status_code == 200

    def test_finds_areas_and_houses_of_ones_own(self, settled: Cast) -> None:
        clerk, other = client_of(settled, "demo-clerk"), client_of(settled, "more-developer2")

        assert "江南名邸" in text(clerk.get("/areas/search/?q=jnmd"))
        assert "604" in text(clerk.get("/areas/search/?q=江南名邸 604"))
        assert "604" not in text(other.get("/areas/search/?q=604")).replace("“604”", "")
        assert clerk.get("/areas/search/").status_code == 200
