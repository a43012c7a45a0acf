"""物业区域变更 through the pages: at once, with history, by its developer and the office.

# covers: E9
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from tests.cast import Cast
from tests.web.owners.scene import CONTACT, begin, case_of, hand_in
from tests.web.pages import client_of, text
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.estate.models import Area, AreaChange
from upkeep.kernel.areas import square_metres
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db


def typed(area: Area, **changes: str) -> dict[str, str]:
    return {
        "name": area.name,
        "address": area.address,
        "floor_area_dm2": square_metres(area.floor_area_dm2),
        "land_area_dm2": square_metres(area.land_area_dm2),
        "established_on": "",
        **CONTACT,
    } | changes


def changed(client: Client, area: Area, **changes: str) -> tuple[str, Any]:
    base = begin(client, f"/owners/areas/{area.pk}/change/")
    answer = client.post(f"{base}edit/1/", typed(area, **changes), follow=True)
    return base, answer


class TestAnAreaChange:
    @pytest.mark.parametrize("who", ["demo-developer", "demo-clerk"])
    def test_holds_as_soon_as_it_is_handed_in_and_stands_in_the_history(self, settled: Cast, who: str) -> None:
        area, client = settled.area(), client_of(settled, who)
        old_name, old_address = area.name, area.address
        assert "变更" in text(client.get(f"/areas/{area.pk}/"))
        base, confirm = changed(
            client,
            area,
            name="江南云邸",
            address="江阳区新路 8 号",
            land_area_dm2="1,234.50",
            established_on="2015-06-01",
        )
        assert "即时生效" in text(confirm) and "江南云邸" in text(confirm)
        done = text(hand_in(client, base))

        area.refresh_from_db()
        assert (area.name, area.initials, area.address, area.land_area_dm2) == (
            "江南云邸",
            "jnyd",
            "江阳区新路 8 号",
            123_450,
        )
        assert case_of(base).state == State.APPROVED and "业务办理完成" in done
        assert not KeptPrint.objects.filter(subject=f"case:{case_of(base).pk}").exists()
        kept = {one.field: (one.before, one.after) for one in AreaChange.objects.filter(area=area)}
        assert kept["name"] == (old_name, "江南云邸") and kept["address"] == (old_address, "江阳区新路 8 号")
        assert kept["established_on"] == ("", "2015-06-01")
        assert area.established_on == dt.date(2015, 6, 1)
        assert set(kept) == {"name", "address", "land_area_dm2", "established_on"}
        shown = text(client.get(f"/areas/{area.pk}/"))
        assert "变更记录" in shown and old_name in shown and case_of(base).number in shown
        assert old_name in text(client.get(base))  # the case keeps before and after
        assert area.name in text(client.get("/areas/?q=jnyd"))

    def test_begins_from_the_menu_with_the_areas_that_one_developed(self, settled: Cast) -> None:
        developer = client_of(settled, "demo-developer")
        answer = developer.post("/cases/new/area_change/begin/")
        base = str(answer["Location"]).removesuffix("edit/1/")
        page = text(developer.get(f"{base}edit/1/"))
        mine, other = settled.area(), Area.objects.exclude(developer=settled.city.developers[0])[0]
        assert mine.name in page and other.name not in page

        developer.post(f"{base}edit/1/", {"area": str(mine.pk), **CONTACT})
        form = developer.get(f"{base}edit/2/").content.decode()
        assert f'value="{mine.name}"' in form and f'value="{mine.address}"' in form
        developer.post(f"{base}edit/2/", typed(mine, name="江南云邸"))
        hand_in(developer, base)

        assert Area.objects.get(pk=mine.pk).name == "江南云邸"

    def test_of_another_area_chosen_later_starts_from_what_is_registered_of_it(self, settled: Cast) -> None:
        clerk = client_of(settled, "demo-clerk")
        first, second = Area.objects.order_by("pk")[:2]
        base = str(clerk.post("/cases/new/area_change/begin/")["Location"]).removesuffix("edit/1/")
        clerk.post(f"{base}edit/1/", {"area": str(first.pk)})
        clerk.post(f"{base}edit/1/", {"area": str(second.pk)})

        assert f'value="{second.name}"' in clerk.get(f"{base}edit/2/").content.decode()

    def test_that_changes_nothing_is_refused(self, settled: Cast) -> None:
        _, confirm = changed(client_of(settled, "demo-developer"), settled.area())

        assert "没有需要变更的内容" in text(confirm)
        assert not AreaChange.objects.exists()

    def test_to_a_name_of_the_district_is_refused(self, settled: Cast) -> None:
        area = settled.area()
        other = Area.objects.exclude(pk=area.pk)[0]
        Area.objects.filter(pk=other.pk).update(jurisdiction=area.jurisdiction)
        _, confirm = changed(client_of(settled, "demo-developer"), area, name=other.name)

        assert f"本区县已有名为“{other.name}”的物业区域" in text(confirm)

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"floor_area_dm2": "10"}, "区域建筑面积不能更小"),
            ({"floor_area_dm2": "一百"}, "请填写大于 0 的面积"),
            ({"name": ""}, "请填写物业区域名称"),
            ({"established_on": "1800-01-01"}, "成立日期不能早于 1900 年"),
        ],
    )
    def test_with_a_mistake_says_what_to_mend(self, settled: Cast, changes: dict[str, str], sentence: str) -> None:
        _, answer = changed(client_of(settled, "demo-developer"), settled.area(), **changes)

        assert sentence in text(answer)
        assert not AreaChange.objects.exists()

    def test_overtaken_by_another_one_is_refused_and_says_what_stands_now(self, settled: Cast) -> None:
        area, developer = settled.area(), client_of(settled, "demo-developer")
        base, _ = changed(developer, area, name="江南云邸")
        quicker, _ = changed(client_of(settled, "demo-clerk"), area, name="江南雅苑")
        hand_in(client_of(settled, "demo-clerk"), quicker)

        assert "物业区域名称刚刚由他人变更为“江南雅苑”" in text(hand_in(developer, base))
        assert Area.objects.get(pk=area.pk).name == "江南雅苑"

    @pytest.mark.parametrize(
        ("who", "status"),
        [("more-developer2", 404), ("demo-company", 403), ("demo-committee", 403), ("stranger-clerk", 404)],
    )
    def test_is_nobody_elses(self, settled: Cast, who: str, status: int) -> None:
        assert client_of(settled, who).post(f"/owners/areas/{settled.area().pk}/change/").status_code == status
        assert not Case.objects.filter(procedure="area_change").exists()
