"""房屋拆分合并 and 房屋注销 on their pages, from the menu to the effect, and 房屋注销返还 to the bank.

# covers: E6 E8 F9
"""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.banking.town import person
from tests.circle.cast import BACKEND
from tests.circle.person import picture
from tests.staging import staged
from tests.treasury import scene as s
from tests.treasury.scene import Scene, approve, cancellation, submitted, thirds
from tests.web.pages import do_work, text
from upkeep.banking.models import PaymentOrder
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.estate.division_sheet import DividedHouses
from upkeep.estate.kinds import HouseState
from upkeep.jobs.models import JobState
from upkeep.parties.actor import Actor
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.printing.models import KeptPrint
from upkeep.treasury.models import Payout, PayoutBatch, PayoutState

pytestmark = pytest.mark.django_db
CONTACT = {"contact_name": "孙经理", "contact_phone": "13900000001"}


scene = staged(s.make_scene)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id), backend=BACKEND)
    return client


def begun(client: Client, code: str) -> str:
    """The address of a new draft."""
    answer = client.post(f"/cases/new/{code}/begin/")
    found = re.search(r"/cases/(\w+)/", answer.headers["Location"])
    assert found is not None
    return found[0]


def decided(scene: Scene, at: str) -> Case:
    """Accepted at the window and passed by the reviewer, on the case's page."""
    for actor, step in ((scene.clerk, "ACCEPT"), (scene.reviewer, "PASS")):
        version = Case.objects.get(number=at.split("/")[2]).version
        browser(actor).post(f"{at}move/", {"move": step, "version": version, "note": ""})
    return Case.objects.get(number=at.split("/")[2])


class TestASplitOnItsPages:
    def test_goes_from_the_menu_to_the_building_table(self, scene: Scene) -> None:
        client = browser(scene.developer)
        assert "房屋拆分合并确认书" in text(client.get("/cases/new/house_split_merge/"))
        at = begun(client, "house_split_merge")
        client.post(f"{at}edit/1/", {"area": scene.town.area.pk, "reason": "改为独立车位", **CONTACT})
        assert "G1" in text(client.get(f"{at}edit/2/?building={scene['G1'].building_id}"))
        client.post(f"{at}edit/2/", {"houses": str(scene["G1"].pk)})

        template = client.get(f"{at}sheets/new_houses/template/").content
        assert template.startswith(b"PK")
        book = SimpleUploadedFile("车库.xlsx", DividedHouses().export(thirds(scene)))
        client.post(f"{at}sheets/new_houses/import/", {"workbook": book, "area_note": ""})
        assert do_work().state == JobState.DONE
        photo = SimpleUploadedFile("确认书.png", picture().getvalue(), content_type="image/png")
        client.post(f"{at}papers/", {"confirmation": photo})

        shown = text(client.get(f"{at}edit/5/"))
        assert all(word in shown for word in ("333.41", "G1-3", "以审核通过时的余额为准"))
        version = Case.objects.get().version
        client.post(f"{at}move/", {"move": "SUBMIT", "version": version})
        assert Case.objects.get().state == State.SUBMITTED
        assert KeptPrint.objects.filter(title="房屋拆分合并申请表").exists()

        assert decided(scene, at).state == State.APPROVED
        assert [scene.balance(scene.live()[room]) for room in ("G1-1", "G1-2", "G1-3")] == [333_30, 333_30, 333_41]
        table = text(client.get(f"/areas/{scene.town.area.pk}/?building={scene['G1'].building_id}&view=list"))
        assert "G1-3" in table and " G1 " not in table

    def test_shows_where_a_house_comes_from_and_what_became_of_it(self, scene: Scene) -> None:
        case = approve(scene, submitted(scene, ["G1"], thirds(scene)))
        client = browser(scene.clerk)

        new = text(client.get(f"/areas/houses/{scene.live()['G1-1'].pk}/"))
        old = text(client.get(f"/areas/houses/{scene.houses['G1'].pk}/"))

        assert "拆自" in new and case.number in new and "333.30" in new
        assert "已拆分为" in old and "G1-3" in old


class TestACancellationOnItsPages:
    def test_goes_from_the_menu_to_the_bank(self, scene: Scene) -> None:
        client, building = browser(scene.developer), scene["G1"].building_id
        at = begun(client, "house_cancellation")
        client.post(f"{at}edit/1/", {"area": scene.town.area.pk, "reason": "征收拆除", **CONTACT})
        assert "车库（4 户，220.00 ㎡）" in text(client.get(f"{at}edit/2/"))
        client.post(f"{at}edit/2/", {"buildings": [str(building)]})
        shown = text(client.get(f"{at}edit/4/"))
        assert "返还明细" in shown and s.WANG not in shown
        client.post(f"{at}move/", {"move": "SUBMIT", "version": Case.objects.get().version})
        assert KeptPrint.objects.filter(title="房屋注销申请表").exists()

        assert decided(scene, at).state == State.APPROVED
        assert scene["G2"].state == HouseState.CANCELLED

        payout = Payout.objects.get(house__room="G2")
        accountant = browser(scene.town.people["accountant"])
        assert "尚未返还 2,033.36 元" in text(accountant.get("/payments/payouts/"))
        told = {"payee_name": s.WANG, "payee_bank": "建行", "payee_account": "6217000012345678", "basis": ""}
        answer = accountant.post(f"/payments/payouts/{payout.pk}/order/", told, follow=True)
        batch = PayoutBatch.objects.get()
        assert f"批次 {batch.number}" in text(answer) and not PaymentOrder.objects.exists()
        approver = browser(scene.town.people["approver"])
        issued = approver.post(f"/payments/payouts/batches/{batch.number}/issue/", follow=True)
        assert "已开具 1 张付款通知" in text(issued) and PaymentOrder.objects.get().payee_name == s.WANG
        payout.refresh_from_db()
        assert payout.state == PayoutState.ORDERED

    def test_shows_names_to_those_who_pay_alone(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "车库"))

        assert s.WANG in text(browser(scene.town.people["approver"]).get("/payments/payouts/"))
        assert s.WANG not in text(browser(scene.clerk).get("/payments/payouts/"))

    def test_orders_nothing_to_somebody_else_without_a_basis_and_nothing_twice(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "车库"))
        payout = Payout.objects.get(house__room="G2")
        at, client = f"/payments/payouts/{payout.pk}/order/", browser(scene.town.people["accountant"])
        told: dict[str, Any] = {"payee_name": "别人", "payee_bank": "建行", "payee_account": "6217000012345678"}

        assert "不是登记的业主" in text(client.post(at, told))
        client.post(at, told | {"basis": "公证书"})
        assert "已在另一批次中" in text(client.post(at, told | {"basis": "公证书"}, follow=True))
        assert PayoutBatch.objects.count() == 1

    def test_is_not_for_the_clerk_to_enter_nor_for_the_cashier_to_order(self, scene: Scene) -> None:
        approve(scene, cancellation(scene, "车库"))
        payout = Payout.objects.get(house__room="G2")
        cashier = browser(person(username="k1", name="出纳", role=Role.CASHIER, city=scene.town.city))
        told = {"payee_name": s.WANG, "payee_bank": "建行", "payee_account": "6217000012345678", "basis": ""}

        assert browser(scene.clerk).get(f"/payments/payouts/{payout.pk}/order/").status_code == 403
        cashier.post(f"/payments/payouts/{payout.pk}/order/", told)
        batch = PayoutBatch.objects.get()
        assert cashier.post(f"/payments/payouts/batches/{batch.number}/issue/").status_code == 403
        assert not PaymentOrder.objects.exists()
