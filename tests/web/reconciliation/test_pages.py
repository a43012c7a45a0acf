"""The pages of the reconciliation: uploaded, compared, worked off by two, adjusted, printed.

# covers: F4
"""

import datetime as dt
import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.banking.town import person
from tests.reconciliation.scene import LATER, TODAY, TOMORROW, Scene, come_in, line, make_scene
from tests.staging import staged
from upkeep.banking.models import PaySlip, SlipState
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.printing.models import KeptPrint
from upkeep.reconciliation.models import BankStatement, DifferenceAct, Match

pytestmark = pytest.mark.django_db
scene = staged(make_scene)


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture(autouse=True)
def clock(time_machine) -> None:  # type: ignore[no-untyped-def]
    """The pages read the clock: it is the day after the statement's."""
    time_machine.move_to(LATER, tick=False)


def client(scene: Scene, who: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(pk=scene[who].user_id))
    return found


def text(answer) -> str:  # type: ignore[no-untyped-def]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def upload(scene: Scene, rows: str, *, who: str = "cashier", **data: str):  # type: ignore[no-untyped-def]
    titles = "交易日期,交易时间,流水号,收入金额,支出金额,余额,对方户名,摘要\n"
    file = SimpleUploadedFile("s.csv", (titles + rows).encode("gbk"))
    wanted = {"custody": str(scene.custody.pk), "format": "plain", "file": file} | data
    return client(scene, who).post("/reconciliation/upload/", wanted, follow=True)


class TestAStatementFile:
    def test_is_taken_and_compared_line_by_line(self, scene: Scene) -> None:
        first = scene.slips[0].total_fen
        yuan = f"{first / 100:.2f}"
        rows = f"2026-11-20,10:30:00,P1,{yuan},,{yuan},江南置业有限公司,交存\n"
        rows += f"2026-11-20,16:00:00,Z9,,1.50,{(first - 150) / 100:.2f},,手续费\n"

        answer = upload(scene, rows)

        assert "已收到 2026-11-20 对账单 2 笔，自动勾对 1 笔" in text(answer)
        assert "银行有、账面无 1 笔；账面有、银行无 1 笔" in text(answer)
        assert "Z9 手续费 -1.50 -1.50 银行有、账面无" in text(answer)
        matched = client(scene, "auditor").get(f"{answer.redirect_chain[-1][0]}?show=matched")
        assert f"P1 交存 江南置业有限公司 {first / 100:,.2f} P1 交存 {scene.slips[0].number}" in text(matched)

    def test_that_is_wrong_is_not_taken_and_says_where(self, scene: Scene) -> None:
        answer = upload(scene, "2026-11-20,10:30:00,P1,12.00,,12.00,,\n2026-11-20,10:30:00,P1,x,,12.00,,\n")

        assert answer.status_code == 422
        assert "第 3 行收入：“x”不是金额" in text(answer)
        assert not BankStatement.objects.exists()

    def test_of_a_day_without_movements_takes_day_and_balance_from_the_page(self, scene: Scene) -> None:
        answer = upload(scene, "", day="2026-11-20")
        assert "文件中没有余额，请填写期初余额" in text(answer)

        upload(scene, "", day="2026-11-20", opening="100.00")
        assert BankStatement.objects.get().closing_fen == 10_000

    def test_is_not_uploaded_by_an_approver_or_for_another_city(self, scene: Scene) -> None:
        assert upload(scene, "", who="approver").status_code == 403


class TestADifference:
    def test_is_worked_off_on_its_page_by_two(self, scene: Scene) -> None:
        slip = scene.slips[2]
        come_in(scene, [line("B3", slip.total_fen, summary=f"交存 {slip.number}")])
        address = f"/reconciliation/lines/{scene.line('B3').pk}/"

        page = client(scene, "cashier").get(address)
        assert f"银行摘要中写明了单据： {slip.number}" in text(page)
        form = {"kind": "CONFIRM_SLIP", "number": slip.number, "reason": "柜面漏确认"}
        answer = client(scene, "cashier").post(address, form, follow=True)
        assert "“补确认交款通知单”已提交，等待他人复核" in text(answer)
        assert PaySlip.objects.get(pk=slip.pk).state_now is SlipState.WAITING

        assert "等待复核的差异处理" in text(client(scene, "approver").get("/reconciliation/"))
        act = DifferenceAct.objects.get()
        answer = client(scene, "approver").post(f"/reconciliation/acts/{act.pk}/", {"approve": "1"}, follow=True)
        assert "已复核办理并记账" in text(answer)
        assert PaySlip.objects.get(pk=slip.pk).state_now is SlipState.PAID
        assert scene.line("B3").match_id

    def test_is_not_decided_by_who_proposed_it(self, scene: Scene) -> None:
        come_in(scene, [line("I1", 500)])
        address = f"/reconciliation/lines/{scene.line('I1').pk}/"
        client(scene, "accountant").post(address, {"kind": "INTEREST", "reason": "季度结息"})
        act = DifferenceAct.objects.get()

        answer = client(scene, "accountant").post(f"/reconciliation/acts/{act.pk}/", {"approve": "1"}, follow=True)

        assert "须由您以外的会计或审批人员复核" in text(answer)
        assert DifferenceAct.objects.get().state == "WAITING"

    def test_shows_what_is_wrong_at_its_field(self, scene: Scene) -> None:
        come_in(scene, [line("B3", 100)])
        address = f"/reconciliation/lines/{scene.line('B3').pk}/"

        answer = client(scene, "cashier").post(address, {"kind": "CONFIRM_SLIP", "reason": "漏"})

        assert answer.status_code == 422
        assert "请填写交款通知单编号" in text(answer)

    def test_of_another_city_is_not_found(self, scene: Scene) -> None:
        come_in(scene, [line("B3", 100)])
        scene.town.people["district"] = person(
            username="d9", name="区会计", role=Role.ACCOUNTANT, city=scene.town.district
        )

        assert client(scene, "district").get(f"/reconciliation/lines/{scene.line('B3').pk}/").status_code == 404

    def test_of_amounts_says_so_on_both_sides(self, scene: Scene) -> None:
        come_in(scene, [line("P1", 100)])

        assert "金额不符" in text(client(scene, "auditor").get(f"/reconciliation/lines/{scene.line('P1').pk}/"))
        shown = client(scene, "auditor").get(f"/reconciliation/movements/{scene.movement('P1').pk}/")
        assert "同一流水号在银行的金额为 1.00 元" in text(shown)

    def test_is_matched_by_hand_and_taken_apart(self, scene: Scene) -> None:
        both = scene.slips[0].total_fen + scene.slips[1].total_fen
        come_in(scene, [line("SUM", both)])
        chosen = {
            "custody": scene.custody.pk,
            "line": [scene.line("SUM").pk],
            "movement": [scene.movement("P1").pk, scene.movement("P2").pk],
            "reason": "银行合并入账",
        }

        answer = client(scene, "accountant").post("/reconciliation/differences/join/", chosen, follow=True)
        assert "已勾对银行流水 1 笔、账面流水 2 笔" in text(answer)
        shown = client(scene, "accountant").get(f"/reconciliation/lines/{scene.line('SUM').pk}/")
        assert "银行合并入账" in text(shown)

        made = Match.objects.get()
        apart = client(scene, "cashier").post(
            f"/reconciliation/matches/{made.pk}/take-apart/", {"reason": "选错"}, follow=True
        )
        assert "已撤销勾对" in text(apart)
        assert "SUM" in text(apart)


class TestTheAdjustment:
    def test_is_shown_and_printed(self, scene: Scene) -> None:
        come_in(scene, [line("P1", scene.slips[0].total_fen), line("I1", 880, summary="结息")])
        address = f"/reconciliation/{scene.custody.pk}/{TODAY}/adjustment/"

        page = text(client(scene, "auditor").get(address))
        assert "调节后双方余额相符。" in page and "银行已收、我方未收（1 笔，8.80 元）" in page

        answer = client(scene, "auditor").post(f"{address}print/", follow=True)
        assert answer["Content-Type"] == "application/pdf"
        assert KeptPrint.objects.get().title == "银行存款余额调节表"

    def test_of_a_day_without_a_statement_is_not_found(self, scene: Scene) -> None:
        come_in(scene, [])

        assert (
            client(scene, "auditor").get(f"/reconciliation/{scene.custody.pk}/2026-11-19/adjustment/").status_code
            == 404
        )


class TestTheLists:
    def test_of_accounts_and_statements_say_what_lacks(self, scene: Scene, time_machine) -> None:  # type: ignore[no-untyped-def]
        come_in(scene, [line("X1", 100)])
        time_machine.move_to(LATER + dt.timedelta(days=2))

        assert "2 天" in text(client(scene, "auditor").get("/reconciliation/"))
        shown = text(client(scene, "auditor").get(f"/reconciliation/{scene.custody.pk}/"))
        assert "缺少 2 天的对账单" in shown and "1 笔未勾对" in shown

    def test_of_differences_leaves_out_what_is_on_its_way(self, scene: Scene) -> None:
        come_in(scene, [line("X1", 100)])
        address = f"/reconciliation/lines/{scene.line('X1').pk}/"
        client(scene, "cashier").post(address, {"kind": "IN_TRANSIT", "until": str(TOMORROW), "reason": "次日入账"})

        assert "X1" in text(client(scene, "auditor").get("/reconciliation/differences/"))
        assert "X1" not in text(client(scene, "auditor").get("/reconciliation/differences/?overdue=on"))

    def test_ask_as_much_for_many_lines_as_for_few(self, scene: Scene, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
        come_in(scene, [line(f"X{number}", 100 + number) for number in range(60)])
        logged_in = client(scene, "auditor")
        logged_in.get("/reconciliation/")

        for address, most in (
            ("/reconciliation/", 22),
            ("/reconciliation/differences/", 18),
            (f"/reconciliation/{scene.custody.pk}/{TODAY}/", 20),
        ):
            with django_assert_max_num_queries(most):
                assert logged_in.get(address).status_code == 200
