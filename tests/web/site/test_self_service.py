"""业主自主办理区: one search, addresses and nothing else, proof before anything of a house (coverage of manual 002, 快捷服务 1).

# covers: P2 D3
"""

import datetime as dt
import statistics
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast
from tests.web.pages import client_of, text
from tests.web.public.door import Door, code_sent
from tests.web.site.asking import ask, rule
from tests.web.site.test_status import unlimited
from tests.web.site.unpaid import ID_NUMBER, NAME, PHONE, base_of, case_at, hand_in, prove, row_url, unpaid_house
from upkeep.casework.models import Case
from upkeep.estate.models import House
from upkeep.identity import limits
from upkeep.web.site import proof

pytestmark = pytest.mark.django_db
AREA = "/c/jiangcheng/self-service/"
NOT_PROVED, NOT_FOR_BUYERS = "核对未通过", "不能按新购房办理"


@pytest.fixture
def door(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


@pytest.fixture
def house(settled: Cast) -> House:
    return unpaid_house(settled)


class TestTheSearch:
    @pytest.mark.parametrize("typed", ["江南名邸 1幢 9901", "江南名邸1幢1单元9901", "江南名邸１幢９９０１"])
    def test_finds_the_house_however_the_address_is_typed(self, door: Door, house: House, typed: str) -> None:
        assert house.address in text(door.client.get(AREA, {"q": typed}))

    def test_offers_the_acts_at_each_row_and_the_search_and_the_third_way_beside_it(
        self, door: Door, house: House
    ) -> None:
        page = door.client.get(AREA, {"q": house.address}).content.decode()

        assert f'aria-label="交款：{house.address}"' in page
        assert f'value="{house.address}"' in page and "未备案房屋交款" in page

    def test_lists_addresses_and_nothing_else(self, door: Door, house: House) -> None:
        page = text(door.client.get(AREA, {"q": "江南名邸 1幢"}))

        assert "房屋查询结果" in page and "只列出前 20 户" in page
        assert NAME not in page and "上官" not in page and "98.37" not in page and "未交" not in page

    @pytest.mark.parametrize("typed", ["", "江", "   ", "1幢"])
    def test_asks_for_more_when_too_little_is_typed(self, door: Door, house: House, typed: str) -> None:
        answer = door.client.get(AREA, {"q": typed})

        assert answer.status_code == 400 and "请填写小区名称" in text(answer)

    def test_tells_what_to_do_when_nothing_is_found(self, door: Door) -> None:
        page = text(door.client.get(AREA, {"q": "没有的小区 1幢"}))

        assert "没有找到房屋" in page and "可办理 未备案房屋交款" in page

    def test_takes_a_bounded_number_of_questions(self, door: Door, house: House) -> None:
        with CaptureQueriesContext(connection) as few:
            door.client.get(AREA, {"q": house.address})
        with CaptureQueriesContext(connection) as many:
            door.client.get(AREA, {"q": "江阳区滨江路"})

        assert len(few) <= 30 and len(many) <= len(few)

    def test_stops_at_the_limit_of_one_address(self, door: Door, house: House) -> None:
        answers = [door.client.get(AREA, {"q": house.address}) for _ in range(11)]

        assert [one.status_code for one in answers] == [200] * 10 + [429]
        assert "过于频繁" in text(answers[-1]) and house.address not in text(answers[-1]).split("过于频繁")[1]

    def test_finds_no_house_of_another_city(self, door: Door, house: House) -> None:
        assert "没有找到房屋" in text(door.client.get("/c/yandu/self-service/", {"q": house.address}))

    def test_is_on_the_home_page(self, door: Door) -> None:
        page = door.client.get("/c/jiangcheng/").content.decode()

        assert f'action="{AREA}"' in page and 'aria-label="办理业务的房屋地址"' in page


class TestTheProof:
    def test_by_name_and_number_begins_the_form_of_that_house(self, door: Door, house: House) -> None:
        base = base_of(prove(door, house))

        assert case_at(base).data["house"] == str(house.pk)
        page = text(door.client.get(AREA + "house/"))
        assert "上＊＊＊" in page and NAME not in page and "98.37 ㎡" in page

    def test_by_a_code_to_the_phone_on_record_does_too(self, door: Door, house: House) -> None:
        sent = prove(door, house, way="sms", phone=PHONE)
        assert "动态密码已发送到" in text(sent)
        url = row_url(door.client, house) + "&way=sms"

        assert base_of(door.client.post(url, {"code": code_sent()}))

    def test_by_a_code_to_another_phone_does_not(self, door: Door, house: House) -> None:
        prove(door, house, way="sms", phone="13700000001")
        url = row_url(door.client, house) + "&way=sms"

        answer = door.client.post(url, {"code": code_sent()})

        assert answer.status_code == 404 and NOT_PROVED in text(answer)

    def test_by_a_code_for_another_house_or_another_query_does_not(
        self, settled: Cast, door: Door, house: House
    ) -> None:
        other = unpaid_house(settled, "9902", owned=False)
        prove(door, house, way="sms", phone=PHONE)
        code = code_sent()

        assert door.client.post("/c/jiangcheng/fund/?way=sms", {"code": code}).status_code == 400
        assert door.client.post("/c/jiangcheng/status/", {"code": code}).status_code == 400
        assert door.client.post(row_url(door.client, other) + "&way=sms", {"code": code}).status_code == 400

    def test_runs_out(self, door: Door, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        prove(door, house)
        assert door.client.get(AREA + "house/").status_code == 200

        later = timezone.now() + proof.LASTS + dt.timedelta(seconds=1)
        monkeypatch.setattr("upkeep.web.site.proof.timezone.now", lambda: later)

        assert door.client.get(AREA + "house/")["Location"] == AREA
        assert door.client.post(AREA + "house/deposit/")["Location"] == AREA

    def test_counts_in_its_city_only(self, door: Door, house: House) -> None:
        prove(door, house)

        assert door.client.get("/c/yandu/self-service/house/")["Location"] == "/c/yandu/self-service/"

    def test_changes_the_number_of_the_visit(self, door: Door, house: House) -> None:
        row_url(door.client, house)
        door.letters()
        before = door.client.session.session_key
        prove(door, house)

        assert door.client.session.session_key != before

    @pytest.mark.parametrize("key", ["", "1", "1:2:3"])
    def test_of_a_forged_row_leads_back_to_the_search(self, door: Door, house: House, key: str) -> None:
        assert door.client.get(AREA + "proof/deposit/", {"house": key})["Location"] == AREA
        forged = door.client.get(AREA + "proof/deposit/", {"house": str(house.pk)})
        assert forged["Location"] == AREA

    def test_with_a_wrong_picture_asks_nothing(self, door: Door, house: House) -> None:
        url = row_url(door.client, house)
        door.letters()

        with CaptureQueriesContext(connection) as asked:
            answer = door.client.post(url, {"name": NAME, "id_tail": ID_NUMBER[-6:], "captcha": "ZZZZ"})

        assert answer.status_code == 400 and not Case.objects.filter(procedure="owner_deposit").exists()
        assert not any("estate_ownership" in one["sql"] for one in asked)

    def test_stops_at_the_limit_of_one_house(self, door: Door, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        unlimited(monkeypatch)
        window = limits.OLD_PASSWORDS.window
        monkeypatch.setattr(limits, "QUERIES_OF_ONE_A_DAY", limits.Limit("query-of-one", 2, window))
        for _ in range(2):
            prove(door, house, name="张三", id_tail="000000")

        assert prove(door, house).status_code == 429

    def test_of_a_buyer_opens_no_house_that_somebody_owns(self, door: Door, house: House) -> None:
        answer = prove(door, house, way="buyer")

        assert answer.status_code == 404 and NOT_FOR_BUYERS in text(answer)
        assert door.client.get(AREA + "house/")["Location"] == AREA

    def test_of_a_buyer_begins_no_refund(self, settled: Cast, door: Door) -> None:
        bare = unpaid_house(settled, "9902", owned=False)
        prove(door, bare, way="buyer")

        answer = door.client.post(AREA + "house/refund/", follow=True)

        assert "须由登记的业主办理" in text(answer)


class TestAllThatFails:
    """Wrong name, wrong number, nobody recorded; for buyers: owned, paid, asked for already. One answer each way."""

    ROUNDS = 24

    @pytest.fixture
    def ways(self, settled: Cast, door: Door, house: House, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
        unlimited(monkeypatch)
        bare = unpaid_house(settled, "9902", owned=False)
        right = {"name": NAME, "id_tail": ID_NUMBER[-6:]}
        return {
            "name": (row_url(door.client, house), right | {"name": "张三"}),
            "number": (row_url(door.client, house), right | {"id_tail": "000000"}),
            "nobody": (row_url(door.client, bare), right),
        }

    def test_is_one_answer_byte_for_byte(self, door: Door, house: House, ways: dict[str, Any]) -> None:
        seen = set()
        for url, sent in ways.values():
            answer = door.client.post(url, sent | {"captcha": door.letters()})
            seen.add((answer.status_code, _stripped(answer)))

        assert len(seen) == 1, seen

    def test_asks_the_database_as_much(self, door: Door, ways: dict[str, Any]) -> None:
        counts = set()
        for url, sent in ways.values():
            letters = door.letters()
            with CaptureQueriesContext(connection) as asked:
                door.client.post(url, sent | {"captcha": letters})
            counts.add(len(asked))

        assert len(counts) == 1, counts

    def test_takes_the_same_time(self, door: Door, ways: dict[str, Any]) -> None:
        took = _timed(door, ways, rounds=self.ROUNDS)

        assert not _tell_apart(took), {name: statistics.median(times) for name, times in took.items()}

    def test_of_the_fund_takes_the_same_time(self, door: Door, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        unlimited(monkeypatch)
        place = {"area": house.area.name, "building": "1幢", "unit": "1", "room": "9901"}
        right = place | {"name": NAME, "id_tail": ID_NUMBER[-6:]}
        ways = {
            "name": ("/c/jiangcheng/fund/", right | {"name": "张三"}),
            "number": ("/c/jiangcheng/fund/", right | {"id_tail": "000000"}),
            "house": ("/c/jiangcheng/fund/", right | {"room": "8888"}),
            "area": ("/c/jiangcheng/fund/", right | {"area": "没有的小区"}),
        }

        took = _timed(door, ways, rounds=self.ROUNDS)

        assert not _tell_apart(took), {name: statistics.median(times) for name, times in took.items()}

    def test_would_be_told_apart_if_one_took_longer(self, door: Door, ways: dict[str, Any]) -> None:
        took = _timed(door, ways, rounds=self.ROUNDS)
        slowed = {name: [t * (2.5 if name == "nobody" else 1) for t in times] for name, times in took.items()}

        assert _tell_apart(slowed)


def _stripped(answer: Any) -> str:
    """The page without what differs by house: its own address and the row's key; and without the form token."""
    page = text(answer)
    for part in ("9901", "9902"):
        page = page.replace(part, "")
    return page


def _timed(door: Door, ways: dict[str, Any], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of each failing query, taken in turns so that a busy machine slows all of them alike."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for place in range(rounds + 2):
        for name, (url, sent) in ways.items():
            letters = door.letters()
            began = time.perf_counter()
            door.client.post(url, sent | {"captcha": letters})
            if place >= 2:  # the first two warm the caches
                took[name].append(time.perf_counter() - began)
    return took


def _tell_apart(took: dict[str, list[float]]) -> bool:
    """Whether somebody with a watch could: by turns, one is slower than another in nearly every round, and by more than a
    fifth in the middle. Rounds are compared with themselves, so load that comes and goes falls out.
    """
    names = sorted(took)
    for one in names:
        for other in names:
            pairs = list(zip(took[one], took[other], strict=True))
            slower = sum(a > b for a, b in pairs) / len(pairs)
            ratio = statistics.median(a / b for a, b in pairs)
            if slower > 0.9 and ratio > 1.2:
                return True
    return False


class TestTheOpenMode:
    """Manual 002: the address is enough; what is shown is masked."""

    @pytest.fixture(autouse=True)
    def _open(self, settled: Cast) -> None:
        rule(settled, mode="OPEN_MASKED")

    def test_begins_the_form_after_the_picture(self, door: Door, house: House) -> None:
        url = row_url(door.client, house)
        page = text(door.client.get(url))
        assert "确认办理" in page and "证件号码后六位" not in page

        base = base_of(door.client.post(url, {"captcha": door.letters()}))

        shown = text(door.client.get(f"{base}edit/1/"))
        assert house.address in shown and NAME not in shown and ID_NUMBER not in shown and PHONE not in shown
        assert "上＊＊＊" in text(door.client.get(AREA + "house/"))

    def test_still_asks_for_the_picture(self, door: Door, house: House) -> None:
        url = row_url(door.client, house)

        assert door.client.post(url, {"captcha": ""}).status_code == 400


class TestTheStatus:
    def test_finds_a_finished_form_and_how_its_slip_stands(self, settled: Cast, door: Door, house: House) -> None:
        base = base_of(prove(door, house))
        door.client.post(f"{base}edit/1/", {"payer_name": NAME, "payer_phone": PHONE})
        hand_in(door.client, base)
        number = case_at(base).number

        page = text(ask(another(door), "status/", {"number": number, "tail": PHONE[-4:]}))

        assert "已办结" in page and "待交" in page and NAME not in page and PHONE not in page


def another(door: Door) -> Door:
    """Another visitor."""
    door.client = Client()
    return door


def test_an_official_is_told_that_it_is_not_his_business(settled: Cast, house: House) -> None:
    accountant = client_of(settled, "demo-accountant")

    answer = accountant.post(f"/c/jiangcheng/self-service/unregistered/{settled.area().number}/", follow=True)

    assert "没有办理" in text(answer)
