"""业务受理状态查询, from the page to the answer, and what it tells to those who only guess."""

import statistics
import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, move
from tests.web.pages import text
from tests.web.public.door import Door, code_sent
from tests.web.site.asking import PHONE_OF_CASE, ask, handed_in, rule
from upkeep.casework.models import Case
from upkeep.casework.states import Move
from upkeep.identity import limits
from upkeep.messaging.models import Outbox

# covers: P2
pytestmark = pytest.mark.django_db
NOT_FOUND = "没有查到相符的业务"
UNLIMITED = ("QUERIES_A_MINUTE", "QUERIES_AN_HOUR", "QUERIES_OF_ONE_A_DAY")


@pytest.fixture
def door(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


@pytest.fixture
def case(settled: Cast) -> Case:
    return handed_in(settled)


def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in UNLIMITED:
        limit = getattr(limits, name)
        monkeypatch.setattr(limits, name, limits.Limit(limit.kind, 10_000, limit.window))


class TestTheStatus:
    def test_of_a_running_form_is_told_to_whoever_knows_its_telephone(self, door: Door, case: Case) -> None:
        answer = ask(door, "status/", {"number": f" {case.number.lower()} ", "tail": PHONE_OF_CASE[-4:]})

        page = text(answer)
        for words in ("入驻申请", case.number, "待受理", "提交", "诸＊＊＊＊ 139****4321"):
            assert words in page, words
        assert PHONE_OF_CASE not in page and "诸葛" not in page
        assert "no-store" in answer["Cache-Control"]

    def test_of_a_finished_form_is_told_too(self, settled: Cast, door: Door, case: Case) -> None:
        move(case, Move.WITHDRAW, settled["more-company2"])

        page = text(ask(door, "status/", {"number": case.number, "tail": PHONE_OF_CASE[-4:]}))

        assert "已撤回" in page and "办结时间" in page

    def test_says_nothing_of_opinions_which_may_name_people(self, settled: Cast, door: Door, case: Case) -> None:
        developer = next(
            one for one in settled.city.users if settled[one].organisation_id == settled.area().developer_id
        )
        move(case, Move.RETURN, settled[developer], note="请欧阳金丝雀来电 13987650001")

        page = text(ask(door, "status/", {"number": case.number, "tail": PHONE_OF_CASE[-4:]}))

        assert "退回补正" in page and "金丝雀" not in page and "13987650001" not in page

    def test_needs_no_more_than_the_number_where_the_city_says_so(self, settled: Cast, door: Door, case: Case) -> None:
        """Manual 002, 快捷服务 4."""
        rule(settled, case_proof="NUMBER")
        assert "预留电话" not in text(door.client.get("/c/jiangcheng/status/"))

        page = text(ask(door, "status/", {"number": case.number}))

        assert case.number in page and "诸＊＊＊＊" in page

    def test_is_told_by_a_code_to_the_telephone_on_record(self, settled: Cast, door: Door, case: Case) -> None:
        rule(settled, case_proof="SMS")

        sent = ask(door, "status/", {"number": case.number, "phone": PHONE_OF_CASE})
        assert "动态密码已发送到 139****4321" in text(sent)
        assert "动态密码不正确" in text(door.client.post("/c/jiangcheng/status/", {"code": "000000"}))
        page = text(door.client.post("/c/jiangcheng/status/", {"code": code_sent()}))

        assert case.number in page and "待受理" in page

    def test_is_not_told_by_a_code_to_another_telephone(self, settled: Cast, door: Door, case: Case) -> None:
        rule(settled, case_proof="SMS")
        ask(door, "status/", {"number": case.number, "phone": "13700000001"})

        assert NOT_FOUND in text(door.client.post("/c/jiangcheng/status/", {"code": code_sent()}))

    def test_is_asked_with_the_number_from_the_first_page(self, door: Door) -> None:
        assert 'value="RZ1"' in door.client.get("/c/jiangcheng/status/?number=RZ1").content.decode()

    def test_of_a_draft_or_of_another_city_is_not_told(self, door: Door, case: Case) -> None:
        sent = {"number": case.number, "tail": PHONE_OF_CASE[-4:]}
        door.city = "yandu"
        assert NOT_FOUND in text(ask(door, "status/", sent))
        door.city = "jiangcheng"
        draft = Case.objects.create(number="RZ209901010000019", **_copied(case))
        assert NOT_FOUND in text(ask(door, "status/", sent | {"number": draft.number}))


def _copied(case: Case) -> dict[str, Any]:
    names = ("procedure", "jurisdiction", "applicant_user", "contact_phone", "created_at")
    return {name: getattr(case, name) for name in names}


class TestAGuess:
    def test_is_answered_alike_whatever_is_wrong(
        self, settled: Cast, door: Door, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unlimited(monkeypatch)
        bodies, queries = set(), set()
        for number, tail in ((case.number, "0000"), ("RZ209901010000019", "4321"), ("x", "0000")):
            door.letters()
            with CaptureQueriesContext(connection) as asked:
                answer = door.client.post(
                    "/c/jiangcheng/status/", {"number": number, "tail": tail, "captcha": door.letters()}
                )
            bodies.add((answer.status_code, _without_token(answer)))
            queries.add(len(asked))

        assert len(bodies) == 1 and NOT_FOUND in bodies.pop()[1]
        assert len(queries) == 1

    def test_learns_nothing_from_how_long_the_answer_takes(
        self, settled: Cast, door: Door, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unlimited(monkeypatch)
        took: dict[str, list[float]] = {case.number: [], "RZ209901010000019": []}
        for _ in range(12):
            for number, times in took.items():
                letters = door.letters()
                began = time.perf_counter()
                door.client.post("/c/jiangcheng/status/", {"number": number, "tail": "0000", "captcha": letters})
                times.append(time.perf_counter() - began)
        known, unknown = (statistics.median(times[2:]) for times in took.values())

        assert max(known, unknown) < 1.5 * min(known, unknown), took

    def test_needs_a_new_picture_each_time(self, door: Door, case: Case) -> None:
        sent = {"number": case.number, "tail": PHONE_OF_CASE[-4:], "captcha": door.letters()}
        assert door.client.post("/c/jiangcheng/status/", sent | {"tail": "0000"}).status_code == 404

        again = door.client.post("/c/jiangcheng/status/", sent)

        assert again.status_code == 400 and "验证码不正确" in text(again)

    def test_stops_at_the_limit_of_its_address(self, door: Door, case: Case) -> None:
        for place in range(limits.QUERIES_A_MINUTE.most):
            assert ask(door, "status/", {"number": f"RZ{place}", "tail": "0000"}).status_code == 404

        stopped = ask(door, "status/", {"number": case.number, "tail": PHONE_OF_CASE[-4:]})

        assert stopped.status_code == 429 and case.number not in text(stopped)

    def test_stops_at_the_limit_of_one_form_from_wherever_it_comes(
        self, door: Door, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            limits, "QUERIES_OF_ONE_A_DAY", limits.Limit("query-of-one", 3, limits.OLD_PASSWORDS.window)
        )
        for _ in range(3):
            ask(door, "status/", {"number": case.number, "tail": "0000"})
        elsewhere = Door(monkeypatch)
        elsewhere.client = Client(REMOTE_ADDR="203.0.113.9")

        stopped = ask(elsewhere, "status/", {"number": case.number, "tail": PHONE_OF_CASE[-4:]})

        assert stopped.status_code == 429 and "今天" in text(stopped)

    def test_of_a_telephone_sends_the_same_sms_whether_there_is_a_form_or_not(
        self, settled: Cast, door: Door, case: Case
    ) -> None:
        rule(settled, case_proof="SMS")
        before = Outbox.objects.count()

        known = ask(door, "status/", {"number": case.number, "phone": "13700000001"})
        door.client.get("/c/jiangcheng/status/?again=1")
        unknown = ask(door, "status/", {"number": "RZ209901010000019", "phone": "13700000002"})

        assert Outbox.objects.count() == before + 2
        assert _without_token(known).replace("0001", "0002") == _without_token(unknown)


def _without_token(answer: Any) -> str:
    return text(answer)
