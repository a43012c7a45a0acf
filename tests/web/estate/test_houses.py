"""户室管理 and the page of a house, as those who may open them see them.

# covers: E14
"""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from tests.cast import Cast
from tests.estate.leaving import cancel
from tests.web.pages import client_of, text
from upkeep.estate.models import House, Ownership
from upkeep.kernel.masking import mask_name

pytestmark = pytest.mark.django_db


def rows(answer: Any) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(answer.content)).worksheets[0].values)


class TestTheListOfHouses:
    def test_is_searched_by_one_condition_and_its_value(self, settled: Cast) -> None:
        clerk = client_of(settled, "demo-clerk")

        shown = text(clerk.get("/areas/houses/?by=ROOM&q=604"))

        assert "江南名邸" in shown and "共 1 户" in shown
        assert "没有符合条件的户室" in text(clerk.get("/areas/houses/?by=ROOM&q=9999"))
        assert "共 12 户" in text(clerk.get("/areas/houses/?by=AREA&q=czy"))
        assert "康宁家园" not in text(clerk.get("/areas/houses/?by=ADDRESS&q=江南名邸"))

    def test_offers_every_condition_of_the_manual(self, settled: Cast) -> None:
        page = client_of(settled, "demo-developer").get("/areas/houses/").content.decode()

        for words in ("搜索条件", "小区名称或拼音首字母", "楼栋", "单元", "房号", "房屋坐落", "业主姓名", "重置"):
            assert words in page

    def test_shows_owners_masked_and_balances(self, settled: Cast) -> None:
        mine = Ownership.objects.select_related("owner", "house").filter(until__isnull=True)[0]

        answer = client_of(settled, "demo-clerk").get(f"/areas/houses/?by=OWNER&q={mine.owner.name}")

        assert mask_name(mine.owner.name) in text(answer)
        assert f">{mine.owner.name}<" not in answer.content.decode()
        assert mine.owner.id_number not in answer.content.decode()

    def test_lists_cancelled_houses_when_asked(self, settled: Cast) -> None:
        for gone in House.objects.filter(area=settled.area(), room="604"):
            cancel(gone)
        clerk = client_of(settled, "demo-clerk")

        assert "没有符合条件" in text(clerk.get("/areas/houses/?by=ROOM&q=604"))
        assert "已注销" in text(clerk.get("/areas/houses/?by=ROOM&q=604&state=CANCELLED"))
        assert "共 1 户" in text(clerk.get("/areas/houses/?by=ROOM&q=604&state=ALL"))

    def test_is_walked_through_page_by_page(self, settled: Cast) -> None:
        clerk = client_of(settled, "demo-clerk")
        first = clerk.get("/areas/houses/?area=jnm").context["found"]

        second = clerk.get(f"/areas/houses/?area=jnm&after={first.next_key}").context["found"]
        back = clerk.get(f"/areas/houses/?area=jnm&before={second.previous_key}").context["found"]

        assert (len(first.houses), len(second.houses), second.next_key) == (20, 8, "")
        assert back.houses == first.houses

    @pytest.mark.parametrize("by", ["ADDRESS", "OWNER"])
    def test_says_when_a_value_is_too_short(self, settled: Cast, by: str) -> None:
        clerk = client_of(settled, "demo-clerk")

        assert "请至少输入两个字" in text(clerk.get(f"/areas/houses/?by={by}&q=江"))
        assert len(rows(clerk.get(f"/areas/houses/export/?by={by}&q=江"))) == 1

    @pytest.mark.parametrize(
        "query", ["by=X&q=1", "state=X", "use=X", "district=X", "after=x", "q=%25", "area=" + "x" * 99]
    )
    def test_takes_nonsense_calmly(self, settled: Cast, query: str) -> None:
        assert client_of(settled, "demo-clerk").get(f"/areas/houses/?{query}").status_code == 200

    def test_is_exported_as_it_was_asked_for(self, settled: Cast) -> None:
        head, *found = rows(client_of(settled, "demo-clerk").get("/areas/houses/export/?by=ROOM&q=101"))

        assert head[0] == "物业区域名称" and {row[0] for row in found} == {"江南名邸", "翠竹苑", "康宁家园"}
        assert {row[4] for row in found} == {"101"}

    def test_asks_no_more_the_longer_it_is(self, settled: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(settled, "demo-clerk")
        client.get("/office/")
        with django_assert_max_num_queries(14):
            client.get("/areas/houses/")

    def test_shows_each_organisation_its_own_and_a_bank_nothing(self, settled: Cast) -> None:
        for who, name in (
            ("demo-developer", "江南名邸"),
            ("demo-committee", "江南名邸"),
            ("more-company3", "康宁家园"),
        ):
            found = client_of(settled, who).get("/areas/houses/").context["found"]
            assert {house.area.name for house in found.houses} == {name}
        assert client_of(settled, "demo-teller1").get("/areas/houses/").status_code == 403
        assert Client().get("/areas/houses/")["Location"].startswith("/login/")


class TestAHouse:
    def test_shows_its_register_its_owners_and_its_money(self, settled: Cast) -> None:
        mine = Ownership.objects.select_related("owner", "house").filter(until__isnull=True)[0]

        shown = text(client_of(settled, "demo-developer").get(f"/areas/houses/{mine.house_id}/"))

        for words in ("房屋信息", "业主", "余额与收支", "正常", mask_name(mine.owner.name), "100%", "交存"):
            assert words in shown
        assert mine.owner.name not in shown and mine.owner.id_number not in shown

    def test_that_is_cancelled_says_so(self, settled: Cast) -> None:
        house = House.objects.filter(area=settled.area())[0]
        cancel(house)

        assert "已注销" in text(client_of(settled, "demo-clerk").get(f"/areas/houses/{house.pk}/"))


class TestTheCommittee:
    def test_reads_the_details_of_its_area_and_changes_nothing(self, settled: Cast) -> None:
        committee, area = client_of(settled, "demo-committee"), settled.area()

        shown = committee.get(f"/areas/{area.pk}/").content.decode()

        assert "江南名邸" in shown and "服务单位" in shown
        assert "设置业主委员会" not in shown and "终止服务" not in shown
        assert committee.post(f"/areas/{area.pk}/committee/", {"committee": "1"}).status_code == 403
