"""维修资金查询, from the page to the balance: proof first, or masked where the city opens it as manual 002 does."""

import statistics
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast
from tests.web.pages import text
from tests.web.public.door import Door, code_sent
from tests.web.site.asking import ID_NUMBER, NAME, PHONE, ask, owned_house, place_of, rule
from tests.web.site.test_status import unlimited
from upkeep.books.statements import house_statement
from upkeep.estate.models import House
from upkeep.identity import limits

# covers: P2
pytestmark = pytest.mark.django_db
NOT_FOUND = "没有查到相符的房屋"


@pytest.fixture
def door(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


@pytest.fixture
def house(settled: Cast) -> House:
    return owned_house()


def proof(house: House, **more: str) -> dict[str, str]:
    return place_of(house) | {"name": NAME, "id_tail": ID_NUMBER[-6:]} | more


class TestAnOwner:
    def test_sees_his_balance_and_its_movements_by_name_and_id_number(self, door: Door, house: House) -> None:
        balance = house_statement(house.pk).balance_fen
        assert balance > 0

        page = text(ask(door, "fund/", proof(house)))

        assert f"{balance / 100:,.2f} 元" in page and "交存收入" in page and house.address in page
        assert "欧＊＊＊＊" in page and NAME not in page and ID_NUMBER not in page and PHONE not in page

    @pytest.mark.parametrize(
        "typed",
        [{"building": "１号楼"}, {"building": "1栋"}, {"name": f" {NAME} "}],
        ids=["full width", "栋", "spaces"],
    )
    def test_is_understood_however_he_types(self, door: Door, house: House, typed: dict[str, str]) -> None:
        assert house.building.name == "1幢"

        assert house.address in text(ask(door, "fund/", proof(house, **typed)))

    def test_sees_it_by_a_code_to_his_telephone(self, door: Door, house: House) -> None:
        sent = ask(door, "fund/?way=sms", place_of(house) | {"phone": PHONE})
        assert "动态密码已发送到 139****0001" in text(sent)

        assert "房屋维修资金明细" in text(door.client.post("/c/jiangcheng/fund/", {"code": code_sent()}))

    def test_is_shown_the_way_to_log_in_instead(self, door: Door) -> None:
        assert "/c/jiangcheng/login/?as=owner" in door.client.get("/c/jiangcheng/fund/").content.decode()


class TestAStranger:
    @pytest.mark.parametrize(
        "wrong",
        [{"name": "张三"}, {"id_tail": "000000"}, {"room": "9999"}, {"area": "没有的小区"}, {"building": "99幢"}],
        ids=["name", "number", "room", "area", "building"],
    )
    def test_finds_nothing(self, door: Door, house: House, wrong: dict[str, str]) -> None:
        answer = ask(door, "fund/", proof(house, **wrong))

        assert answer.status_code == 404 and NOT_FOUND in text(answer)

    def test_finds_nothing_by_a_telephone_of_his_own(self, door: Door, house: House) -> None:
        ask(door, "fund/?way=sms", place_of(house) | {"phone": "13700000001"})

        assert NOT_FOUND in text(door.client.post("/c/jiangcheng/fund/", {"code": code_sent()}))

    def test_finds_nothing_from_another_city(self, door: Door, house: House) -> None:
        door.city = "yandu"

        assert NOT_FOUND in text(ask(door, "fund/", proof(house)))

    def test_is_answered_alike_by_words_by_questions_and_by_the_clock(
        self, door: Door, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unlimited(monkeypatch)
        ways = {
            "name": proof(house, name="张三"),
            "number": proof(house, id_tail="000000"),
            "house": proof(house, room="9999"),
        }
        bodies, queries = set(), set()
        took: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(10):
            for name, sent in ways.items():
                letters = door.letters()
                began = time.perf_counter()
                answer = door.client.post("/c/jiangcheng/fund/", sent | {"captcha": letters})
                took[name].append(time.perf_counter() - began)
                bodies.add((answer.status_code, text(answer)))
        for sent in ways.values():
            letters = door.letters()
            with CaptureQueriesContext(connection) as asked:
                door.client.post("/c/jiangcheng/fund/", sent | {"captcha": letters})
            queries.add(len(asked))
        medians = [statistics.median(times[2:]) for times in took.values()]

        assert len(bodies) == 1 and len(queries) == 1
        assert max(medians) < 1.5 * min(medians), took

    def test_stops_at_the_limit_of_one_house(self, door: Door, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            limits, "QUERIES_OF_ONE_A_DAY", limits.Limit("query-of-one", 2, limits.OLD_PASSWORDS.window)
        )
        for typed in ("1幢", "１号楼"):
            ask(door, "fund/", proof(house, name="张三", building=typed))

        stopped = ask(door, "fund/", proof(house))

        assert stopped.status_code == 429 and house.address not in text(stopped)

    def test_cannot_use_the_open_query_of_other_cities(self, door: Door, house: House) -> None:
        answer = ask(door, "fund/", {"address": house.address})

        assert answer.status_code == 400 and house.address not in text(answer)
        forged = door.client.post("/c/jiangcheng/fund/", {"house": str(house.pk)})
        assert house.address not in text(forged)


class TestTheOpenQuery:
    """Manual 002, 快捷服务 3: by address alone, masked."""

    @pytest.fixture(autouse=True)
    def _open(self, settled: Cast) -> None:
        rule(settled, mode="OPEN_MASKED")

    def test_lists_addresses_only_and_shows_one_masked(self, door: Door, house: House) -> None:
        listed = ask(door, "fund/", {"address": f"江南名邸 {house.building.name}"})
        page = text(listed)
        assert house.address in page and "查看明细" in page
        assert "欧＊" not in page and "余额" not in page
        key = listed.content.decode().split(f'aria-label="查看明细：{house.address}"')[0].rsplit('value="', 1)[1]

        shown = text(door.client.post("/c/jiangcheng/fund/", {"house": key.split('"')[0]}))

        assert "房屋维修资金明细" in shown and "欧＊＊＊＊" in shown and NAME not in shown

    def test_shows_no_house_that_was_not_listed(self, door: Door, house: House) -> None:
        for forged in (str(house.pk), f"{house.pk}:x:y", "", "x"):
            answer = door.client.post("/c/jiangcheng/fund/", {"house": forged})
            assert answer.status_code == 400 and house.address not in text(answer)

    def test_asks_for_more_when_too_many_houses_answer(self, door: Door, house: House) -> None:
        assert "只列出前 20 户" in text(ask(door, "fund/", {"address": "江南名邸"}))
        assert NOT_FOUND in text(ask(door, "fund/", {"address": "没有这样的地址"}))
