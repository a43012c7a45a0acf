"""Entering by hand what the first way does not need: co-owners, buildings without units, an area's own number, supplements.

# covers: E1 E2 E4 E10
"""

import random
from typing import Any
from urllib.parse import quote

import pytest

from tests.cast import Cast
from tests.procedures.test_house_supplement import area_of
from tests.web.pages import client_of, text
from tests.web.test_cases import form_of, photo
from tests.web.test_draft_pages import OWNER, PLAN, TOWER, Draft, _previewed
from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.demo.people import invent
from upkeep.estate.models import Area, Building, House, Ownership
from upkeep.messaging.models import Outbox

pytestmark = pytest.mark.django_db
CELLAR = {
    "rnew-building": "地下车库",
    "rnew-building_kind": "车库",
    "rnew-elevator": "无",
    "rnew-storeys": "0",
    "rnew-basements": "1",
    "rnew-units": "",
}
SPACES = PLAN | {
    "units": [""],
    "storeys": "0",
    "basements": "1",
    "skipped": "",
    "per_floor": "30",
    "use": "车库",
    "areas": "13.2",
}


def owner(place: int, serial: int, share: str = "") -> dict[str, str]:
    return {
        f"owner{place}-name": f"业主{serial}",
        f"owner{place}-id_kind": "ID_CARD",
        f"owner{place}-id_number": invent(random.Random(serial)).id_number,
        f"owner{place}-phone": "13908300077",
        f"owner{place}-share": share,
    }


@pytest.fixture
def draft(cast: Cast) -> Draft:
    return Draft(cast)


class TestTheOwnersOfADraftedHouse:
    def test_are_added_with_shares_shown_again_and_all_kept(self, draft: Draft) -> None:
        draft.generated()
        address = draft.at("draft/houses/2/")

        more = draft.send(address, "add-owner", boxes=owner(0, 1, "1/3"))
        assert "业主 2" in more and "已绑定" not in more
        assert "份额合计应为 100%" in draft.send(address, "bind", boxes=owner(0, 1, "1/3") | owner(1, 2, "1/2"))
        assert "已绑定业主" in draft.send(address, "bind", boxes=owner(0, 1, "1/3") | owner(1, 2, "2/3"))

        shown = draft.client.get(address).content.decode()
        assert 'value="1/3"' in shown and 'value="2/3"' in shown
        assert "业＊＊、业＊＊" in text(draft.client.get(draft.building())).replace("*", "＊")
        less = draft.client.post(address, owner(0, 1) | owner(1, 2) | {"action": "drop-owner-0"})
        assert "业主2" in less.content.decode() and 'value="业主1"' not in less.content.decode()

    def test_of_a_wrong_share_are_not_kept(self, draft: Draft) -> None:
        draft.generated()

        answer = draft.send(draft.at("draft/houses/2/"), "bind", boxes=OWNER | owner(0, 1, "一半"))

        assert "份额请写成分数或百分数" in answer
        assert not parts.row_count(Case.objects.get(number=draft.number), "owners")


class TestABuildingWithoutUnits:
    def test_is_generated_and_entered(self, cast: Cast, draft: Draft) -> None:
        draft.generated()
        assert "楼栋“地下车库”已保存" in draft.send(draft.at("draft/"), boxes=CELLAR)
        cellar = draft.building("地下车库")
        assert "住宅须分单元" in draft.send(cellar, "preview", boxes=SPACES | {"use": "住宅"})
        preview = draft.client.post(cellar, SPACES | {"action": "preview"})
        assert "将生成 30 户" in text(preview)
        draft.send(cellar, "generate", boxes=SPACES, previewed=_previewed(preview))
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))
        draft.client.post(f"/cases/{draft.number}/move/", {"move": "SUBMIT"})
        for who, move in (("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS")):
            client_of(cast, who).post(f"/cases/{draft.number}/move/", {"move": move})

        spaces = House.objects.filter(building__name="地下车库").order_by("room")
        assert (spaces.count(), spaces[0].unit, spaces[0].floor, spaces[0].room) == (30, "", -1, "B101")
        assert spaces[0].address == "江阳区滨江路188号地下车库B101"
        assert Building.objects.get(name="地下车库").units == 0

    def test_without_a_house_is_named_before_it_is_handed_in(self, draft: Draft) -> None:
        draft.generated()
        draft.send(draft.at("draft/"), boxes=CELLAR)
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))

        assert "地下车库还没有房屋" in text(draft.client.get(draft.step(4)))


class TestTheNumberOfAnArea:
    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [("江-1", "应为 3 到 20 位字母"), ("WY2026", "由系统使用"), ("JY-0001", "已用于其他物业区域")],
    )
    def test_that_cannot_be_is_refused(self, cast: Cast, draft: Draft, typed: str, sentence: str) -> None:
        Area.objects.filter(pk=area_of(cast, "旧苑").pk).update(number="JY-0001")
        draft.generated()
        draft.client.post(draft.step(1), form_of(cast, number=typed))
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))

        assert sentence in text(draft.client.get(draft.step(4)))

    def test_is_the_one_that_was_typed(self, cast: Cast, draft: Draft) -> None:
        draft.generated()
        draft.client.post(draft.step(1), form_of(cast, number="ｊｙ-2026"))
        draft.client.post(f"/cases/{draft.number}/papers/", photo("planning_permit"))
        draft.client.post(f"/cases/{draft.number}/move/", {"move": "SUBMIT"})
        for who, move in (("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS")):
            client_of(cast, who).post(f"/cases/{draft.number}/move/", {"move": move})

        assert Area.objects.get(name="云水谣").number == "JY-2026"


class TestASupplementByHand:
    def begun(self, cast: Cast, area: Area) -> Any:
        """The draft of a supplement at its house table."""
        draft = Draft(cast)
        answer = draft.client.post("/cases/new/house_supplement/begin/")
        draft.number = answer["Location"].split("/")[2]
        contact = {"contact_name": "陈立", "contact_phone": "13808300001"}
        draft.client.post(draft.step(1), {"area": str(area.pk), "remark": ""} | contact)
        return draft

    def test_adds_to_a_registered_building_and_a_new_one_and_binds_an_owner(self, cast: Cast) -> None:
        area = area_of(cast)
        draft = self.begun(cast, area)
        assert "手工录入、批量生成" in text(draft.client.get(draft.step(2)))
        assert "1幢" in draft.send(draft.at("draft/"), "take", name="1幢")
        plan = PLAN | {"units": ["1"], "storeys": "3", "skipped": ""}
        preview = draft.client.post(draft.building(), plan | {"action": "preview"})
        assert "将生成 5 户" in text(preview) and "有 1 户的房号已经有了" in text(preview)
        draft.send(draft.building(), "generate", boxes=plan, previewed=_previewed(preview))
        draft.send(draft.at("draft/"), boxes=TOWER | {"rnew-building": "9幢", "rnew-storeys": "1", "rnew-units": "1"})
        one = {"rnew-unit": "1", "rnew-floor": "1", "rnew-room": "101", "rnew-use": "住宅", "rnew-nature": "商品房"}
        draft.send(draft.building("9幢"), "add_house", boxes=one | {"rnew-area_dm2": "80"})
        last = max(draft.rows)
        assert "已绑定业主" in draft.send(draft.at(f"draft/houses/{last}/"), "bind", boxes=owner(0, 7))
        draft.client.post(f"/cases/{draft.number}/papers/", photo("survey"))
        draft.client.post(f"/cases/{draft.number}/move/", {"move": "SUBMIT"})
        for who, move in (("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS")):
            client_of(cast, who).post(f"/cases/{draft.number}/move/", {"move": move})

        assert House.objects.filter(area=area).count() == 7
        assert Ownership.objects.get().house.building.name == "9幢"
        assert Building.objects.get(name="9幢").floor_area_dm2 == 1_280_000
        assert Building.objects.get(name="1幢").floor_area_dm2 is None
        assert Outbox.objects.filter(event="ownership.bound").count() == 1

    def test_of_a_building_that_is_none_is_refused(self, cast: Cast) -> None:
        draft = self.begun(cast, area_of(cast))

        assert "楼盘表中没有名为“九幢”的楼栋" in draft.send(draft.at("draft/"), "take", name="九幢")
        assert draft.client.get(f"{draft.at('draft/building/')}?name={quote('九幢')}").status_code == 404
