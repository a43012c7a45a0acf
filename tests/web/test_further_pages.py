"""欠交与续交 from the pages: found, demanded, planned step by step, asked, paid; what each may see.

# covers: D7 D8
"""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.banking import town as town_module
from tests.banking.town import Town, confirm, new_house, person
from tests.deposits import further_scene
from tests.deposits.further_scene import FIRST_FEN, bind, by_floor, make_scene
from tests.web.pages import do_work, text
from upkeep.banking.models import PaySlip
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.models import DemandLetter, FurtherPlan, HousePrice, LetterBatch
from upkeep.estate.models import House
from upkeep.kernel.dates import day_of
from upkeep.parties.actions import add_jurisdiction
from upkeep.parties.models import Jurisdiction, User
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind
from upkeep.printing.checking import check_path

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> dt.datetime:
    """Everything happens now, since the pages read the clock."""
    at = timezone.now()
    for module in (town_module, further_scene):
        monkeypatch.setattr(module, "AT", at)
    monkeypatch.setattr(further_scene, "TODAY", day_of(at))
    return at


@pytest.fixture
def town(now: dt.datetime) -> Town:
    """Two of four houses in arrears; the upper one of them has no owner."""
    scene = make_scene(left_fen=(100_000, 0), owned=False)
    first, _, third, fourth = by_floor(scene)
    bind(scene, [first, third, fourth])
    register_arrears(on=day_of(now))
    return scene


def client(username: str) -> Client:
    found = Client()
    found.force_login(User.objects.get(username=username))
    return found


def deadline(days: int = 30) -> str:
    return f"{timezone.localdate() + dt.timedelta(days=days):%Y-%m-%d}"


def address(town: Town) -> str:
    return reverse("deposits:arrears_of", args=[town.area.pk])


class TestTheListOfArrears:
    def test_sums_by_area_and_leads_to_its_houses(self, town: Town) -> None:
        clerk = client("clerk")

        areas, houses = text(clerk.get(reverse("deposits:arrears"))), text(clerk.get(address(town)))

        assert "江南名邸" in areas and "16,706.60" in areas  # 7,853.30 + 8,853.30
        assert "7,853.30" in houses and "11%" in houses and "补足至首期应交金额" in houses and "未登记" in houses
        assert "业主0" not in houses

    def test_is_found_by_name_and_empty_says_so(self, town: Town) -> None:
        clerk = client("clerk")

        assert "江南名邸" in text(clerk.get(reverse("deposits:arrears"), {"q": "jnmd"}))
        assert "没有欠交的房屋" in text(clerk.get(reverse("deposits:arrears"), {"q": "不存在"}))

    def test_is_given_as_a_workbook(self, town: Town) -> None:
        answer = client("clerk").get(reverse("deposits:export_arrears"), {"area": town.area.pk})

        assert answer.content.startswith(b"PK")

    def test_asks_no_more_the_more_houses_there_are(self, town: Town, django_assert_max_num_queries: Any) -> None:
        clerk = client("clerk")
        clerk.get(address(town))

        with django_assert_max_num_queries(40):
            clerk.get(address(town))

    def test_is_counted_on_the_offices_desk_and_the_state_page(self, town: Town) -> None:
        clerk = client("clerk")

        assert "欠交房屋" in text(clerk.get(reverse("office:home")))
        assert f'href="{reverse("deposits:arrears")}"' in clerk.get(reverse("deposits:state")).content.decode()

    def test_of_a_stranger_is_empty_and_of_an_area_not_his_unknown(self, town: Town) -> None:
        person(username="far", name="远", role=Role.WINDOW_CLERK, city=_other_city())

        assert "江南名邸" not in text(client("far").get(reverse("deposits:arrears")))
        assert client("far").get(address(town)).status_code == 404


def _other_city() -> Jurisdiction:
    return add_jurisdiction(code="510300", slug="yandu", name="盐都市", office_name="盐都市维修资金中心")


class TestLettersFromThePage:
    def test_to_all_are_printed_with_progress_and_found_again(self, town: Town) -> None:
        clerk = client("clerk")

        answer = clerk.post(address(town), {"deadline": deadline(), "step": "all", "with_slips": "on"}, follow=True)
        assert "正在打印" in text(answer)
        do_work()

        batch = LetterBatch.objects.get()
        page = text(clerk.get(reverse("deposits:letter_batch", args=[batch.number])))
        assert "打开整批文件（2 页）" in page and "房屋产权人" in page and "业主0" not in page
        pdf = clerk.get(reverse("deposits:letter_batch_pdf", args=[batch.number]))
        assert pdf.content.startswith(b"%PDF")
        letter = DemandLetter.objects.get(addressee="业主0")
        assert PaySlip.objects.get(purpose="further_deposit").number == letter.slip_number
        assert letter.number in text(clerk.get(reverse("deposits:letters"), {"q": "101"}))
        again = clerk.post(reverse("deposits:print_letter", args=[letter.number]), follow=True)
        assert again.content.startswith(b"%PDF")

    def test_are_confirmed_by_the_page_of_their_qr_code(self, town: Town) -> None:
        client("clerk").post(address(town), {"deadline": deadline(), "step": "all"})
        letter = DemandLetter.objects.get(addressee="业主0")

        page = text(Client().get(check_path(letter.number, city="jiangcheng")))

        assert "是本平台开具的单据" in page and "7,853.30" in page and "未补足" in page
        assert "业主0" not in page and letter.house.address not in page
        forged = f"/c/jiangcheng/check/{letter.number}?s=000000000000"
        assert "没有查到该单据" in text(Client().get(forged))

    def test_to_those_ticked_go_to_nobody_else(self, town: Town) -> None:
        house = by_floor(town)[0]

        client("clerk").post(address(town), {"deadline": deadline(), "step": "chosen", "houses": str(house.pk)})

        assert DemandLetter.objects.get().house_id == house.pk

    def test_without_a_tick_a_day_or_the_role_are_not_sent(self, town: Town) -> None:
        clerk, url = client("clerk"), address(town)

        assert "请先勾选" in text(clerk.post(url, {"deadline": deadline(), "step": "chosen"}))
        assert "晚于今天" in text(clerk.post(url, {"deadline": deadline(0), "step": "all"}))
        client("a2").post(url, {"deadline": deadline(), "step": "all"})
        assert not DemandLetter.objects.exists()

    def test_are_shown_on_the_page_of_the_house(self, town: Town) -> None:
        clerk = client("clerk")
        clerk.post(address(town), {"deadline": deadline(), "step": "all"})
        letter = DemandLetter.objects.get(addressee="业主0")

        page = text(clerk.get(reverse("estate:house", args=[letter.house_id])))

        assert "欠交，应补交 7,853.30 元" in page and letter.number in page


class TestAPlanFromThePage:
    def test_is_filled_in_handed_in_approved_asked_and_paid(self, town: Town) -> None:
        clerk = client("clerk")
        begun = clerk.post(reverse("deposits:begin_plan", args=[town.area.pk]))
        case = Case.objects.get(procedure="further_deposit")
        base = begun.headers["Location"].rsplit("/", 2)[0]
        first = {"area": str(town.area.pk), "who": "IN_ARREARS", "standard": "TO_FIRST_LEVEL", "rate": ""}
        second = {
            "method": "INSTALMENTS",
            "instalments": "2",
            "every": "12",
            "first_due_on": deadline(60),
            "basis": "OFFICE",
            "document": "江房发〔2026〕8 号",
        }
        clerk.post(f"{base}/1/", first | {"action": "next"})
        clerk.post(f"{base}/2/", second | {"action": "next"})
        shown = text(clerk.get(f"{base}/4/"))
        assert "16,706.60" in shown and "补足至首期 8,853.30 元" in shown

        _decide(town, case)
        do_work()

        plan = FurtherPlan.objects.get()
        assert (plan.house_count, plan.instalments, plan.total_fen) == (2, 2, 785_330 + FIRST_FEN)
        page = text(clerk.get(reverse("deposits:plan", args=[case.number])))
        slip = PaySlip.objects.get(purpose="further_deposit")
        assert slip.number in page and "未登记业主" in page and "未到期" in page
        confirm(town, slip, serial="PLAN1")
        assert "已交 " in text(clerk.get(reverse("deposits:plan", args=[case.number]) + "?state=PAID"))
        assert case.number in text(clerk.get(reverse("deposits:plans")))

    def test_asks_for_what_the_chosen_way_needs(self, town: Town) -> None:
        clerk = client("clerk")
        begun = clerk.post(reverse("deposits:begin_plan", args=[town.area.pk]))
        base = begun.headers["Location"].rsplit("/", 2)[0]

        data = {"area": str(town.area.pk), "who": "ALL", "standard": "PER_M2", "rate": "", "action": "next"}
        assert "请填写每平方米续交金额" in text(clerk.post(f"{base}/1/", data, follow=True))
        data = {
            "method": "INSTALMENTS",
            "first_due_on": deadline(),
            "basis": "OFFICE",
            "document": "x",
            "action": "next",
        }
        page = text(clerk.post(f"{base}/2/", data, follow=True))
        assert "分期交存请填写期数" in page and "分期交存请选择每期间隔" in page

    def test_of_an_assembly_needs_its_decision(self, town: Town) -> None:
        case = further_scene.draft(town, basis="ASSEMBLY")

        with pytest.raises(Exception, match="请上传“业主大会关于续交的决定”"):
            _decide(town, case)
        assert Case.objects.get(pk=case.pk).state == State.DRAFT

    def test_can_be_ended_by_the_approver(self, town: Town) -> None:
        plan = further_scene.running(town)
        url = reverse("deposits:end_plan", args=[plan.case.number])

        assert "张待交的通知单作废" in text(client("a2").get(url))
        assert "请填写终止原因" in text(client("a2").post(url, {"reason": ""}))
        client("a2").post(url, {"reason": "业主大会撤销决定"})
        while do_work().kind != "further_ending":
            pass

        assert PaySlip.objects.get(purpose="further_deposit").state == "VOID"
        assert "已终止" in text(client("clerk").get(reverse("deposits:plan", args=[plan.case.number])))
        assert client("clerk").get(url).status_code == 403


def _decide(town: Town, case: Case) -> None:
    case.contact_name, case.contact_phone = "员工", "13800000000"
    further_scene.approved(town, case)


class TestThePriceOfAContract:
    def test_is_noted_on_the_page_of_a_house_that_needs_it(self, now: dt.datetime) -> None:
        town = town_module.make_town(houses=[new_house(room="101")])
        person(username="clerk", name="窗口", role=Role.WINDOW_CLERK, city=town.city)
        rows = (StandardRow(label="按房价", of_contract_price=True, basis_points=200),)
        set_policy(
            kind=PolicyKind.DEPOSIT_STANDARD,
            jurisdiction_id=town.city.pk,
            value=DepositStandard(rows=rows),
            valid_from=day_of(now),
        )
        house, clerk = House.objects.get(), client("clerk")
        page = reverse("estate:house", args=[house.pk])
        assert "请先在房屋页面登记合同价" in text(clerk.get(page))

        clerk.post(reverse("deposits:note_price", args=[house.pk]), {"price": "800000", "contract": "HT-1"})

        assert HousePrice.objects.get().price_fen == 80_000_000
        shown = text(clerk.get(page))
        assert "16,000.00 元" in shown and "按房价 合同价 × 2%" in shown
        clerk.post(reverse("deposits:note_price", args=[house.pk]), {"price": "-1", "contract": ""})
        assert HousePrice.objects.count() == 1

    def test_shows_what_would_be_due_by_the_rule_of_today(self, now: dt.datetime) -> None:
        town = town_module.make_town(houses=[new_house(room="101")])
        person(username="clerk", name="窗口", role=Role.WINDOW_CLERK, city=town.city)

        page = text(client("clerk").get(reverse("estate:house", args=[town.houses[0].pk])))

        assert "按现行标准应交" in page and "8,853.30 元" in page and "有电梯 90.00 元/㎡" in page


class TestChangingTheStandard:
    ROW = {"row-TOTAL_FORMS": "1", "row-INITIAL_FORMS": "0", "row-0-label": "高层", "row-0-lift": "yes"}

    def edit(self, town: Town, **row: str) -> str:
        person(username="admin", name="系统", role=Role.SYSTEM_ADMIN, city=town.city)
        url = reverse("policies:edit", args=[town.city.pk, "deposit_standard"])
        data = self.ROW | {f"row-0-{key}": value for key, value in row.items()}
        when = {"valid_from": deadline(1), "basis": "江房发〔2026〕9 号", "step": "preview"}
        return text(client("admin").post(url, data | when))

    def test_is_tried_on_real_houses_before_it_is_confirmed(self, now: dt.datetime) -> None:
        town = town_module.make_town(
            houses=[new_house(floor=9, room="901"), new_house(building="2栋", room="101", has_lift=False)]
        )

        page = self.edit(town, rate="120", least="8")

        assert "用未交首期的房屋试算" in page
        assert "有电梯 90.00 元/㎡ 8,853.30 高层 120.00 元/㎡ 11,804.40" in page
        assert "多层、无电梯、1 层、住宅、商品房不在交存标准的任何一档内" in page
        assert "8 层以上" in page

    def test_by_a_share_of_the_contract_says_which_houses_lack_their_price(self, now: dt.datetime) -> None:
        town = town_module.make_town(houses=[new_house(room="101")])

        assert "请先在房屋页面登记合同价" in self.edit(town, percent="2", by_contract="on")

    @pytest.mark.parametrize(
        ("row", "why"),
        [
            ({"rate": "90", "by_contract": "on", "percent": "2"}, "三种方式选一种"),
            ({"by_contract": "on"}, "三种方式选一种"),
            ({"rate": "90", "least": "8", "most": "7"}, "不能少于起始层数"),
            ({"rate": "90", "least": "0"}, "大于或等于1"),
        ],
    )
    def test_with_a_mistake_says_it(self, now: dt.datetime, row: dict[str, str], why: str) -> None:
        town = town_module.make_town(houses=[new_house(room="101")])

        assert why in self.edit(town, **row)
