"""The window's page of a signed list, the office's view of an order, the letters and the printed forms.

# covers: R14
# covers: D8
# covers: Q2
"""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.banking.town import AT
from tests.repairs.order_scene import (
    TOTAL_FEN,
    OrderScene,
    make_order_scene,
    pay,
    picture,
    project_in,
    signed,
    submitted,
)
from tests.web.orders.test_wizard import client_of, page
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import State
from upkeep.deposits.models import Arrears, LetterBatch
from upkeep.estate.models import House
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.project_rule import ProjectRule
from upkeep.printing.documents import render
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage
from upkeep.voting.models import Vote, VoteState

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> OrderScene:
    return make_order_scene()


@pytest.fixture(autouse=True)
def files_elsewhere(settings: object, tmp_path: object) -> None:
    storages = dict(settings.STORAGES)  # type: ignore[attr-defined]
    storages["default"] = storages["default"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = storages  # type: ignore[attr-defined]


def decide(client: Client, case: Case, move: str) -> str:
    """What the page of the case says after the press of a button."""
    now = Case.objects.get(pk=case.pk)
    sent = {"move": move, "version": now.version, "note": "同意"}
    return client.post(f"/cases/{case.number}/move/", sent, follow=True).content.decode()


def scan() -> dict[str, SimpleUploadedFile]:
    return {"pages": SimpleUploadedFile("签字表.png", picture(), content_type="image/png")}


class TestTheSignedList:
    def test_is_entered_at_the_window_counted_and_lets_the_order_be_approved_and_paid(self, scene: OrderScene) -> None:
        case, clerk = submitted(scene), client_of(scene.clerk)
        shown = page(clerk, f"/cases/{case.number}/")
        assert "业主签字确认表录入与结果" in shown and "办结前须由窗口录入" in shown
        base = f"/orders/{case.number}/signatures/"
        assert "业主0" not in page(clerk, base) and "业＊" in page(clerk, base)

        first = scene.houses_of(0)[0]
        clerk.post(base, {f"choice_{first}": "AGAINST", "action": "all_agree"})
        assert "请先上传业主签字确认表的扫描件" in clerk.post(f"{base}close/", follow=True).content.decode()
        clerk.post(f"{base}scan/", scan())
        assert "同意" in page(clerk, base) and "签字表第 1 张" in page(clerk, base)
        clerk.post(f"{base}close/")
        assert Vote.objects.get().state == VoteState.PASSED

        decide(clerk, case, "ACCEPT")
        decide(client_of(scene.reviewer), case, "PASS")
        decide(client_of(scene.approver), case, "PASS")
        assert Case.objects.get().state == State.APPROVED
        for place, order in enumerate(orders_of(project_in(case))):
            pay(order, scene, f"LS{place:06d}")
        assert project_in(case).stage == Stage.FINISHED
        assert "完结" in page(client_of(scene.manager), "/orders/")

    def test_is_refused_to_windows_elsewhere_and_to_everybody_else(self, scene: OrderScene) -> None:
        case = submitted(scene)
        base = f"/orders/{case.number}/signatures/"
        entry = {f"choice_{scene.houses_of(0)[0]}": "AGREE", "action": "save"}

        page(client_of(scene.far_clerk), base, 404)
        for actor in (scene.reviewer, scene.approver):
            assert "由受理该任务单的窗口录入" in client_of(actor).post(base, entry, follow=True).content.decode()
        assert client_of(scene.manager).post(base, entry).status_code == 403
        assert client_of(scene.reviewer).post(f"{base}close/").status_code == 403
        assert not Vote.objects.exists()

    def test_takes_nothing_once_it_is_counted_or_the_order_has_come_back(self, scene: OrderScene) -> None:
        case, clerk = submitted(scene), client_of(scene.clerk)
        signed(scene, case)
        base = f"/orders/{case.number}/signatures/"
        entry = {f"choice_{scene.houses_of(0)[0]}": "AGAINST", "action": "save"}

        assert "不能再录入" in clerk.post(base, entry, follow=True).content.decode()
        now = Case.objects.get()
        clerk.post(f"/cases/{case.number}/move/", {"move": "RETURN", "version": now.version, "note": "缺合同"})
        assert "任务单不在审核中" in clerk.post(base, entry, follow=True).content.decode()

    def test_is_entered_as_sums_where_the_city_says_so(self, scene: OrderScene) -> None:
        set_policy(
            kind=PolicyKind.PROJECT_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=ProjectRule(form="ORDER", vote="TOTALS"),
            valid_from=AT.date(),
        )
        case, clerk = submitted(scene), client_of(scene.clerk)
        base = f"/orders/{case.number}/signatures/"
        clerk.post(f"{base}scan/", scan())
        assert "签字表汇总" in page(clerk, base)

        wrong = {"agreed_dm2": "9999999", "agreed_people": "4"}
        assert "不能超过表决范围" in clerk.post(base, wrong).content.decode()
        vote = Vote.objects.get()
        clerk.post(base, {"agreed_dm2": f"{vote.total_dm2 / 100:.2f}", "agreed_people": "4"})
        clerk.post(f"{base}close/")

        assert Vote.objects.get().state == VoteState.PASSED


class TestLetters:
    def test_ask_the_houses_of_the_order_in_arrears_and_no_others(self, scene: OrderScene) -> None:
        case, client = submitted(scene), client_of(scene.manager)
        assert "没有欠款" in page(client, f"/orders/{case.number}/letters/")
        House.objects.update(first_deposit_due_fen=100_000_000)
        for house_id in (scene.houses_of(0)[0], scene.houses_of(1)[0]):
            Arrears.objects.create(
                house_id=house_id,
                area_id=scene.area_id,
                since=AT.date(),
                percent=30,
                first_due_fen=100_000_000,
                balance_fen=0,
            )
        assert "1 户欠款" in page(client, f"/orders/{case.number}/letters/")

        deadline = timezone.localdate() + dt.timedelta(days=20)
        client.post(f"/orders/{case.number}/letters/", {"deadline": str(deadline)})

        batch = LetterBatch.objects.get()
        assert [letter.house_id for letter in batch.letters.all()] == [scene.houses_of(0)[0]]
        assert batch.number in page(client, f"/orders/{case.number}/letters/")


class TestPrints:
    def test_name_the_order_its_sums_and_every_owner_in_full(self, scene: OrderScene) -> None:
        case = submitted(scene)
        procedure = register[case.procedure]

        order, names = (procedure.document(case, code, at=AT) for code in ("order", "signatures"))

        assert order is not None and names is not None
        assert order.number == names.number == case.number
        assert [voter.owner for voter in names.data.voters] and "业主0" in {one.owner for one in names.data.voters}
        assert sum(round(float(one.share.replace(",", "")) * 100) for one in names.data.voters) == TOTAL_FEN
        facts = {fact.label: fact.value for section in order.data.sections for fact in section.facts}
        assert facts["分摊总户数"] == "4 户" and "贰万叁仟肆佰伍拾陆元柒角捌分" in facts["支取总金额"]
        assert all(render(one, at=AT).startswith(b"%PDF") for one in (order, names))
