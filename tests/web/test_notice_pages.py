"""代打交款通知单 and the life of a slip, on the pages: owners entered in place, notices printed together, issued anew, scanned.

# covers: D1 D2 F2
"""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.banking import town as town_module
from tests.banking.town import Town, confirm, issue, make_town, new_house, person
from tests.deposits import test_notices
from tests.procedures import test_developer_deposit, test_printed_notice
from tests.web.pages import do_work, text
from upkeep.banking.actions import expire_slips
from upkeep.banking.models import PaySlip
from upkeep.banking.queries import slips_of_case
from upkeep.casework import parts
from upkeep.casework.models import Case
from upkeep.deposits.owner_sheet import OwnerSheet
from upkeep.deposits.owners import owner_rows
from upkeep.estate import house_choice
from upkeep.jobs.models import Job
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.printing.checking import check_path
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db

OWNER = {
    "owner_name": "欧阳明远",
    "paper_kind": "身份证",
    "paper_number": "11010519491231002X",
    "owner_phone": "13812345678",
}


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Town:
    """Today, since the pages read the clock."""
    now = timezone.now()
    for module in (town_module, test_printed_notice, test_developer_deposit, test_notices):
        monkeypatch.setattr(module, "AT", now)
    return make_town()


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    """Prints are kept in a folder of the test's own."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def client(username: str = "dev") -> Client:
    found = Client()
    found.force_login(User.objects.get(username=username))
    return found


def boxes(case: Case, *numbers: int, **changes: str) -> dict[str, Any]:
    """What the page of owners sends for these rows."""
    typed = {f"r{number}-{key}": value for number in numbers for key, value in (OWNER | changes).items()}
    return {"row": [str(number) for number in numbers], **typed}


def begun(town: Town) -> tuple[Case, str]:
    """A draft with two houses chosen on the page, and the address of its owners' page."""
    dev = client()
    address = dev.post("/cases/new/printed_notice/begin/")["Location"]
    contact = {"contact_name": "孙经理", "contact_phone": "13900000001"}
    dev.post(address, {"area": str(town.area.pk), **contact, "action": "next"})
    page = address.replace("/1/", "/2/")
    houses = ",".join(str(house.pk) for house in town.houses[:2])
    answer = dev.post(page, {"houses": houses, "action": "next"})
    return Case.objects.get(), answer["Location"]


def issued(town: Town) -> tuple[Case, list[PaySlip]]:
    """Notices of all six houses, handed in."""
    case = test_printed_notice.submit(town, test_printed_notice.filled(town), at=timezone.now())
    return case, slips_of_case(case.pk)


class TestOwnersPage:
    def test_lists_the_chosen_houses_with_what_they_owe(self, town: Town) -> None:
        _, address = begun(town)

        page = text(client().get(address))

        assert "共 2 户， 2 户待填写" in page
        assert "1栋 1单元 301" in page and "8,853.30 元" in page

    def test_keeps_the_house_that_is_right_and_tells_the_other_at_its_box(self, town: Town) -> None:
        case, address = begun(town)

        sent = boxes(case, 2, 3) | {"r3-paper_number": "123456", "action": "next"}
        page = client().post(address, sent)

        rows = dict(parts.rows_of(case, "owners"))
        assert "有 1 户填写有误，请按红字改正，另外 1 户已保存" in text(page)
        assert 'value="123456"' in page.content.decode()
        assert (rows[2]["owner_name"], rows[3]["owner_name"]) == ("欧阳明远", None)
        assert not PaySlip.objects.exists()

    def test_is_not_left_while_a_house_is_empty(self, town: Town) -> None:
        case, address = begun(town)

        page = client().post(address, boxes(case, 2) | {"action": "next"})

        assert "还有 1 户没有填写业主" in text(page)
        assert parts.row_of(case, "owners", 2)["owner_name"] == "欧阳明远"  # type: ignore[index]

    def test_issues_the_notices_at_once_when_all_are_right(self, town: Town) -> None:
        case, address = begun(town)

        done = text(client().post(address, boxes(case, 2, 3) | {"action": "next"}, follow=True))

        assert "业务办理完成" in done and "查看并打印 2 张交存通知书" in done
        assert PaySlip.objects.filter(case=case, payer_name="欧阳明远").count() == 2

    def test_of_another_developer_is_not_there(self, town: Town) -> None:
        _, address = begun(town)
        person(username="d9", name="外人", role=Role.DEVELOPER, city=town.city, organisation=town.banks[0])

        assert client("d9").get(address).status_code == 404
        assert client("t1").get(address).status_code == 404


class TestBatchDeposit:
    def draft(self, town: Town) -> Case:
        case = test_developer_deposit.draft(town)
        by = town.people["developer"]
        chosen = [house.pk for house in town.houses]
        house_choice.choose(case.pk, house_ids=chosen, by=by, at=timezone.now())
        return Case.objects.get(pk=case.pk)

    def send(self, case: Case, rows: list[dict[str, Any]]) -> str:
        """Import on the page and have the work done; answers with where it leads."""
        dev = client()
        beside = {"receipt_mode": "WHOLE", "receipt_phone": "13900000002"}
        sheet = SimpleUploadedFile("业主信息.xlsx", OwnerSheet().export(rows))
        answer = dev.post(f"/cases/{case.number}/sheets/owners/import/", {"workbook": sheet, **beside})
        job = do_work()
        assert job.state == "DONE", job.sentences
        return str(dev.get(answer["Location"])["Location"])

    def test_issues_its_notices_by_itself_once_a_right_sheet_with_both_kinds_of_rows_is_read(self, town: Town) -> None:
        case = self.draft(town)
        rows = [
            dict(row) | (test_developer_deposit.DEVELOPER if row["room"] == "101" else OWNER)
            for row in owner_rows(case)
        ]

        address = self.send(case, rows)

        (slip,) = slips_of_case(case.pk)
        page = text(client().get(address))
        assert address == f"/cases/{case.number}/done/"
        assert "业务办理完成" in page and f"商品住宅交款通知单 {slip.number}" in page
        assert "代交" in text(client().get(f"/deposits/slips/{slip.number}/"))

    def test_leads_to_what_is_still_missing_when_it_cannot_be_handed_in(self, town: Town) -> None:
        case = self.draft(town)
        rows = [dict(row) | OWNER for row in owner_rows(case)]
        Case.objects.filter(pk=case.pk).update(contact_name="")

        address = self.send(case, rows)

        assert address == f"/cases/{case.number}/edit/4/"
        assert "请填写经办人姓名和电话" in text(client().get(address))
        assert not PaySlip.objects.exists()

    def test_shows_the_imported_rows_to_be_mended_in_place(self, town: Town) -> None:
        case = self.draft(town)
        Case.objects.filter(pk=case.pk).update(contact_name="")
        self.send(case, [dict(row) | OWNER for row in owner_rows(case)])

        assert (
            f"/cases/{case.number}/sheets/owners/rows/"
            in client().get(f"/cases/{case.number}/edit/3/").content.decode()
        )


class TestChoiceOfHouses:
    def test_opens_the_first_building_with_a_house_that_can_still_be_chosen(self, monkeypatch: Any) -> None:
        now = timezone.now()
        monkeypatch.setattr(town_module, "AT", now)
        monkeypatch.setattr(test_printed_notice, "AT", now)
        town = make_town(houses=[new_house(building=f"{n}栋", room="101") for n in (1, 2, 3)])
        first = next(house for house in town.houses if house.building.name == "1栋")
        issue(town, houses=[first])
        case = test_printed_notice.draft(town, houses=[])

        page = client().get(f"/cases/{case.number}/edit/2/")

        assert page.context["grid"].building == "2栋"


class TestPrintingTogether:
    def test_makes_one_pdf_of_those_ticked_and_of_all_of_a_form(self, town: Town) -> None:
        case, slips = issued(town)
        dev = client()

        some = dev.post("/deposits/slips/print/", {"number": [one.number for one in slips[:2]]}, follow=True)
        every = dev.post(f"/deposits/slips/print/?case={case.number}", {"action": "all"}, follow=True)

        assert some.content.startswith(b"%PDF") and every.content.startswith(b"%PDF")
        assert list(KeptPrint.objects.order_by("id").values_list("pages", "number")) == [
            (2, case.number),
            (6, case.number),
        ]

    def test_leaves_out_what_can_no_longer_be_paid_and_says_so_when_nothing_is_left(self, town: Town) -> None:
        case, slips = issued(town)
        confirm(town, slips[0])
        dev = client()

        dev.post(f"/deposits/slips/print/?case={case.number}", {"action": "all"})
        none = dev.post("/deposits/slips/print/", {"number": [slips[0].number]}, follow=True)

        assert KeptPrint.objects.get().pages == 5
        assert "没有待交的交存通知书" in text(none)

    def test_of_many_is_background_work_that_leads_to_the_pdf(self, town: Town, monkeypatch: Any) -> None:
        monkeypatch.setattr("upkeep.web.deposits.notice_batches.AT_ONCE", 3)
        case, _ = issued(town)
        dev = client()

        answer = dev.post(f"/deposits/slips/print/?case={case.number}", {"action": "all"})
        job = do_work()

        assert (job.kind, job.state, KeptPrint.objects.get().pages) == ("notice_print", "DONE", 6)
        pdf = dev.get(answer["Location"], follow=True)
        assert pdf["Content-Type"] == "application/pdf"
        assert "张三" not in str(Job.objects.get(pk=job.pk).arguments)

    def test_is_opened_by_nobody_else_and_holds_nobody_elses(self, town: Town) -> None:
        _, slips = issued(town)
        person(username="d9", name="外人", role=Role.DEVELOPER, city=town.city, organisation=town.banks[0])
        printed = client().post("/deposits/slips/print/", {"number": [slips[0].number]})["Location"]

        refused = client("d9").post("/deposits/slips/print/", {"number": [slips[0].number]}, follow=True)

        assert client("d9").get(printed).status_code == client("a1").get(printed).status_code == 404
        assert "没有待交的交存通知书" in text(refused)

    def test_asks_for_a_tick(self, town: Town) -> None:
        issued(town)

        assert "请先勾选" in text(client().post("/deposits/slips/print/", {}, follow=True))


class TestSlipList:
    def test_is_narrowed_to_a_form_to_owners_or_organisations_and_to_a_state(self, town: Town) -> None:
        case = test_printed_notice.submit(
            town, test_printed_notice.filled(town, houses=town.houses[:2]), at=timezone.now()
        )
        batch, owners = issue(town, houses=town.houses[2:]), slips_of_case(case.pk)
        dev = client()

        def found(query: str) -> set[str]:
            page = text(dev.get(f"/deposits/slips/?{query}"))
            return {slip.number for slip in (batch, *owners) if slip.number in page}

        persons = {slip.number for slip in owners}
        assert found("") == persons | {batch.number}
        assert found(f"case={case.number}") == found("payer=PERSON") == persons
        assert found("payer=ORGANISATION") == {batch.number}
        assert found("state=VOID") == set()

    def test_and_its_workbook_mask_the_owners_name(self, town: Town) -> None:
        _, (slip, *_) = issued(town)
        dev = client()

        assert slip.payer_name not in text(dev.get("/deposits/slips/"))
        assert f"{slip.payer_name[0]}＊" in text(dev.get("/deposits/slips/"))
        assert slip.payer_name not in text(dev.get(f"/deposits/slips/{slip.number}/"))


class TestReissueOnThePage:
    def test_is_one_press_on_a_void_slip_and_leads_to_the_new_one(self, town: Town) -> None:
        slip, dev = issue(town), client()
        dev.post(f"/deposits/slips/{slip.number}/void/", {"reason": "选错"})
        offered = text(dev.get(f"/deposits/slips/{slip.number}/"))

        new = text(dev.post(f"/deposits/slips/{slip.number}/reissue/", follow=True))

        fresh = PaySlip.objects.get(replaces=slip)
        old = text(dev.get(f"/deposits/slips/{slip.number}/"))
        assert "重新开具" in offered and "该通知单已作废，不能交款" in offered
        assert f"交款通知单 {fresh.number}" in new and f"重开自 {slip.number}" in new
        assert f"已重新开具为通知单 {fresh.number}" in old

    def test_is_refused_in_words_while_the_slip_lives(self, town: Town) -> None:
        slip = issue(town)

        page = text(client().post(f"/deposits/slips/{slip.number}/reissue/", follow=True))

        assert "不需要重新开具" in page
        assert PaySlip.objects.count() == 1


class TestOwner:
    def test_sees_and_prints_his_own_notice_and_no_other(self, town: Town) -> None:
        test_notices.owner_account(town)
        mine = test_notices.for_owner(town)
        other = test_notices.for_owner(town, house=town.houses[1], number="440524188001010014")
        owner = client("o1")

        page = text(owner.get("/deposits/slips/"))

        assert mine.number in page and other.number not in page
        shown = owner.get(f"/deposits/slips/{mine.number}/")
        assert "张三" in text(shown) and "怎样交款" in text(shown)
        assert "核对并交款" in text(owner.get(check_path(mine.number, city="jiangcheng")))
        assert owner.post(f"/deposits/slips/{mine.number}/print/", follow=True).content.startswith(b"%PDF")
        assert owner.get(f"/deposits/slips/{other.number}/").status_code == 404
        assert owner.get(f"/deposits/slips/{mine.number}/void/").status_code == 403


class TestCode:
    def test_of_a_waiting_notice_opens_where_and_how_to_pay_and_nothing_personal(self, town: Town) -> None:
        slip = test_notices.for_owner(town)

        page = text(Client().get(check_path(slip.number, city="jiangcheng")))

        for words in (
            "核对并交款",
            "8,853.30 元",
            "捌仟捌佰伍拾叁元叁角整",
            "建设银行江城分行",
            slip.custody.number,
            slip.custody.name,
            "待交",
            slip.expires_on.isoformat(),
        ):
            assert words in page, words
        for words in ("张三", "1381234", "138****", "江南名邸", "301", "江南路"):
            assert words not in page, words

    def test_of_a_paid_a_void_and_an_expired_one_say_not_to_pay(self, town: Town) -> None:
        paid, void, late = (test_notices.for_owner(town, house=house) for house in town.houses[:3])
        confirm(town, paid)
        dev = client()
        dev.post(f"/deposits/slips/{void.number}/void/", {"reason": "选错"})
        dev.post(f"/deposits/slips/{void.number}/reissue/")
        expire_slips(on=late.expires_on.replace(year=late.expires_on.year + 1), at=timezone.now())

        pages = [text(Client().get(check_path(one.number, city="jiangcheng"))) for one in (paid, void, late)]

        assert "银行已确认收款，请勿重复交款" in pages[0]
        assert "已作废，请勿交款" in pages[1] and "请使用新的通知单交款" in pages[1]
        assert "已过期，请勿交款" in pages[2] and "重新开具通知单" in pages[2]
        assert not any(paid.custody.number in page for page in pages)

    def test_forged_and_of_an_unknown_number_get_one_answer(self, town: Town) -> None:
        slip = issue(town)
        unknown = slip.number[:-1] + str((int(slip.number[-1]) + 1) % 10)

        forged = Client().get(f"/c/jiangcheng/check/{slip.number}?s=000000000000")
        signed_but_unknown = Client().get(check_path(unknown, city="jiangcheng"))
        nothing = Client().get(f"/c/jiangcheng/check/{unknown}")

        assert text(forged) == text(signed_but_unknown) == text(nothing)
        assert forged.status_code == signed_but_unknown.status_code == nothing.status_code == 200
        assert "没有查到该单据" in text(forged)
