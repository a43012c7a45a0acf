"""The generic pages of a case, walked without a browser: from the guide to the print, and by those who should not.

# covers: E3 I1 Q4
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tests.cast import Cast
from tests.web.pages import client_of, do_work, text
from upkeep.casework import engine
from upkeep.casework.models import Case, CaseFile
from upkeep.casework.parts import put_rows, row_count
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.papers import picture_of
from upkeep.demo.people import credit_code
from upkeep.estate.models import Area
from upkeep.jobs.models import Job
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db

DATA = Path(__file__).parent.parent / "data"
PASSWORD = "cheng-jiao-9-xin-xin"
ROW = {
    "building": "1幢",
    "building_kind": "高层",
    "elevator": "有",
    "structure": None,
    "built_month": None,
    "unit": "1单元",
    "floor": 3,
    "room": "301",
    "use": "住宅",
    "nature": "商品房",
    "area_dm2": 11836,
    "inner_area_dm2": None,
    "address": "滨江路",
    "note": None,
}


def form_of(cast: Cast, **changes: str) -> dict[str, str]:
    return {
        "district": str(cast.city.districts[0].pk),
        "name": "云水谣",
        "address": "江阳区滨江路188号",
        "floor_area": "113000",
        "contact_name": "陈立",
        "contact_phone": "13808300001",
        **changes,
    }


def workbook(name: str) -> dict[str, SimpleUploadedFile]:
    return {"workbook": SimpleUploadedFile(name, (DATA / name).read_bytes())}


def photo(paper: str) -> dict[str, SimpleUploadedFile]:
    return {paper: SimpleUploadedFile(f"{paper}.png", picture_of("样张"), content_type="image/png")}


def begun(client: Client) -> str:
    """The number of a case just begun."""
    answer = client.post("/cases/new/area_collection/begin/")
    number = re.match(r"^/cases/(CJ\d+)/edit/1/$", answer["Location"])
    assert number
    return number[1]


def ready(cast: Cast, name: str = "云水谣") -> Case:
    """A draft with everything, made below the pages."""
    by, at = cast["demo-developer"], timezone.now()
    case = engine.start(register["area_collection"], by=by, at=at, data=form_of(cast, name=name))
    put_rows(case, "houses", [(2, ROW)])
    CaseFile.objects.create(
        case=case, paper="planning_permit", name="a", path="a", content_type="image/jpeg", size=1, uploaded_at=at
    )
    return case


def handed_in(cast: Cast, name: str = "云水谣") -> Case:
    return engine.move(ready(cast, name).pk, Move.SUBMIT, by=cast["demo-developer"], at=timezone.now())


def bare(answer: Any) -> str:
    """The page without what differs each time: its reference number and the form's token."""
    return re.sub("[0-9A-Za-z]{64}|[0-9A-F]{8}", "", answer.content.decode())


class TestTheWayThroughACase:
    def test_leads_from_the_guide_to_a_printed_form(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        assert "建设工程规划许可证" in text(client.get("/cases/new/area_collection/"))
        number = begun(client)
        page = f"/cases/{number}/edit/%d/"

        assert client.post(page % 1, form_of(cast))["Location"] == page % 2
        asked = client.post(f"/cases/{number}/sheets/houses/import/", workbook("house-table-1200.xlsx"))
        assert do_work().state == "DONE"
        assert client.get(asked["Location"])["Location"] == page % 2
        assert "已导入 1,200 行" in text(client.get(page % 2)).replace("  ", " ")
        assert client.post(page % 2, {"action": "next"})["Location"] == page % 3
        client.post(f"/cases/{number}/papers/", photo("planning_permit"))
        assert client.post(page % 3, {"action": "next"})["Location"] == page % 4
        confirmation = text(client.get(page % 4))
        assert "9 栋" in confirmation and "112,839.56" in confirmation and "还有" not in confirmation
        done = client.post(f"/cases/{number}/move/", {"move": "SUBMIT"}, follow=True)

        assert done.redirect_chain[-1][0] == f"/cases/{number}/done/"
        assert "业务办理完成" in text(done) and number in text(done) and "江阳区政务服务中心一楼" in text(done)
        kept = KeptPrint.objects.get()
        pdf = client.get(f"/cases/{number}/prints/{kept.pk}/")
        assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")

    def test_leads_the_office_from_the_work_list_to_the_effect(self, cast: Cast) -> None:
        case = handed_in(cast)
        for who, move in (("demo-clerk", "ACCEPT"), ("demo-reviewer", "PASS")):
            client = client_of(cast, who)
            assert case.number in text(client.get("/office/"))
            client.get(f"/cases/{case.number}/")
            answer = client.post(f"/cases/{case.number}/move/", {"move": move, "note": "同意"})
            assert answer["Location"] == "/office/"

        area = Area.objects.get(name="云水谣")
        shown = client_of(cast, "demo-developer").get(f"/cases/{case.number}/")
        assert f'href="/areas/{area.pk}/"' in shown.content.decode()
        assert "已办结" in text(shown)

    def test_leads_a_reviewer_on_to_the_next_case(self, cast: Cast) -> None:
        first, second = handed_in(cast, "甲苑"), handed_in(cast, "乙苑")

        answer = client_of(cast, "demo-clerk").post(f"/cases/{first.number}/move/", {"move": "ACCEPT"})

        assert answer["Location"] == f"/cases/{second.number}/"


class TestAFaultyWorkbook:
    @pytest.fixture
    def faulty(self, cast: Cast) -> Iterator[tuple[Client, str, str]]:
        client = client_of(cast, "demo-developer")
        number = begun(client)
        asked = client.post(f"/cases/{number}/sheets/houses/import/", workbook("house-table-faulty.xlsx"))
        do_work()
        yield client, number, client.get(asked["Location"])["Location"]

    def test_is_told_cell_by_cell(self, faulty: tuple[Client, str, str]) -> None:
        client, _, faults = faulty

        shown = text(client.get(faults))

        assert "共有 19 处错误" in shown
        assert all(cell in shown for cell in ("A5", "K90", "H130"))

    def test_saves_nothing(self, faulty: tuple[Client, str, str]) -> None:
        assert row_count(Case.objects.get(), "houses") == 0

    def test_comes_back_with_its_cells_marked(self, faulty: tuple[Client, str, str]) -> None:
        client, _, faults = faulty

        answer = client.get(f"{faults}marked/")

        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert sheet["A5"].comment is not None
        assert sheet["A6"].comment is None

    def test_is_nobody_elses_to_see(self, cast: Cast, faulty: tuple[Client, str, str]) -> None:
        _, _, faults = faulty

        for who in ("more-developer2", "demo-clerk", "colleague"):
            assert client_of(cast, who).get(faults).status_code == 404
            assert client_of(cast, who).get(f"{faults}marked/").status_code == 404

    @pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a workbook", b"name,count\n1,2\n"])
    def test_that_is_no_workbook_is_refused_in_words(self, cast: Cast, content: bytes) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)
        sent = {"workbook": SimpleUploadedFile("a.xlsx", content or b" ")}
        asked = client.post(f"/cases/{number}/sheets/houses/import/", sent)

        job = do_work()

        assert job.state == "FAILED"
        assert job.sentences[0] in text(client.get(asked["Location"]))
        assert "错误编号" not in job.sentences[0]

    def test_that_was_not_chosen_is_asked_for(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        answer = client.post(f"/cases/{begun(client)}/sheets/houses/import/", follow=True)

        assert "请先选择填写好的 Excel 文件" in text(answer)
        assert not Job.objects.exists()


class TestADraft:
    def test_keeps_what_was_typed_wrong_and_says_so(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)

        answer = client.post(f"/cases/{number}/edit/1/", form_of(cast, floor_area="很大", contact_phone="12"))

        assert answer.status_code == 200
        assert "请填写大于 0 的面积" in text(answer) and "电话号码不正确" in text(answer)
        assert Case.objects.get().data["floor_area"] == "很大"

    def test_is_saved_on_the_way_without_a_page(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)

        answer = client.post(f"/cases/{number}/edit/1/", {"name": "半个名"}, headers={"HX-Request": "true"})

        assert (answer.status_code, Case.objects.get().subject) == (204, "半个名")
        assert "半个名" in client.get(f"/cases/{number}/edit/1/").content.decode()

    def test_survives_a_form_sent_with_nothing_in_it(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)

        assert client.post(f"/cases/{number}/edit/1/", {"action": "save"}).status_code == 302
        assert (Case.objects.get().contact_name, Case.objects.get().subject) == ("", "")

    def test_lists_all_that_is_missing_and_where_to_mend_it(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)

        shown = client.get(f"/cases/{number}/edit/4/").content.decode()
        refused = client.post(f"/cases/{number}/move/", {"move": "SUBMIT"}, follow=True)

        assert f'<a href="/cases/{number}/edit/3/">去修改</a>' in shown
        assert "请上传“建设工程规划许可证”" in shown
        assert "请上传“建设工程规划许可证”" in text(refused)
        assert Case.objects.get().state == State.DRAFT

    def test_thrown_away_is_withdrawn(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)

        assert client.post(f"/cases/{number}/drop/")["Location"] == "/cases/"
        assert Case.objects.get().state == State.WITHDRAWN
        assert client.get(f"/cases/{number}/edit/1/").status_code == 404

    def test_returned_says_why(self, cast: Cast) -> None:
        case = handed_in(cast)
        engine.move(case.pk, Move.RETURN, by=cast["demo-clerk"], at=timezone.now(), note="缺少测绘报告")

        client = client_of(cast, "demo-developer")
        assert "缺少测绘报告" in text(client.get(f"/cases/{case.number}/edit/1/"))
        assert "修改后重新提交" in text(client.get(f"/cases/{case.number}/"))

    def test_takes_a_paper_off_again(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        number = begun(client)
        client.post(f"/cases/{number}/papers/", photo("planning_permit"))
        file = CaseFile.objects.get()
        shown = client.get(f"/cases/{number}/papers/{file.pk}/")
        assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")

        client.post(f"/cases/{number}/papers/{file.pk}/remove/")

        assert not CaseFile.objects.exists()

    def test_refuses_a_paper_that_is_no_picture_by_its_name(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        sent = {"planning_permit": SimpleUploadedFile("许可证.pdf", b"%PDF-1.7")}
        answer = client.post(f"/cases/{begun(client)}/papers/", sent, follow=True)

        assert "许可证.pdf：无法读取该图片" in text(answer)

    def test_gives_a_template_and_what_was_imported(self, cast: Cast) -> None:
        client, case = client_of(cast, "demo-developer"), ready(cast)

        blank = client.get(f"/cases/{case.number}/sheets/houses/template/")
        back = client.get(f"/cases/{case.number}/sheets/houses/export/")

        assert load_workbook(BytesIO(blank.content)).worksheets[0]["A1"].value
        assert load_workbook(BytesIO(back.content)).worksheets[0]["A2"].value == "1幢"
        assert client.get(f"/cases/{case.number}/sheets/nothing/template/").status_code == 404


class TestAStranger:
    def addresses(self, case: Case) -> list[str]:
        file, at = case.files.get(), f"/cases/{case.number}"
        return [
            f"{at}/",
            f"{at}/done/",
            f"{at}/edit/1/",
            f"{at}/papers/{file.pk}/",
            f"{at}/sheets/houses/export/",
            f"{at}/sheets/houses/template/",
            f"{at}/sheets/houses/faults/1/",
            f"{at}/prints/1/",
        ]

    @pytest.mark.parametrize("who", ["more-developer2", "demo-company", "demo-teller1", "stranger-clerk"])
    def test_does_not_find_what_is_not_his(self, cast: Cast, who: str) -> None:
        case = handed_in(cast)
        client = client_of(cast, who)
        absent = bare(client.get("/cases/CJ202611209999991/"))

        for address in self.addresses(case):
            answer = client.get(address)
            assert answer.status_code == 404, address
            assert bare(answer) == absent
        for post in ("move/", "drop/", "papers/", "edit/1/", "sheets/houses/import/"):
            assert client.post(f"/cases/{case.number}/{post}", {"move": "WITHDRAW"}).status_code == 404

        assert Case.objects.get().state == State.SUBMITTED

    def test_without_an_account_finds_nothing_either(self, cast: Cast) -> None:
        case = handed_in(cast)

        assert {Client().get(address).status_code for address in self.addresses(case)} == {404}

    def test_does_not_find_another_ones_job(self, cast: Cast) -> None:
        client = client_of(cast, "demo-developer")
        asked = client.post(f"/cases/{begun(client)}/sheets/houses/import/", workbook("house-table-faulty.xlsx"))

        assert client.get(asked["Location"]).status_code == 200
        for who in ("colleague", "more-developer2", "demo-clerk"):
            assert client_of(cast, who).get(asked["Location"]).status_code == 404

    def test_in_the_wrong_role_is_refused_or_told(self, cast: Cast) -> None:
        assert client_of(cast, "demo-teller1").get("/cases/").status_code == 403
        assert client_of(cast, "demo-developer").get("/office/").status_code == 403
        answer = client_of(cast, "demo-company").post("/cases/new/area_collection/begin/", follow=True)
        assert "您没有办理“物业区域采集”的权限" in text(answer)
        assert not Case.objects.exists()

    def test_in_the_office_sees_no_draft(self, cast: Cast) -> None:
        case = ready(cast)

        assert client_of(cast, "demo-clerk").get(f"/cases/{case.number}/").status_code == 404

    def test_in_the_office_changes_nothing_that_is_not_his_step(self, cast: Cast) -> None:
        case = handed_in(cast)
        client = client_of(cast, "demo-reviewer")
        shown = client.get(f"/cases/{case.number}/").content.decode()
        told = client.post(f"/cases/{case.number}/move/", {"move": "ACCEPT"}, follow=True)

        assert 'name="note"' not in shown
        assert "当前环节由“窗口受理”办理" in text(told)
        assert Case.objects.get().state == State.SUBMITTED


class TestAVisitor:
    FORM = {
        "kind": "DEVELOPER",
        "name": "望江置业有限公司",
        "social_credit_code": credit_code(777),
        "legal_representative": "罗法",
        "address": "春雨路 66 号",
    }
    ACCOUNT = {
        "operator_name": "韩经办",
        "operator_phone": "13808305501",
        "password": PASSWORD,
        "password_again": PASSWORD,
        "agreed": "on",
    }

    def test_registers_an_organisation_and_sees_only_his_own(self, cast: Cast) -> None:
        client, other = Client(), Client()
        page = client.post("/cases/new/organisation_registration/begin/", {"city": "jiangcheng"})["Location"]
        at = page.removesuffix("edit/1/")
        assert client.post(page, self.FORM)["Location"] == f"{at}edit/2/"
        assert client.post(f"{at}edit/2/", self.ACCOUNT)["Location"] == f"{at}edit/3/"
        for paper in ("licence", "operator_id"):
            client.post(f"{at}papers/", photo(paper))
        assert client.post(f"{at}edit/3/", {"action": "next"})["Location"] == f"{at}edit/4/"

        done = client.post(f"{at}move/", {"move": "SUBMIT"}, follow=True)

        assert "业务办理完成" in text(done)
        assert client.get(at).status_code == 200
        assert other.get(at).status_code == 404
        assert client_of(cast, "demo-developer").get(at).status_code == 404
        assert client_of(cast, "demo-clerk").get(at).status_code == 200

    def test_without_a_city_is_asked_for_one(self, cast: Cast) -> None:
        for sent in ({}, {"city": "nowhere"}):
            answer = Client().post("/cases/new/organisation_registration/begin/", sent, follow=True)
            assert "请先选择所在城市" in text(answer)
        assert not Case.objects.exists()

    def test_with_a_weak_password_stays_on_the_page(self, cast: Cast) -> None:
        client = Client()
        page = client.post("/cases/new/organisation_registration/begin/", {"city": "jiangcheng"})["Location"]
        sent = self.ACCOUNT | {"password": "123", "password_again": "123"}
        answer = client.post(page.replace("/1/", "/2/"), sent)

        assert answer.status_code == 200
        assert "密码太短，至少 12 位" in text(answer)
        assert "password_hash" not in Case.objects.get().data

    def test_is_not_told_the_list_of_cases(self, cast: Cast) -> None:
        assert Client().get("/cases/")["Location"].startswith("/login/")


class TestAMove:
    def test_without_a_reason_is_asked_for_one(self, cast: Cast) -> None:
        case = handed_in(cast)
        answer = client_of(cast, "demo-clerk").post(f"/cases/{case.number}/move/", {"move": "RETURN"}, follow=True)

        assert "退回补正须写明理由" in text(answer)
        assert answer.redirect_chain[-1][0] == f"/cases/{case.number}/"

    def test_on_an_old_page_is_told(self, cast: Cast) -> None:
        case = handed_in(cast)
        sent = {"move": "ACCEPT", "version": str(case.version - 1)}

        answer = client_of(cast, "demo-clerk").post(f"/cases/{case.number}/move/", sent, follow=True)

        assert "刚刚由他人办理过" in text(answer)

    @pytest.mark.parametrize("move", ["", "APPROVE", "DRAFT", "submit"])
    def test_that_does_not_exist_changes_nothing(self, cast: Cast, move: str) -> None:
        case = handed_in(cast)

        answer = client_of(cast, "demo-clerk").post(f"/cases/{case.number}/move/", {"move": move})

        assert answer.status_code == 302
        assert Case.objects.get().version == case.version

    def test_is_never_made_by_opening_an_address(self, cast: Cast) -> None:
        case = handed_in(cast)

        assert client_of(cast, "demo-clerk").get(f"/cases/{case.number}/move/?move=ACCEPT").status_code == 405


class TestReading:
    def test_a_page_writes_nothing(self, cast: Cast) -> None:
        """The middleware refuses a write; this counts rows before and after on top."""
        case, draft = handed_in(cast), ready(cast, "乙苑")
        developer, clerk = client_of(cast, "demo-developer"), client_of(cast, "demo-clerk")
        tables = [name for name in connection.introspection.table_names() if not name.startswith(("django_s", "axes"))]
        before = self.snapshot(tables)

        for page in range(6):
            developer.get(f"/cases/{draft.number}/edit/{page}/")
        for client in (developer, clerk):
            for address in ("/cases/", "/cases/export/", f"/cases/{case.number}/", f"/cases/{case.number}/done/"):
                assert client.get(address).status_code == 200
        clerk.get("/office/")
        developer.get("/jobs/")

        assert self.snapshot(tables) == before

    def snapshot(self, tables: list[str]) -> dict[str, str]:
        found = {}
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"select coalesce(md5(string_agg(t::text, ',' order by t::text)), '') from {table} t")
                found[table] = cursor.fetchone()[0]
        return found

    @pytest.mark.parametrize(
        "address",
        [
            "/cases/?q=%00",
            "/cases/%00/",
            "/cases/?page=99999999999999999999&sort=x&state=X&procedure=X&since=x&until=2026-02-31",
            "/cases/?q=%25_%5C%27%22&since=0001-01-01&until=9999-12-31",
            "/cases/new/area_collection/?city=%00",
            "/areas/search/?q=%00",
            "/areas/search/?q=%25",
            "/areas/9223372036854775808/",
            "/areas/houses/99999999999999999999999/",
            "/areas/?district=x&q=%F0%9F%8F%A0",
            "/jobs/99999999999999999999999/",
            "/cases/CJ202611200000019/prints/99999999999999999999999/",
        ],
    )
    def test_an_odd_address_is_answered_and_never_breaks(self, cast: Cast, address: str) -> None:
        for who in ("demo-developer", "demo-clerk"):
            assert client_of(cast, who).get(address).status_code in (200, 400, 404)

    def test_a_form_with_a_nul_is_a_bad_request(self, cast: Cast) -> None:
        case = handed_in(cast)
        sent = {"move": "RETURN", "note": "a\0b"}

        assert client_of(cast, "demo-clerk").post(f"/cases/{case.number}/move/", sent).status_code == 400


class TestTheList:
    def test_is_narrowed_by_what_the_address_says(self, cast: Cast) -> None:
        first, second = handed_in(cast, "甲苑"), ready(cast, "乙苑")
        client = client_of(cast, "demo-developer")

        def numbers(query: str) -> set[str]:
            return set(re.findall(r"CJ\d{15}", text(client.get(f"/cases/?{query}"))))

        today = timezone.localdate()
        assert numbers("") == {first.number, second.number}
        assert numbers("q=甲") == numbers("state=SUBMITTED") == {first.number}
        assert numbers("procedure=organisation_registration") == set()
        assert numbers(f"since={today + timedelta(days=1)}") == set()
        assert numbers(f"until={today}&state=DRAFT") == {second.number}
        assert numbers("state=nonsense") == {first.number, second.number}

    def test_is_exported_as_it_is_narrowed(self, cast: Cast) -> None:
        first = handed_in(cast, "甲苑")
        handed_in(cast, "乙苑")

        answer = client_of(cast, "demo-clerk").get("/cases/export/?q=甲")

        rows = list(load_workbook(BytesIO(answer.content)).worksheets[0].values)
        assert [row[0] for row in rows[1:]] == [first.number]

    def test_asks_no_more_the_longer_it_is(self, cast: Cast, django_assert_max_num_queries: Any) -> None:
        client = client_of(cast, "demo-clerk")
        handed_in(cast, "首苑")
        client.get("/cases/")
        with django_assert_max_num_queries(17) as few:
            client.get("/cases/")
        for place in range(12):
            handed_in(cast, f"第{place}苑")

        with django_assert_max_num_queries(len(few)):
            assert text(client.get("/cases/")).count("物业区域采集") >= 13

    def test_of_work_marks_what_is_overdue(self, cast: Cast) -> None:
        at = timezone.now() - timedelta(days=20)
        engine.move(ready(cast).pk, Move.SUBMIT, by=cast["demo-developer"], at=at)

        shown = text(client_of(cast, "demo-clerk").get("/office/"))

        assert "已超期 1 件" in shown
        assert "没有等待您办理的业务" in text(client_of(cast, "demo-auditor").get("/office/"))
