"""The pages of a project that is paid by phases: applied for, paid, accepted, finished, by clicks and forms alone.

# covers: R7 R8 R9
"""

import datetime as dt

import pytest
from django.test import Client

from tests.banking.town import AT
from tests.repairs import phased
from tests.repairs.scene import BUDGET_FEN, Scene, again, make_scene
from tests.web.test_projects import client_of, day
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move
from upkeep.parties.actor import Actor
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.payout_gate import PayoutGate
from upkeep.policy.project_rule import ProjectRule
from upkeep.repairs.models import ProjectFacility, RepairProject
from upkeep.repairs.queries import orders_of
from upkeep.repairs.stages import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture(autouse=True)
def files_elsewhere(settings: object, tmp_path: object) -> None:
    storages = dict(settings.STORAGES)  # type: ignore[attr-defined]
    storages["default"] = storages["default"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = storages  # type: ignore[attr-defined]


def page(actor: Actor, project: RepairProject) -> str:
    return client_of(actor).get(f"/projects/{project.number}/").content.decode()


def fill_in(client: Client, case: Case, *pages: dict[str, str]) -> None:
    """Every page of a form, its papers, and submit."""
    edit = f"/cases/{case.number}/edit/"
    contact = {"contact_name": "陈主任", "contact_phone": "13600000000"}
    for number, sent in enumerate(pages, start=1):
        answer = client.post(f"{edit}{number}/", sent | (contact if number == 1 else {}))
        assert answer.status_code == 302, answer.content.decode()
    for paper in register[case.procedure].papers_of(case):
        if paper.required:
            upload(client, case, paper.code)
    case.refresh_from_db()
    client.post(f"/cases/{case.number}/move/", {"move": "SUBMIT", "version": str(case.version)})


def upload(client: Client, case: Case, paper: str) -> None:
    from_disk = phased.picture_file(f"{paper}.png")
    client.post(f"/cases/{case.number}/papers/", {paper: from_disk})


def payee(amount: str = "") -> dict[str, str]:
    sent = {
        "payee_1_name": "江城电梯工程有限公司",
        "payee_1_bank": "农业银行江城支行",
        "payee_1_account": "6222020200011112222",
    }
    return sent | ({"payee_1_amount": amount} if amount else {})


class TestTheStarter:
    def test_walks_from_the_passed_vote_to_the_last_payment(self, scene: Scene) -> None:
        project = phased.ready(scene, phased.drafted(scene))
        client, base = client_of(scene.chair), f"/projects/{project.number}/"
        assert "项目立项" in client.get(base).content.decode()

        answer = client.post(f"{base}apply/")
        case = Case.objects.get(procedure="project_application")
        assert answer["Location"] == f"/cases/{case.number}/edit/1/"
        form = client.get(answer["Location"]).content.decode()
        assert "一般维修" in form and "占全体" in form
        fill_in(client, case, {"note": "请尽快受理"})
        assert again(project).stage == Stage.APPLICATION
        assert f"申请 {case.number} 正在维修资金管理部门审核" in client.get(base).content.decode()
        case.refresh_from_db()
        phased.approve(case, scene)

        for number, amount in ((1, "11,629.62"), (2, "15,506.17")):
            shown = client.get(base).content.decode()
            assert f"资金拨付（第 {number} 期）" in shown and amount in shown
            answer = client.post(f"{base}request/")
            asked = Case.objects.filter(procedure="fund_disbursement").latest("pk")
            form = client.get(answer["Location"]).content.decode()
            assert f'value="{amount}"' in form and f"第 {number} 期" in form
            fill_in(client, asked, payee(amount), {})
            asked.refresh_from_db()
            assert asked.number in client.get(base).content.decode()
            phased.approve(asked, scene)
            phased.pay_all(scene, project)

        blocked = client.get(base).content.decode()
        assert "暂不能资金拨付（第 3 期）：末期拨付前须先完成项目验收并发布验收公示" in blocked
        client.post(f"{base}acceptance/", self.acceptance(project, "38,000.00"))
        assert again(project).settlement_fen == 3_800_000
        sent = {"open_until": day(10), "version": str(again(project).version)}
        sent |= {"works_from": day(-9), "works_to": day(0)}
        client.post(f"{base}notices/acceptance/", sent)
        assert again(project).stage == Stage.ACCEPTANCE_NOTICE
        client.post(f"{base}request/", {"phase": "3"})
        asked = Case.objects.filter(procedure="fund_disbursement").latest("pk")
        fill_in(client, asked, payee("10,864.21"), {})
        asked.refresh_from_db()
        phased.approve(asked, scene)
        phased.pay_all(scene, project)

        assert (again(project).stage, again(project).paid_fen) == (Stage.FINISHED, 3_800_000)
        assert "已付清" in client.get(base).content.decode()

    @staticmethod
    def acceptance(project: RepairProject, settled: str) -> dict[str, str]:
        work = ProjectFacility.objects.get(project=project)
        return {
            "accepted_on": day(0),
            "works_from": day(-3),
            "works_to": day(-1),
            "content": "钢丝绳 6 根全部更换",
            "acceptance": "工程质量合格",
            f"settled_{work.pk}": settled,
        }

    def test_is_told_at_once_what_is_wrong_with_the_acceptance(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        wrong = self.acceptance(project, "-1") | {"works_to": "", "content": ""}

        shown = client_of(scene.chair).post(f"/projects/{project.number}/acceptance/", wrong).content.decode()

        assert "请填写金额，单位元，最多两位小数" in shown and again(project).stage == Stage.DISBURSING

    def test_is_told_on_the_form_that_more_was_paid_than_the_settlement_leaves(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        phased.paid(scene, project, 1)
        sent = self.acceptance(project, "11,629.61")

        shown = client_of(scene.chair).post(f"/projects/{project.number}/acceptance/", sent).content.decode()

        assert "请先清退多拨的 0.01 元" in shown

    def test_is_told_that_a_settlement_above_the_budget_needs_a_vote(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        client = client_of(scene.chair)
        client.post(f"/projects/{project.number}/acceptance/", self.acceptance(project, "40,000.00"))

        shown = client.get(f"/projects/{project.number}/").content.decode()
        assert "暂不能发布验收公示：结算金额超过预算" in shown and "发起补充表决" in shown

    def test_is_told_why_a_request_cannot_begin(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        client = client_of(scene.chair)

        client.post(f"/projects/{project.number}/request/", {"phase": "3"})

        assert "暂不能申请拨付第 3 期：末期拨付前" in client.get(f"/projects/{project.number}/").content.decode()
        assert not Case.objects.filter(procedure="fund_disbursement").exists()

    def test_prints_application_request_and_payment_notice(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        case = phased.request(scene, project, 1)
        engine.move(case.pk, Move.ACCEPT, by=scene.clerk, at=AT)
        engine.move(case.pk, Move.PASS, by=scene.reviewer, at=AT)
        case.refresh_from_db()
        client = client_of(scene.approver)
        client.post(f"/cases/{case.number}/move/", {"move": "PASS", "version": str(case.version)})

        assert again(project).ordered_fen
        shown = client.get(f"/cases/{case.number}/").content.decode()
        assert "住宅专项维修资金拨款通知单" in shown and "付款通知" in shown
        address = shown.split(f'href="/cases/{case.number}/prints/')[1].split('"')[0]
        answer = client.get(f"/cases/{case.number}/prints/{address}")
        assert answer.content.startswith(b"%PDF")
        titles = [one.title for one in register["fund_disbursement"].prints_of(case)]
        assert titles == ["资金拨付申请单", "拨款通知单"]
        assert [one.title for one in register["project_application"].prints] == ["立项申请单"]


class TestWhereTheApplicantHandsInTheNotice:
    def test_the_payments_are_ordered_by_it_and_only_once(self, scene: Scene) -> None:
        set_policy(
            kind=PolicyKind.PROJECT_RULE,
            jurisdiction_id=scene.town.city.pk,
            value=ProjectRule(payment_notice="APPLICANT"),
            valid_from=dt.date(2020, 1, 1),
        )
        project = phased.disbursing(scene)
        case = phased.ordered(scene, project, 1)
        assert orders_of(project) == [] and again(project).ordered_fen
        client, base = client_of(scene.chair), f"/projects/{project.number}/"
        assert "提交拨款通知单" in client.get(base).content.decode()

        client.post(f"{base}payment-notice/", {"case": case.number})
        assert len(orders_of(project)) == 2
        client.post(f"{base}payment-notice/", {"case": case.number})
        assert "不需要提交拨款通知单" in client.get(base).content.decode()
        phased.pay_all(scene, project)
        assert again(project).paid_fen == again(project).ordered_fen


class TestWhereNoAcceptanceIsAsked:
    def test_the_last_payment_finishes_the_project(self, scene: Scene) -> None:
        set_policy(
            kind=PolicyKind.PAYOUT_GATE,
            jurisdiction_id=scene.town.city.pk,
            value=PayoutGate(accepted_beyond_percent=100, last_phase_needs_acceptance=False),
            valid_from=dt.date(2020, 1, 1),
        )
        project = phased.disbursing(scene)
        for number in (1, 2, 3):
            phased.paid(scene, project, number)

        done = again(project)
        assert (done.stage, done.paid_fen, done.settlement_fen) == (Stage.FINISHED, BUDGET_FEN, BUDGET_FEN)


class TestOthers:
    def test_of_the_office_see_plan_and_requests_and_cannot_act(self, scene: Scene) -> None:
        project = phased.disbursing(scene)
        case = phased.request(scene, project, 1)
        phased.draft(scene, project, 2)

        shown = page(scene.clerk, project)
        assert "拨付计划" in shown and case.number in shown and "申请拨付</button>" not in shown
        assert shown.count("BF") == shown.count(case.number)
        for path in ("request/", "apply/", "payment-notice/"):
            assert client_of(scene.clerk).post(f"/projects/{project.number}/{path}").status_code == 403
            assert client_of(scene.stranger).post(f"/projects/{project.number}/{path}").status_code == 404
