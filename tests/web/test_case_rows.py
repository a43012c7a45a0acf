"""The table of boxes in which the rows of a case are seen and changed in place.

# covers: E3
"""

from typing import Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, move
from tests.web.pages import client_of, text
from tests.web.test_cases import ROW, form_of, photo
from upkeep.casework import engine, parts
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move

pytestmark = pytest.mark.django_db

SECOND = ROW | {"room": "302"}


@pytest.fixture
def case(cast: Cast) -> Case:
    return engine.start(register["area_collection"], by=cast["demo-developer"], at=AT, data=form_of(cast))


@pytest.fixture
def client(cast: Cast) -> Client:
    return client_of(cast, "demo-developer")


def put(cast: Cast, case: Case, *rows: dict[str, Any], keep_faulty: bool = False) -> None:
    parts.replace_rows(case.pk, "houses", rows, by=cast["demo-developer"], at=AT, keep_faulty=keep_faulty)
    case.refresh_from_db()


def address(case: Case, query: str = "") -> str:
    return f"/cases/{case.number}/sheets/houses/rows/{query}"


def sent(case: Case, action: str, **boxes: str) -> dict[str, Any]:
    return {
        "action": action,
        "version": str(case.version),
        **{name.replace("_", "-", 1): boxes[name] for name in boxes},
    }


def rows(case: Case) -> dict[int, dict[str, Any]]:
    return dict(parts.rows_of(case, "houses"))


class TestTheTableOfBoxes:
    def test_is_reached_from_the_page_of_the_sheet(self, cast: Cast, case: Case, client: Client) -> None:
        page = f"/cases/{case.number}/edit/2/"
        assert address(case) not in client.get(page).content.decode()
        put(cast, case, ROW)
        assert address(case) in client.get(page).content.decode()

    def test_shows_every_value_in_its_box(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW | {"area_dm2": 1_234_56})

        shown = client.get(address(case)).content.decode()

        assert 'name="r2-area_dm2" value="1234.56"' in shown
        assert "<option selected>住宅</option>" in shown

    def test_keeps_what_was_changed_on_the_page(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW, SECOND)
        boxes = {"row": ["2", "3"], "r2-room": "301", "r2-area_dm2": "１００．５㎡", "r3-room": " 309 "}

        answer = client.post(address(case), sent(case, "save") | boxes, follow=True)

        assert "已保存 2 行" in text(answer)
        assert [(row["room"], row["area_dm2"]) for row in rows(case).values()] == [("301", 100_50), ("309", 118_36)]

    def test_names_each_fault_at_its_cell_and_keeps_what_was_typed(
        self, cast: Cast, case: Case, client: Client
    ) -> None:
        put(cast, case, ROW, SECOND)
        boxes = {"row": ["2", "3"], "r2-floor": "三楼", "r3-room": ""}

        shown = client.post(address(case), sent(case, "save") | boxes)

        assert "所在楼层应为整数" in text(shown) and "没有保存" in text(shown)
        assert 'name="r2-floor" value="三楼"' in shown.content.decode()
        assert 'aria-describedby="wrong-r2-floor"' in shown.content.decode()
        assert rows(case) == {2: ROW, 3: SECOND}

    def test_refuses_two_rows_of_one_house_at_the_second(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW, SECOND)

        shown = client.post(address(case), sent(case, "save") | {"row": "3", "r3-room": "301"})

        assert "与第 2 行是同一户" in text(shown)
        assert rows(case)[3]["room"] == "302"

    def test_adds_a_row_or_says_what_it_lacks(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW)
        typed = {"building": "1幢", "building_kind": "高层", "elevator": "有", "unit": "1单元", "floor": "3"}
        typed |= {"room": "303", "use": "住宅", "nature": "商品房", "area_dm2": "90", "address": "滨江路"}
        boxes = {f"rnew-{key}": value for key, value in typed.items()}

        lacking = client.post(address(case), sent(case, "add") | boxes | {"rnew-area_dm2": ""})
        assert "建筑面积必填" in text(lacking) and 'value="303"' in lacking.content.decode()
        assert "已添加第 3 行" in text(client.post(address(case), sent(case, "add") | boxes, follow=True))

        assert (rows(case)[3]["room"], rows(case)[3]["area_dm2"]) == ("303", 90_00)

    def test_deletes_the_ticked_rows(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW, SECOND)

        nothing = client.post(address(case), sent(case, "delete"), follow=True)
        assert "请先勾选" in text(nothing)
        case.refresh_from_db()
        answer = client.post(address(case), sent(case, "delete") | {"tick": ["2", "²", "9" * 30]}, follow=True)

        assert "已删除 1 行" in text(answer)
        assert rows(case) == {3: SECOND}

    def test_of_a_colleague_who_was_quicker_is_not_overwritten(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW)
        old = sent(case, "save") | {"row": "2", "r2-room": "305"}
        put(cast, case, SECOND)

        assert "请刷新" in text(client.post(address(case), old, follow=True))
        assert rows(case) == {2: SECOND}

    def test_is_paged_and_narrowed_to_a_building(self, cast: Cast, case: Case, client: Client) -> None:
        many = [ROW | {"room": str(100 + n)} for n in range(60)]
        put(cast, case, *many, ROW | {"building": "2幢"})

        first, last = client.get(address(case)), client.get(address(case, "?page=2"))
        assert (first.content.count(b'name="row"'), last.content.count(b'name="row"')) == (50, 11)
        assert "1幢（60）" in text(first)
        assert client.get(address(case, "?group=2幢")).content.count(b'name="row"') == 1

    def test_shows_fetched_rows_that_are_faulty_until_they_are_mended(
        self, cast: Cast, case: Case, client: Client
    ) -> None:
        put(cast, case, ROW, SECOND | {"nature": None}, keep_faulty=True)
        client.post(f"/cases/{case.number}/papers/", photo("planning_permit"))
        case.refresh_from_db()

        assert "其中有 1 处错误" in text(client.get(f"/cases/{case.number}/edit/2/")).replace("  ", " ")
        assert "有 1 行存在错误" in text(client.get(f"/cases/{case.number}/edit/4/"))
        shown = client.get(address(case, "?wrong=1"))
        assert "房屋性质必填" in text(shown) and shown.content.count(b'name="row"') == 1
        client.post(address(case), sent(case, "save") | {"row": "3", "r3-nature": "商品房"})

        assert move(case, Move.SUBMIT, cast["demo-developer"]).submitted_at is not None

    def test_is_gone_once_the_case_is_handed_in_and_nobody_elses(self, cast: Cast, case: Case, client: Client) -> None:
        put(cast, case, ROW)
        for who in ("demo-clerk", "more-developer2"):
            assert client_of(cast, who).get(address(case)).status_code == 404
        client.post(f"/cases/{case.number}/papers/", photo("planning_permit"))
        move(case, Move.SUBMIT, cast["demo-developer"])

        assert client.get(address(case)).status_code == 404
        assert client.post(address(case), sent(case, "delete") | {"tick": "2"}).status_code == 404

    def test_is_only_for_tables_that_are_changed_in_place(self, cast: Cast, client: Client) -> None:
        other = engine.start(register["house_split_merge"], by=cast["demo-developer"], at=AT)

        assert client.get(f"/cases/{other.number}/sheets/new_houses/rows/").status_code == 404
