"""Statements, closes and controls as their readers use them, from the page to the effect on the books.

# covers: F7
"""

import io
import re
from html import unescape
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests.closing.scene import Scene, make_scene
from tests.staging import staged
from tests.web.pages import client_of, do_work, text
from upkeep.books import closing as books
from upkeep.closing.models import ClosingCase, LedgerAudit
from upkeep.closing.periods import Period
from upkeep.closing.statements import Scope, StatementKind, sheet_of
from upkeep.jobs.models import Job, JobState
from upkeep.kernel.money import yuan
from upkeep.parties.roles import Role

pytestmark = pytest.mark.django_db
scene = staged(make_scene)
OCTOBER = Period(2026, 10)


@pytest.fixture
def accountant(scene: Scene) -> Client:
    return client_of(scene.cast, "demo-accountant")


@pytest.fixture
def approver(scene: Scene) -> Client:
    return client_of(scene.cast, "demo-approver")


class TestAStatement:
    @pytest.mark.parametrize("kind", list(StatementKind))
    def test_shows_every_figure_of_the_sheet(self, scene: Scene, accountant: Client, kind: StatementKind) -> None:
        shown = text(accountant.get(f"/closing/statements/{kind}/?period=2026-10"))
        sheet = sheet_of(kind, scope=Scope(jurisdiction_id=scene.city_id), period=OCTOBER)

        assert sheet.title in shown and sheet.code in shown and "未结账" in shown
        for row in sheet.rows:
            assert row.label in shown and all(yuan(fen) in shown for fen in row.cells)

    def test_leads_from_every_figure_to_the_accounts_it_is_made_of(self, scene: Scene, accountant: Client) -> None:
        page = accountant.get("/closing/statements/income/?period=2026-10").content.decode()
        links = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+/figure/[^"]+)"', page)]
        assert len(links) > 5
        for link in links:
            figure = re.search(re.escape(link.replace("&", "&amp;")) + r'">([^<]+)</a>', page)
            assert figure is not None
            shown = text(accountant.get(link))
            assert re.search(rf"合计 {re.escape(figure[1])}", shown), link

    def test_leads_down_to_the_vouchers_of_a_figure(self, scene: Scene, accountant: Client) -> None:
        page = accountant.get("/closing/statements/income/?period=2026").content.decode()
        row = page[page.index("维修支出") :]
        figure = re.search(r'href="([^"]+/figure/[^"]+)"', row)
        assert figure is not None
        ledger = re.search(r'href="(/accounting/ledger/[^"]+)"', accountant.get(unescape(figure[1])).content.decode())
        assert ledger is not None
        entries = accountant.get(unescape(ledger[1])).content.decode()
        assert "500.00" in entries
        voucher = re.search(r'href="(/accounting/vouchers/\d+/[^"]*)"', entries)
        assert voucher is not None and "维修支出" in text(accountant.get(unescape(voucher[1])))

    def test_of_one_area_is_opened_from_the_detail(self, scene: Scene, accountant: Client) -> None:
        page = accountant.get("/closing/statements/detail/?period=2026-10").content.decode()
        link = re.search(rf'href="([^"]+area={scene.area.pk})"', page)
        assert link is not None
        shown = text(accountant.get(unescape(link[1])))
        one = sheet_of(
            StatementKind.BALANCE, scope=Scope(jurisdiction_id=scene.city_id, area_id=scene.area.pk), period=OCTOBER
        )
        assert scene.area.name in shown and yuan(one.rows[3].cells[5]) in shown
        assert accountant.get("/closing/statements/balance/?area=1").status_code == 404
        assert accountant.get("/closing/statements/balance/?area=x").status_code == 404

    def test_is_narrowed_to_a_custody_account_and_a_district(self, scene: Scene, accountant: Client) -> None:
        one = text(accountant.get(f"/closing/statements/balance/?period=2026-10&custody={scene.custody.pk}"))
        district = f"/closing/statements/balance/?period=2026-10&place={scene.area.jurisdiction_id}"
        assert "资产总计" in one and "资产总计" in text(accountant.get(district))

    def test_is_a_workbook_and_a_pdf(self, scene: Scene, accountant: Client) -> None:
        book = accountant.get("/closing/statements/workbook/?period=2026")
        assert len(openpyxl.load_workbook(io.BytesIO(book.content)).sheetnames) == 4
        printed = accountant.post("/closing/statements/net-assets/print/", {"period": "2026-10"})
        assert printed["Content-Type"] == "application/pdf" and printed.content.startswith(b"%PDF")

    @pytest.mark.parametrize("query", ["period=x", "period=2099-01", "period=1999-01", "page=999", "period=2026"])
    def test_survives_whatever_period_is_asked(self, scene: Scene, accountant: Client, query: str) -> None:
        for kind in StatementKind:
            assert accountant.get(f"/closing/statements/{kind}/?{query}").status_code == 200

    @pytest.mark.parametrize(
        "address",
        [
            "/closing/statements/else/",
            "/closing/statements/balance/?custody=1",
            "/closing/statements/balance/?place=999",
            "/closing/statements/balance/figure/?row=99&cell=0",
            "/closing/statements/balance/figure/?row=x&cell=0",
            "/closing/statements/net-assets/figure/?row=1&cell=0",
            "/closing/JZ20260101000000001/",
        ],
    )
    def test_of_nothing_is_not_found(self, scene: Scene, accountant: Client, address: str) -> None:
        assert accountant.get(address).status_code == 404

    def test_of_another_city_is_not_seen(self, scene: Scene) -> None:
        elsewhere = scene.cast.hire(
            "far-accountant", [Role.ACCOUNTANT], at_city=scene.cast["stranger-clerk"].jurisdiction_id
        )
        client = client_of(scene.cast, "far-accountant")
        assert client.get(f"/closing/statements/balance/?place={scene.city_id}").status_code == 404
        assert client.get(f"/closing/statements/balance/?custody={scene.custody.pk}").status_code == 404
        total = (
            sheet_of(StatementKind.BALANCE, scope=Scope(jurisdiction_id=scene.city_id), period=OCTOBER)
            .rows[3]
            .cells[5]
        )
        assert yuan(total) not in text(client.get("/closing/statements/balance/?period=2026-10"))
        assert elsewhere.user_id

    def test_asks_the_database_a_bounded_number_of_questions(
        self, scene: Scene, accountant: Client, django_assert_max_num_queries: Any
    ) -> None:
        accountant.get("/closing/statements/balance/")
        for kind in StatementKind:
            with django_assert_max_num_queries(26):
                accountant.get(f"/closing/statements/{kind}/?period=2026-10")


class TestAClose:
    def test_goes_from_the_checklist_over_two_people_to_closed_books_and_back(
        self, scene: Scene, accountant: Client, approver: Client
    ) -> None:
        assert "办理首次结账" in text(accountant.get("/closing/"))
        checklist = text(accountant.get("/closing/new/?period=2026-10"))
        assert "控制公式全部成立 通过" in checklist and "近期做过账务全面核查 请说明" in checklist
        refused = accountant.post("/closing/new/", {"period": "2026-10", "reason": ""})
        assert "请填写说明" in text(refused)

        asked = accountant.post("/closing/new/", {"period": "2026-10", "reason": "核查安排在今晚"})
        case = ClosingCase.objects.get()
        assert asked["Location"] == f"/closing/{case.number}/"
        own = text(accountant.get(asked["Location"]))
        assert "须由您以外" in own and "同意，开始办理" not in own

        assert "核查安排在今晚" in text(approver.get(f"/closing/{case.number}/"))
        approver.post(f"/closing/{case.number}/approve/")
        assert "办理进度" in text(approver.get(f"/closing/{case.number}/"))
        assert do_work().state == JobState.DONE
        done = text(approver.get(f"/closing/{case.number}/"))
        assert "已办结" in done and "结账时的会计报表" in done
        assert books.closed_through(scene.area.pk) == OCTOBER.last
        assert "已结账" in text(accountant.get("/closing/statements/balance/"))
        kept = re.search(
            rf"/closing/{case.number}/statements/\d+/", approver.get(f"/closing/{case.number}/").content.decode()
        )
        assert kept is not None and approver.get(kept[0]).content.startswith(b"%PDF")

        again = accountant.post("/closing/reopen/", {"reason": "漏记一笔手续费"})
        reopening = ClosingCase.objects.get(act="REOPEN")
        assert again["Location"] == f"/closing/{reopening.number}/"
        accountant.post(f"/closing/{reopening.number}/approve/")
        reopening.refresh_from_db()
        assert reopening.state == "WAITING"
        approver.post(f"/closing/{reopening.number}/approve/")
        do_work()
        assert books.closed_through(scene.area.pk) is None
        assert "已反结账" in text(accountant.get(f"/closing/{case.number}/"))

    def test_is_sent_back_by_the_second_person(self, scene: Scene, accountant: Client, approver: Client) -> None:
        accountant.post("/closing/new/", {"period": "2026-10", "reason": "正常"})
        case = ClosingCase.objects.get()
        approver.post(f"/closing/{case.number}/return/", {"reason": ""})
        approver.post(f"/closing/{case.number}/return/", {"reason": "等银行对账单"})
        assert "等银行对账单" in text(accountant.get(f"/closing/{case.number}/"))
        assert "正在办理" not in text(accountant.get("/closing/"))

    def test_that_could_not_be_done_says_why_and_is_begun_again(
        self, scene: Scene, accountant: Client, approver: Client
    ) -> None:
        accountant.post("/closing/new/", {"period": "2026-10", "reason": "正常"})
        case = ClosingCase.objects.get()
        accountant.post(f"/closing/{case.number}/approve/")
        approver.post(f"/closing/{case.number}/approve/")
        case.refresh_from_db()
        job = _failed(case)
        shown = text(approver.get(f"/closing/{case.number}/"))
        assert "账簿没有任何变动" in shown and "数据库忙" in shown
        approver.post(f"/closing/{case.number}/again/")
        case.refresh_from_db()
        assert case.job_id != job
        assert do_work().state == JobState.DONE
        approver.post(f"/closing/{case.number}/again/")
        assert "已办结" in text(approver.get(f"/closing/{case.number}/"))

    def test_is_not_for_a_district_to_ask_for(self, scene: Scene) -> None:
        scene.cast.hire("district-accountant", [Role.ACCOUNTANT], at_city=scene.area.jurisdiction_id)
        client = client_of(scene.cast, "district-accountant")
        assert "提交复核" not in text(client.get("/closing/new/"))
        client.post("/closing/new/", {"period": "2026-10", "reason": "正常"})
        assert not ClosingCase.objects.exists()
        assert client.get("/closing/").status_code == 200


class TestTheControls:
    def test_show_both_sides_of_every_formula(self, scene: Scene, accountant: Client) -> None:
        shown = text(accountant.get("/closing/controls/?period=2026-10"))
        for title in (
            "试算平衡",
            "资产等于负债加净资产",
            "维修资金等于分户账合计",
            "专户划转在途为零",
            "货币资金不为负",
        ):
            assert title in shown
        # Nobody has sent a statement of the bank: what was not compared does not hold.
        assert "没有不成立的控制公式；“银行存款等于银行对账单”有未核对的账户" in shown
        assert "当日没有银行对账单" in shown and "全部 7 项" not in shown
        assert "当日没有银行对账单" in text(accountant.get("/closing/controls/?period=2027-01"))

    def test_have_the_books_audited(self, scene: Scene, accountant: Client) -> None:
        answer = accountant.post("/closing/controls/audit/")
        assert answer["Location"].startswith("/jobs/")
        assert "正在进行" in text(accountant.get(accountant.post("/closing/controls/audit/")["Location"]))
        assert do_work().state == JobState.DONE
        found = LedgerAudit.objects.get()
        assert found.is_sound and found.lines > 50 and found.rules > 20
        assert "没有发现问题" in text(accountant.get("/closing/controls/"))


def _failed(case: ClosingCase) -> int:
    """As when the work met a fault."""
    assert case.job_id is not None
    job = Job.objects.get(pk=case.job_id)
    job.state, job.started_at, job.finished_at, job.attempts = JobState.FAILED, job.asked_at, job.asked_at, 1
    job.result = {"sentences": ["数据库忙，请稍后再试"], "problems": []}
    job.save()
    return int(job.pk)
