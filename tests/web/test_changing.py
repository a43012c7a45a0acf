"""The pages on which houses and buildings are changed: batch, one by one, workbook, before and after, history.

# covers: E5 E7
"""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import AT, Cast, move
from tests.web.pages import client_of, do_work, text
from upkeep.casework import engine
from upkeep.casework.changing import AFTER, ChangeProcedure
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.estate.change_sheets import HouseChangeSheet
from upkeep.estate.models import Building, House
from upkeep.estate.queries import houses_of_area

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "陈立", "contact_phone": "13808300001"}


def begin(cast: Cast, code: str = "house_change") -> Case:
    return engine.start(register[code], by=cast["demo-developer"], at=AT)


def page(case: Case, number: int) -> str:
    return f"/cases/{case.number}/edit/{number}/"


def lines(case: Case) -> dict[int, tuple[str, ...]]:
    procedure = register[case.procedure]
    assert isinstance(procedure, ChangeProcedure)
    return {line.id: line.changed for line in procedure.lines(case)}


@pytest.fixture
def client(settled: Cast) -> Client:
    return client_of(settled, "demo-developer")


@pytest.fixture
def chosen(settled: Cast) -> list[House]:
    return houses_of_area(settled.area().pk)[:3]


@pytest.fixture
def case(settled: Cast, client: Client, chosen: list[House]) -> Case:
    """A draft whose houses were chosen on the page."""
    case = begin(settled)
    facts = {"area": str(settled.area().pk), "reason": "测绘成果更正", **CONTACT}
    assert client.post(page(case, 1), facts)["Location"] == page(case, 2)
    houses = ",".join(str(house.pk) for house in chosen)
    assert client.post(page(case, 2), {"houses": houses})["Location"] == page(case, 3)
    return Case.objects.get(pk=case.pk)


class TestTheChangingPage:
    def test_shows_what_was_chosen_as_it_is(self, client: Client, case: Case, chosen: list[House]) -> None:
        shown = text(client.get(page(case, 3)))

        for house in chosen:
            assert house.room in shown
            assert house.address in shown
        assert "已填写变更 0 行" in shown

    def test_offers_exactly_the_four_to_change_several_at_once(self, client: Client, case: Case) -> None:
        shown = client.get(page(case, 3)).content.decode()

        assert [key for key in HouseChangeSheet.columns if f'name="batch-{key.key}"' in shown] == [
            column for column in HouseChangeSheet.columns if column.key in ("building", "unit", "use", "address")
        ]

    def test_changes_the_ticked_ones_at_once(self, client: Client, case: Case, chosen: list[House]) -> None:
        sent = {"action": "batch", "batch-use": "商业", "tick": [str(house.pk) for house in chosen[:2]]}

        answer = client.post(page(case, 3), sent, follow=True)

        assert "已批量修改 2 行" in text(answer)
        assert "<del>住宅</del> <ins>商业</ins>" in answer.content.decode()
        assert lines(case) == {chosen[0].pk: ("use",), chosen[1].pk: ("use",), chosen[2].pk: ()}

    def test_changes_all_at_once(self, client: Client, case: Case) -> None:
        client.post(page(case, 3), {"action": "batch_all", "batch-use": "商业"})

        assert set(lines(case).values()) == {("use",)}

    @pytest.mark.parametrize(
        ("sent", "said"),
        [
            ({"action": "batch", "batch-use": "商业"}, "请先在列表中勾选"),
            ({"action": "batch_all"}, "请先填写要批量修改的内容"),
            ({"action": "batch_all", "batch-use": "别墅"}, "房屋用途不在可选范围"),
            ({"action": "next"}, "没有变更内容"),
            ({"action": "next", "batch-use": "商业"}, "批量修改的内容已填写但尚未生效"),
            ({"action": "add:1"}, "不能增加这一行"),
            ({"action": "drop:x"}, "已填写变更 0 行"),
        ],
    )
    def test_says_what_is_missing(self, client: Client, case: Case, sent: dict[str, str], said: str) -> None:
        assert said in text(client.post(page(case, 3), sent, follow=True))
        assert set(lines(case).values()) == {()}

    def test_changes_one_house_in_its_boxes(self, client: Client, case: Case, chosen: list[House]) -> None:
        opened = client.get(page(case, 3) + f"?line={chosen[0].pk}").content.decode()
        assert f'name="line-room" value="{chosen[0].room}"' in opened

        client.post(page(case, 3), {"action": "line", "line": str(chosen[0].pk), "line-area_dm2": "１００．５㎡"})

        assert lines(case)[chosen[0].pk] == ("area_dm2",)

    def test_says_at_its_box_what_is_wrong_and_keeps_what_was_typed(
        self, client: Client, case: Case, chosen: list[House]
    ) -> None:
        sent = {"action": "line", "line": str(chosen[0].pk), "line-floor": "三楼", "line-room": ""}

        shown = client.post(page(case, 3), sent).content.decode()

        assert "所在楼层应为整数" in shown
        assert 'value="三楼"' in shown
        assert set(lines(case).values()) == {()}

    def test_takes_a_change_back(self, client: Client, case: Case, chosen: list[House]) -> None:
        client.post(page(case, 3), {"action": "batch_all", "batch-use": "商业"})
        client.post(page(case, 3), {"action": f"drop:{chosen[0].pk}"})

        assert lines(case)[chosen[0].pk] == ()

    def test_takes_the_register_as_it_is_now(self, client: Client, case: Case, chosen: list[House]) -> None:
        House.objects.filter(pk=chosen[0].pk).update(address="新址 1 号")

        assert "新址 1 号" in text(client.post(page(case, 3), {"action": "refresh"}, follow=True))

    def test_is_not_there_for_others(self, settled: Cast, case: Case) -> None:
        for who in ("demo-clerk", "demo-company"):
            assert client_of(settled, who).get(page(case, 3)).status_code == 404

    def test_takes_a_workbook_and_names_its_faults(self, client: Client, case: Case) -> None:
        rows = [dict(row) for row in register["house_change"].sheet_rows(case, AFTER)]
        rows[0]["building"] = "99幢"
        assert client.get(f"/cases/{case.number}/sheets/{AFTER}/template/").status_code == 200
        answer = self.upload(client, case, rows)
        assert "B2" in text(answer)
        assert "楼栋名称“99幢”不在可选范围" in text(answer)

        rows[0]["building"], rows[0]["use"] = rows[1]["building"], "商业"
        answer = self.upload(client, case, rows)

        assert "已填写变更 1 行" in text(answer)

    def upload(self, client: Client, case: Case, rows: list[dict[str, Any]]) -> Any:
        file = SimpleUploadedFile("changes.xlsx", HouseChangeSheet().export(rows))
        client.post(f"/cases/{case.number}/sheets/{AFTER}/import/", {"workbook": file})
        job = do_work()
        assert job.result is not None
        return client.get(job.result["next"].format(job=job.pk))


class TestTheWholeWay:
    def test_from_the_page_to_the_register_and_its_history(
        self, settled: Cast, client: Client, case: Case, chosen: list[House]
    ) -> None:
        client.post(page(case, 3), {"action": "batch_all", "batch-use": "商业"})
        assert client.post(page(case, 3), {"action": "next"})["Location"] == page(case, 4)
        assert client.post(page(case, 4), {"action": "next"})["Location"] == page(case, 5)
        confirmation = text(client.get(page(case, 5)))
        assert "变更原因 测绘成果更正" in confirmation
        assert "房屋用途 住宅 商业" in confirmation
        assert client.post(f"/cases/{case.number}/move/", {"move": "SUBMIT"})["Location"].endswith("/done/")
        assert "房屋信息变更申请表" in text(client.get(f"/cases/{case.number}/done/"))

        clerk, reviewer = client_of(settled, "demo-clerk"), client_of(settled, "demo-reviewer")
        assert "房屋用途 住宅 商业" in text(clerk.get(f"/cases/{case.number}/"))
        clerk.post(f"/cases/{case.number}/move/", {"move": "ACCEPT"})
        reviewer.post(f"/cases/{case.number}/move/", {"move": "PASS"})

        assert Case.objects.get(pk=case.pk).state == State.APPROVED
        assert {house.use for house in House.objects.filter(pk__in=[one.pk for one in chosen])} == {"COMMERCIAL"}
        shown = text(client.get(f"/areas/houses/{chosen[0].pk}/"))
        assert "变更记录" in shown
        assert case.number in shown

    def test_tells_the_reviewer_which_house_was_overtaken(
        self, settled: Cast, client: Client, case: Case, chosen: list[House]
    ) -> None:
        client.post(page(case, 3), {"action": "batch_all", "batch-use": "商业"})
        move(case, Move.SUBMIT, settled["demo-developer"])
        move(case, Move.ACCEPT, settled["demo-clerk"])
        House.objects.filter(pk=chosen[0].pk).update(use="OFFICE")

        reviewer = client_of(settled, "demo-reviewer")
        answer = reviewer.post(f"/cases/{case.number}/move/", {"move": "PASS"}, follow=True)

        assert f"{chosen[0].label}的房屋用途在填报后已由" in text(answer)


class TestTheBuildingsPage:
    def test_ticks_buildings_and_leads_to_their_changes(self, settled: Cast, client: Client) -> None:
        case, (first, *_) = begin(settled, "building_change"), Building.objects.filter(area=settled.area())
        client.post(page(case, 1), {"area": str(settled.area().pk), "reason": "更正", **CONTACT})
        assert first.name in text(client.get(page(case, 2)))
        assert "请至少勾选一栋" in text(client.post(page(case, 2), {"action": "next"}))

        assert client.post(page(case, 2), {"building": [str(first.pk)]})["Location"] == page(case, 3)
        client.post(page(case, 3), {"action": "batch_all", "batch-built_in": "201409"})

        assert lines(Case.objects.get(pk=case.pk)) == {first.pk: ("built_in",)}

    def test_shows_what_was_changed_on_the_page_of_the_area(self, settled: Cast, client: Client) -> None:
        case, (first, *_) = begin(settled, "building_change"), Building.objects.filter(area=settled.area())
        client.post(page(case, 1), {"area": str(settled.area().pk), "reason": "更正", **CONTACT})
        client.post(page(case, 2), {"building": [str(first.pk)]})
        client.post(page(case, 3), {"action": "batch_all", "batch-built_in": "201409"})
        move(case, Move.SUBMIT, settled["demo-developer"])
        move(case, Move.ACCEPT, settled["demo-clerk"])
        move(case, Move.PASS, settled["demo-reviewer"])

        shown = text(client.get(f"/areas/{settled.area().pk}/"))

        assert "楼栋变更记录" in shown
        assert "201409" in shown
