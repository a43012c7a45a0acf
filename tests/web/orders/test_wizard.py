"""The wizard of a withdrawal order from the area's card to 业务结束, its two lists, and who finds nothing there.

# covers: R14
# covers: E13
"""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.banking.town import AT
from tests.repairs.order_scene import (
    TOTAL_FEN,
    OrderScene,
    draft,
    make_order_scene,
    project_in,
    submitted,
    typed,
)
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.pages import BUILDINGS
from upkeep.casework.states import Move, State
from upkeep.estate.models import CaseHouse
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.project_rule import ProjectRule
from upkeep.repairs.models import RepairProject

pytestmark = pytest.mark.django_db
HOME = "/orders/"


@pytest.fixture
def scene(db: None) -> OrderScene:
    return make_order_scene()


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code, answer.headers)
    return answer.content.decode()


class TestTheWizard:
    def test_leads_from_the_area_card_to_the_end_page_with_its_prints(self, scene: OrderScene) -> None:
        client = client_of(scene.manager)
        assert "新建任务单" in page(client, HOME) and "商品房维修支取申请" in page(client, HOME)
        cards = page(client, f"{HOME}new/")
        assert "江南名邸" in cards and "进入业务" in cards and "8 户" in cards

        answer = client.post(f"{HOME}begin/", {"area": scene.area_id})
        case = Case.objects.get()
        base = f"{HOME}{case.number}/"
        assert answer["Location"] == f"{base}fill/"
        assert "选择分户" in page(client, f"{base}fill/").replace("选择房屋", "选择分户")

        first, second = scene.buildings
        said = typed()
        answer = client.post(f"{base}fill/", said | {"action": f"houses-{first.pk}"})
        assert answer["Location"] == f"{base}buildings/{first.pk}/"
        assert Case.objects.get().data["title"] == said["title"]
        assert "批量保存房屋" in page(client, answer["Location"])
        for building, place in ((first, 0), (second, 1)):
            sent = {"houses": ",".join(map(str, scene.houses_of(place)))}
            assert (
                client.post(f"{base}buildings/{building.pk}/", sent, headers={"HX-Request": "true"}).status_code == 204
            )
        assert CaseHouse.objects.filter(case=case).count() == 8

        client.post(f"{base}fill/", said | {"building": first.pk, "action": "fill"})
        client.post(f"{base}fill/", said | {"building": first.pk, "action": "standard"})
        shown = page(client, f"{base}fill/")
        assert "4 户" in shown and "元/㎡" in shown and "已失效" not in shown

        answer = client.post(f"{base}fill/", said | {"building": first.pk, "action": "confirm"})
        assert answer["Location"] == f"{base}confirm/"
        confirmation = page(client, answer["Location"])
        assert "维修支取分摊明细" in confirmation and "23,456.78" in confirmation
        assert "合计" in page(client, f"{base}shares/")

        case.refresh_from_db()
        answer = client.post(f"{base}confirm/", {"version": case.version})
        assert answer["Location"] == f"{base}done/"
        end = page(client, answer["Location"])
        for words in ("业务结束", case.number, "再来一笔", "返回首页", "维修支取任务单", "业主签字确认表"):
            assert words in end
        project = project_in(Case.objects.get())
        assert project.budget_fen == TOTAL_FEN and project.house_count == 4

        listed = page(client, HOME)
        for button in (
            "查看",
            "到户支取详细信息",
            "打印任务单",
            "打印到户明细业主签字表",
            "打印欠款催缴通知单",
            "撤销选中任务单",
        ):
            assert button in listed
        assert "我知道了" in page(client, base) and "我知道了" in page(client, f"{base}shares/")
        assert case.number in page(client, "/cases/prints/") and case.number in page(client, "/cases/")

    def test_shows_totals_as_stale_once_the_choice_has_changed(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        base, said = f"{HOME}{case.number}/fill/", typed()

        client.post(base, said | {"building": [one.pk for one in scene.buildings], "action": "save"})
        shown = page(client, base)
        assert "is-stale" in shown and "分摊房屋已有变动：现为 8 户" in shown

        refused = client.post(base, said | {"building": [one.pk for one in scene.buildings], "action": "confirm"})
        assert "重新点“填入勾选房屋户数和面积”" in refused.content.decode()
        client.post(base, said | {"building": scene.buildings[0].pk, "total": "100.00", "action": "save"})
        assert "支取总金额或分摊面积已有变动" in page(client, base)

    def test_ticks_all_buildings_or_the_others(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        base, first, second = f"{HOME}{case.number}/fill/", *(one.pk for one in scene.buildings)

        client.post(base, typed() | {"building": first, "action": "invert"})
        assert Case.objects.get().data[BUILDINGS] == [second]
        client.post(base, typed() | {"action": "all"})
        assert Case.objects.get().data[BUILDINGS] == [first, second]

    def test_keeps_a_draft_to_be_gone_on_with_and_drops_it_when_asked(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        assert "继续填写" in page(client, HOME)
        assert client.get(f"/cases/{case.number}/")["Location"] == f"{HOME}{case.number}/fill/"
        assert "1号楼外墙渗漏维修" in page(client_of(scene.colleague), f"{HOME}{case.number}/fill/")

        client.post(f"{HOME}{case.number}/drop/")

        assert Case.objects.get().state == State.WITHDRAWN
        assert case.number not in page(client, HOME).replace(f"任务单 {case.number} 已撤销", "")
        assert case.number not in page(client, f"{HOME}returned/")

    def test_goes_back_to_the_cards_where_another_area_empties_the_choice(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        answer = client.post(f"{HOME}{case.number}/fill/", typed() | {"action": "back"})

        assert f"?draft={case.number}" in answer["Location"]
        assert "当前" in page(client, answer["Location"])
        answer = client.post(f"{HOME}begin/", {"area": scene.area_id, "draft": case.number})
        assert answer["Location"] == f"{HOME}{case.number}/fill/"
        assert CaseHouse.objects.filter(case=case).count() == 8  # the same area again

    def test_names_every_mistake_at_its_field(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        sent = typed(title="", total="一百", payee_1_account="12")

        shown = client.post(f"{HOME}{case.number}/fill/", sent | {"action": "confirm"}).content.decode()

        for words in ("请填写维修项目名称", "请填写大于 0 的金额", "8 至 32 位数字"):
            assert words in shown

    def test_does_not_offer_or_take_public_houses(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        address = f"{HOME}{case.number}/buildings/{scene.buildings[1].pk}/"
        assert "不办理商品房维修支取" in page(client, address)

        answer = client.post(address, {"houses": str(scene.public_house.pk)}, headers={"HX-Request": "true"})

        assert answer.status_code == 422
        assert not CaseHouse.objects.filter(house=scene.public_house).exists()

    def test_tells_whoever_was_slower_instead_of_overruling(self, scene: OrderScene) -> None:
        client, case = client_of(scene.manager), draft(scene)
        stale = case.version - 1

        answer = client.post(f"{HOME}{case.number}/confirm/", {"version": stale}, follow=True)

        assert "刚刚由他人办理过" in answer.content.decode()
        assert not RepairProject.objects.exists()


class TestTheLists:
    def test_withdraw_the_ticked_orders_and_name_those_that_cannot_be(self, scene: OrderScene) -> None:
        one, two, accepted = submitted(scene), submitted(scene), submitted(scene)
        engine.move(accepted.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        client = client_of(scene.manager)

        numbers = [one.number, two.number, accepted.number]
        shown = client.post(f"{HOME}withdraw/", {"order": numbers}, follow=True).content.decode()

        assert f"任务单 {one.number} 已撤销" in shown and f"{accepted.number} 已受理" in shown
        assert set(Case.objects.filter(state=State.WITHDRAWN).values_list("pk", flat=True)) == {one.pk, two.pk}
        back = page(client, f"{HOME}returned/")
        assert one.number in back and two.number in back and "已撤销" in back and "修改" in back

    def test_lead_from_a_returned_order_over_the_area_card_to_a_new_one_with_its_data(self, scene: OrderScene) -> None:
        old = submitted(scene)
        engine.move(old.pk, Move.RETURN, by=scene.clerk, at=AT, note="请补充工程量清单")
        client = client_of(scene.manager)
        assert "请补充工程量清单" in page(client, f"{HOME}returned/")
        assert client.get(f"{HOME}{old.number}/fill/")["Location"] == f"{HOME}returned/"

        assert "原任务单" in page(client, f"{HOME}new/?copy={old.number}")
        answer = client.post(f"{HOME}begin/", {"area": scene.area_id, "copy": old.number})
        new = Case.objects.exclude(pk=old.pk).get()
        shown = page(client, answer["Location"])
        assert "1号楼外墙渗漏维修" in shown and old.number in shown and "4 户" in shown
        client.post(f"{HOME}{new.number}/confirm/", {"version": new.version})

        assert project_in(Case.objects.get(pk=new.pk)).copied_from == project_in(old)
        assert "已重新生成" in page(client, f"{HOME}returned/") and new.number in page(client, f"{HOME}returned/")

    def test_show_a_company_its_own_orders_only(self, scene: OrderScene) -> None:
        case = submitted(scene)
        rival = client_of(scene.rival)

        assert case.number not in page(rival, HOME)
        for part in ("", "fill/", "confirm/", "done/", "shares/", "letters/"):
            page(rival, f"{HOME}{case.number}/{part}", 404)
        rival.post(f"{HOME}withdraw/", {"order": case.number})
        assert Case.objects.get().state == State.SUBMITTED

    def test_are_not_there_in_a_city_that_repairs_otherwise(self, scene: OrderScene) -> None:
        set_policy(
            kind=PolicyKind.PROJECT_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=ProjectRule(),
            valid_from=AT.date(),
        )
        client = client_of(scene.manager)

        page(client, HOME, 404)
        assert "商品房维修支取申请" not in page(client, "/organisation/")

    def test_ask_as_much_of_the_database_for_many_orders_as_for_one(self, scene: OrderScene) -> None:
        client = client_of(scene.manager)
        first = submitted(scene)
        engine.move(submitted(scene).pk, Move.WITHDRAW, by=scene.manager, at=AT)
        page(client, HOME)
        few = [queries_of(client, address) for address in (HOME, f"{HOME}returned/")]

        for _ in range(3):
            submitted(scene)
            engine.move(submitted(scene).pk, Move.WITHDRAW, by=scene.manager, at=AT)

        assert [queries_of(client, address) for address in (HOME, f"{HOME}returned/")] == few
        assert first.number in page(client, HOME)


def queries_of(client: Client, address: str) -> int:
    """How many statements a page takes."""
    with CaptureQueriesContext(connection) as seen:
        page(client, address)
    return len(seen)
