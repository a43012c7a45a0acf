"""An area entered by hand on its pages: buildings, generated houses with preview, single houses, owners.

# covers: E1 E2 E10
"""

import random
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from tests.cast import TODAY, Cast
from tests.web.pages import client_of, text
from tests.web.test_cases import begun, form_of, photo
from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.demo.people import invent
from upkeep.estate.models import Area, House, Ownership
from upkeep.policy.actions import set_policy
from upkeep.policy.collection_rule import BY_HAND, WORKBOOK, CollectionRule
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db

TOWER = {
    "rnew-building": "1幢",
    "rnew-building_kind": "高层",
    "rnew-elevator": "有",
    "rnew-storeys": "3",
    "rnew-units": "2",
    "rnew-floor_area_dm2": "12,800",
}
PLAN: dict[str, Any] = {
    "units": ["1", "2"],
    "storeys": "3",
    "lowest": "1",
    "skipped": "2",
    "per_floor": "2",
    "rule": "FLOOR_ROOM",
    "use": "住宅",
    "nature": "商品房",
    "areas": "100，89.5",
}
OWNER = {"owner0-name": "赵明", "owner0-id_kind": "ID_CARD", "owner0-phone": "13908300077", "owner0-share": ""}


class Draft:
    """A developer's browser at a draft of its own."""

    def __init__(self, cast: Cast) -> None:
        self.client: Client = client_of(cast, "demo-developer")
        self.number = begun(self.client)
        self.client.post(self.step(1), form_of(cast, established_on="2025-03-01"))

    def step(self, page: int) -> str:
        return f"/cases/{self.number}/edit/{page}/"

    def at(self, page: str) -> str:
        return f"/cases/{self.number}/sheets/houses/{page}"

    def building(self, name: str = "1幢") -> str:
        return self.at(f"draft/building/?name={quote(name)}")

    def send(self, address: str, action: str = "", **values: Any) -> str:
        boxes = values.pop("boxes", {})
        sent = {"action": action, "version": str(Case.objects.get(number=self.number).version), **boxes, **values}
        return text(self.client.post(address, sent, follow=True))

    def generated(self, **changes: Any) -> str:
        self.send(self.at("draft/"), boxes=TOWER)
        shown = self.client.post(self.building(), PLAN | changes | {"action": "preview"})
        return self.send(self.building(), "generate", boxes=PLAN | changes, previewed=_previewed(shown))

    @property
    def rows(self) -> dict[int, dict[str, Any]]:
        return dict(parts.rows_of(Case.objects.get(number=self.number), "houses"))


def _previewed(shown: Any) -> str:
    return str(shown.context["previewed"])


@pytest.fixture
def draft(cast: Cast) -> Draft:
    return Draft(cast)


class TestTheWayByHand:
    def test_leads_from_an_empty_draft_to_an_area_with_houses_and_owner(self, cast: Cast, draft: Draft) -> None:
        step = draft.client.get(draft.step(2))
        assert draft.at("draft/") in step.content.decode() and "手工录入、批量生成" in text(step)
        assert "楼栋“1幢”已保存" in draft.send(draft.at("draft/"), boxes=TOWER)
        preview = draft.client.post(draft.building(), PLAN | {"action": "preview"})
        assert "将生成 12 户，1,137.00 ㎡" in text(preview)
        assert draft.rows == {}
        answer = draft.send(draft.building(), "generate", boxes=PLAN, previewed=_previewed(preview))
        assert "已生成 12 户" in answer
        owner = OWNER | {"owner0-id_number": invent(random.Random(1)).id_number}
        assert "已绑定业主" in draft.send(draft.at("draft/houses/2/"), "bind", boxes=owner)
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))
        confirmation = text(draft.client.get(draft.step(4)))
        assert "已绑定业主 1 户" in confirmation and "1,137.00" in confirmation
        draft.client.post(f"/cases/{draft.number}/move/", {"move": "SUBMIT"})
        for who, move in (("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS")):
            client_of(cast, who).post(f"/cases/{draft.number}/move/", {"move": move})

        area = Area.objects.get(name="云水谣")
        assert sorted({house.floor for house in House.objects.filter(area=area)}) == [1, 3, 4]
        assert Ownership.objects.get().house.room == "101"
        shown = text(draft.client.get(f"/areas/{area.pk}/"))
        assert area.number in shown and "2025-03-01" in shown and "113,000.00" in shown

    def test_shows_again_what_changed_since_the_preview_instead_of_saving_it(self, draft: Draft) -> None:
        draft.send(draft.at("draft/"), boxes=TOWER)
        preview = draft.client.post(draft.building(), PLAN | {"action": "preview"})

        changed = PLAN | {"per_floor": "3", "areas": "90"}
        answer = draft.send(draft.building(), "generate", boxes=changed, previewed=_previewed(preview))

        assert "将生成 18 户" in answer
        assert draft.rows == {}

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"units": []}, "请选择单元"),
            ({"units": ["9"]}, "9"),
            ({"per_floor": "两户"}, "请填写整数"),
            ({"per_floor": "1,2,3"}, "每单元每层户数应填写 1 个数"),
            ({"areas": "0"}, "请填写大于 0"),
            ({"areas": "90,80,70"}, "每个户室面积应填写 1 个数"),
            ({"skipped": "四"}, "请填写楼层号"),
            ({"storeys": ""}, "请填写地上层数"),
            ({"storeys": "0"}, "不能都为 0"),
            ({"rule": "GUESS"}, "GUESS"),
        ],
    )
    def test_says_what_is_wrong_with_a_generation(self, draft: Draft, changes: dict[str, Any], sentence: str) -> None:
        draft.send(draft.at("draft/"), boxes=TOWER)

        assert sentence in draft.send(draft.building(), "preview", boxes=PLAN | changes)
        assert draft.rows == {}


class TestTheBuildings:
    def test_are_refused_naming_the_cell_and_keep_what_was_typed(self, draft: Draft) -> None:
        wrong = TOWER | {"rnew-storeys": "三", "rnew-units": ""}
        shown = draft.client.post(draft.at("draft/"), wrong)

        assert "地上层数应为整数" in text(shown) and 'value="三"' in shown.content.decode()
        draft.send(draft.at("draft/"), boxes=TOWER)
        assert "已有名为“1幢”的楼栋" in draft.send(draft.at("draft/"), boxes=TOWER)

    def test_are_changed_with_their_houses_and_deleted(self, draft: Draft) -> None:
        draft.generated()
        changed = TOWER | {"rnew-building": "甲座", "rnew-elevator": "无"}

        assert "楼栋“甲座”已保存" in draft.send(draft.building(), "describe", boxes=changed)
        assert {(row["building"], row["elevator"]) for row in draft.rows.values()} == {("甲座", "无")}
        assert draft.client.get(draft.building()).status_code == 404
        assert "应为整数" in draft.send(draft.building("甲座"), "describe", boxes=changed | {"rnew-storeys": "x"})
        assert "已删除甲座和其中的 12 户" in draft.send(draft.building("甲座"), "delete")
        assert draft.rows == {}

    def test_get_units_by_hand_and_lose_them(self, draft: Draft) -> None:
        draft.generated()

        assert "已添加3单元" in draft.send(draft.building(), "add_unit", unit="3")
        assert "已有“3单元”" in draft.send(draft.building(), "add_unit", unit="3")
        assert "已删除3单元和其中的 0 户" in draft.send(draft.building(), "delete_unit", unit="3")
        assert "已删除2单元和其中的 6 户" in draft.send(draft.building(), "delete_unit", unit="2")
        assert "已被删除" in draft.send(draft.building(), "delete_unit", unit="2")


class TestTheHouses:
    def test_are_set_several_at_once(self, draft: Draft) -> None:
        draft.generated()

        answer = draft.send(draft.building(), "set", house=["2", "3"], use="商业", nature="其他", area_dm2="66.6")

        assert "已设置 2 户" in answer
        found = [(row["use"], row["nature"], row["area_dm2"]) for row in draft.rows.values()]
        assert found[:3] == [("商业", "其他", 66_60), ("商业", "其他", 66_60), ("住宅", "商品房", 100_00)]
        assert "请先勾选房屋" in draft.send(draft.building(), "set", use="商业")
        assert "请选择要设置" in draft.send(draft.building(), "set", house="2")
        assert "建筑面积应为数字" in draft.send(draft.building(), "set", house="2", area_dm2="大")

    def test_are_added_singly_with_an_address_of_their_own(self, draft: Draft) -> None:
        draft.generated()
        one = {"rnew-unit": "1", "rnew-floor": "-1", "rnew-room": "储1", "rnew-use": "储藏室", "rnew-nature": "商品房"}

        assert "建筑面积必填" in draft.send(draft.building(), "add_house", boxes=one)
        assert "已添加 1单元 储1" in draft.send(draft.building(), "add_house", boxes=one | {"rnew-area_dm2": "12"})
        assert draft.rows[14]["address"] == "江阳区滨江路188号1幢1单元储1"
        assert (draft.rows[14]["building_kind"], draft.rows[14]["floor"]) == ("高层", -1)
        assert "是同一户" in draft.send(draft.building(), "add_house", boxes=one | {"rnew-area_dm2": "12"})

    def test_are_changed_and_deleted_one_by_one_or_several(self, draft: Draft) -> None:
        draft.generated()
        shown = draft.client.get(draft.at("draft/houses/2/")).content.decode()
        assert 'name="rnew-room" value="101"' in shown and 'name="rnew-building"' not in shown
        one = {"rnew-unit": "1", "rnew-floor": "1", "rnew-room": "1A", "rnew-use": "商业", "rnew-nature": "商品房"}
        one |= {"rnew-area_dm2": "55.5", "rnew-address": "滨江路190号"}

        assert "已保存" in draft.send(draft.at("draft/houses/2/"), "save", boxes=one)
        assert (draft.rows[2]["room"], draft.rows[2]["area_dm2"], draft.rows[2]["note"]) == ("1A", 55_50, None)
        assert "是同一户" in draft.send(draft.at("draft/houses/2/"), "save", boxes=one | {"rnew-room": "102"})
        assert "已删除 1幢 1单元 1A" in draft.send(draft.at("draft/houses/2/"), "delete")
        assert "已删除 2 户" in draft.send(draft.building(), "delete_houses", house=["3", "4"])
        assert "请先勾选房屋" in draft.send(draft.building(), "delete_houses")
        assert len(draft.rows) == 9

    def test_are_bound_to_an_owner_who_is_checked_masked_and_let_go(self, draft: Draft) -> None:
        draft.generated()
        owner = OWNER | {"owner0-id_number": "510502199001011234"}

        assert "身份证号码不正确" in draft.send(draft.at("draft/houses/2/"), "bind", boxes=owner)
        owner["owner0-id_number"] = invent(random.Random(3)).id_number.lower()
        assert "已绑定业主" in draft.send(draft.at("draft/houses/2/"), "bind", boxes=owner)
        shown = text(draft.client.get(draft.building()))
        assert "赵＊" in shown and "赵明" not in shown
        assert "已解除绑定" in draft.send(draft.at("draft/houses/2/"), "unbind")
        assert "赵＊" not in text(draft.client.get(draft.building()))


class TestAnOutdatedScreen:
    def test_changes_nothing_that_a_colleague_has_changed_meanwhile(self, draft: Draft) -> None:
        draft.generated()
        old = str(Case.objects.get(number=draft.number).version)
        draft.send(draft.building(), "set", house="2", use="商业")
        before = draft.rows
        owner = OWNER | {"owner0-id_number": invent(random.Random(3)).id_number}

        for address, action, values in (
            (draft.building(), "set", {"house": "2", "use": "办公"}),
            (draft.building(), "delete_houses", {"house": "2"}),
            (draft.at("draft/houses/2/"), "delete", {}),
            (draft.at("draft/houses/2/"), "bind", owner),
            (draft.at("draft/houses/2/"), "unbind", {}),
        ):
            assert "请刷新" in draft.send(address, action, boxes=values, version=old), action
        assert draft.rows == before

    def test_is_not_asked_for_what_a_case_keeps_beside_its_pages(self, draft: Draft) -> None:
        for page in ("owners/export/", "buildings/export/", "owners/template/"):
            assert draft.client.get(f"/cases/{draft.number}/sheets/{page}").status_code == 404


class TestTheWays:
    @pytest.mark.parametrize(
        ("sources", "hand", "book"),
        [((BY_HAND,), True, False), ((WORKBOOK,), False, True), ((BY_HAND, WORKBOOK), True, True)],
    )
    def test_are_those_that_the_city_opens(self, cast: Cast, sources: tuple[str, ...], hand: bool, book: bool) -> None:
        set_policy(
            kind=PolicyKind.COLLECTION_RULE,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=CollectionRule(sources=sources),
            valid_from=TODAY.replace(year=2020),
        )
        draft = Draft(cast)
        step = draft.client.get(draft.step(2)).content.decode()

        assert (draft.at("draft/") in step, draft.at("import/") in step) == (hand, book)
        assert draft.client.get(draft.at("draft/")).status_code == (200 if hand else 404)
        sent = draft.client.post(draft.at("import/"))
        assert sent.status_code == (302 if book else 404)
        assert "请先填写房屋信息" in draft.send(draft.step(2), "next") or not hand

    def test_are_closed_to_others_and_once_the_case_is_handed_in(self, cast: Cast, draft: Draft) -> None:
        draft.generated()
        pages = (draft.at("draft/"), draft.building(), draft.at("draft/houses/2/"))
        for who in ("more-developer2", "demo-clerk"):
            assert {client_of(cast, who).get(page).status_code for page in pages} == {404}
        for nowhere in (
            draft.at("draft/houses/99/"),
            draft.building("9幢"),
            f"/cases/{draft.number}/sheets/owners/draft/",
        ):
            assert draft.client.get(nowhere).status_code == 404
        assert draft.client.post(draft.building(), {"action": "burn"}).status_code == 404
        assert draft.client.post(draft.at("draft/houses/2/"), {"action": "burn"}).status_code == 404
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))
        draft.client.post(f"/cases/{draft.number}/move/", {"move": "SUBMIT"})

        assert {draft.client.get(page).status_code for page in pages} == {404}
        assert {draft.client.post(page, {"action": "delete"}).status_code for page in pages} == {404}
        assert len(draft.rows) == 12


class TestTheListOfAreas:
    def test_has_the_developers_drafts_to_go_on_with_or_to_throw_away(self, cast: Cast, draft: Draft) -> None:
        page = draft.client.get("/areas/")
        assert "云水谣" in text(page) and "草稿" in text(page) and draft.step(1) in page.content.decode()
        assert "云水谣" not in text(draft.client.get("/areas/?q=别处"))
        for who in ("more-developer2", "demo-company", "demo-clerk"):
            assert "云水谣" not in text(client_of(cast, who).get("/areas/"))

        draft.send(f"/cases/{draft.number}/drop/")

        assert Case.objects.get(number=draft.number).state == State.WITHDRAWN
        assert "云水谣" not in text(draft.client.get("/areas/"))

    def test_says_of_one_that_is_being_decided_how_it_stands(self, cast: Cast, draft: Draft) -> None:
        draft.generated()
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))
        draft.client.post(f"/cases/{draft.number}/move/", {"move": "SUBMIT"})

        page = draft.client.get("/areas/")

        assert "查看办理进度" in text(page) and "待受理" in text(page)
        assert f"/cases/{draft.number}/drop/" not in page.content.decode()
