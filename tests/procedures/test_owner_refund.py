"""业主退款 through the pages: from the window, from the owner's account, from a visitor; to the bank and the owner's account.

# covers: D5 F2
"""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.circle.person import picture
from tests.web.owners.scene import owned_house
from tests.web.pages import client_of, text
from upkeep.banking.models import PaymentOrder
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import State
from upkeep.estate import owner_accounts, owner_cases
from upkeep.estate.models import House, HouseClaim, Owner
from upkeep.kernel.money import yuan
from upkeep.parties.actor import ANONYMOUS
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.refund_rule import RefundRule
from upkeep.policy.review_chain import ReviewChain
from upkeep.printing.models import KeptPrint
from upkeep.treasury import refunds
from upkeep.treasury.models import Refund, RefundState
from upkeep.web.middleware import GUEST_CASES

pytestmark = pytest.mark.django_db
ACCOUNT = "6217000012345678"
CHECKED = "居民身份证原件，与登记业主一致"


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


def form(house: House, **changes: str) -> dict[str, str]:
    usual = {
        "reason": "CANCELLED",
        "amount": yuan(refunds.refundable_fen(house)),
        "explanation": "已与开发商解除购房合同",
        "payee": refunds.payees_of(house)[0].key,
        "payee_bank": "江城银行滨江支行",
        "payee_account": ACCOUNT,
        "phone": "13911112222",
    }
    return usual | changes


def begun_at_window(client: Client, house: House) -> str:
    """The address of the case, begun from the search of the window."""
    found = client.get(f"/payments/refunds/new/?q={house.area.name} {house.building.name} {house.room}")
    assert f"/payments/refunds/new/{house.pk}/" in found.content.decode()
    client.post(f"/payments/refunds/new/{house.pk}/")
    return f"/cases/{newest().number}/"


def newest() -> Case:
    return Case.objects.filter(procedure="owner_refund").order_by("-pk")[0]


def filled_in(client: Client, at: str, house: House, **changes: str) -> None:
    """Both pages of the form."""
    answer = client.post(f"{at}edit/1/", form(house, **changes))
    assert answer.status_code == 302, text(answer)
    needed = register["owner_refund"].papers_of(newest())
    papers = {one.code: SimpleUploadedFile("a.png", picture().getvalue(), content_type="image/png") for one in needed}
    client.post(f"{at}papers/", papers)


def hand_in(client: Client, at: str, **more: str) -> Any:
    sent = {"move": "SUBMIT", "version": str(newest().version), **more}
    return client.post(f"{at}move/", sent, follow=True)


def decide(cast: Cast, *logins: str) -> Case:
    """Whoever is to decide does so on the case's page."""
    for login in logins:
        case = newest()
        step = engine.deciding_move(case)
        client_of(cast, login).post(f"/cases/{case.number}/move/", {"move": step, "version": str(case.version)})
    return newest()


def guest(cast: Cast, house: House) -> tuple[Client, str]:
    """A visitor who has proved the house on the city's site and begun, as that page does it."""
    case = engine.start(
        register["owner_refund"],
        by=ANONYMOUS,
        at=timezone.now(),
        jurisdiction_id=cast.city.jurisdiction.pk,
        data=owner_cases.begun_for(house),
    )
    client = Client()
    session = client.session
    session[GUEST_CASES] = [case.pk]
    session.save()
    return client, f"/cases/{case.number}/"


class TestAtTheWindow:
    def test_goes_from_the_search_to_the_bank(self, settled: Cast) -> None:
        house, clerk = owned_house(settled), client_of(settled, "demo-clerk")
        owner = Owner.objects.get(ownerships__house=house)
        at = begun_at_window(clerk, house)
        page = text(clerk.get(f"{at}edit/1/"))
        balance = sub_accounts.balances([house.pk])[house.pk].balance_fen
        assert house.address in page and f"退房 {yuan(balance)} 元" in page and "多交 0.00 元" in page
        filled_in(clerk, at, house)
        assert "退房协议" in text(clerk.get(f"{at}edit/2/"))
        done = text(hand_in(clerk, at))
        assert newest().state_now is State.SUBMITTED and "打印退款申请单" in done and "打印退款支款单" not in done

        case = decide(settled, "demo-reviewer", "demo-approver")

        assert case.state_now is State.APPROVED
        refund = Refund.objects.get(case=case)
        assert KeptPrint.objects.filter(title="退款申请单", number=case.number).count() == 1
        (paper,) = KeptPrint.objects.filter(title__endswith="退款支款单")
        shown = text(clerk.get(at))
        assert paper.title in shown and "待付款" in shown and ACCOUNT not in shown

        teller = client_of(settled, "demo-teller1")
        counter = text(teller.get(f"/bank/counter/?q={case.number}"))
        order = PaymentOrder.objects.get()
        assert order.number in counter and owner.name in counter and ACCOUNT in counter
        sent = {"number": order.number, "amount_fen": str(balance), "serial": "R1"}
        assert "付款确认成功" in text(teller.post("/bank/counter/confirm/", sent, follow=True))

        refund.refresh_from_db()
        house.refresh_from_db()
        assert refund.state_now is RefundState.PAID and house.first_deposit_due_fen is None
        assert sub_accounts.balances([house.pk])[house.pk].balance_fen == 0
        listed = text(client_of(settled, "demo-accountant").get(f"/payments/refunds/?q={order.number}"))
        assert case.number in listed and "已退款" in listed

    def test_is_decided_by_others_than_the_clerk_who_handed_it_in(self, settled: Cast) -> None:
        house, both = owned_house(settled), client_of(settled, "all-rounder")
        at = begun_at_window(both, house)
        filled_in(both, at, house)
        hand_in(both, at)

        sent = {"move": "PASS", "version": str(newest().version)}
        assert "须由他人审核" in text(both.post(f"{at}move/", sent, follow=True))
        assert newest().state_now is State.SUBMITTED
        assert newest().number not in text(both.get("/office/"))

    def test_needs_its_reviewers_even_where_the_city_names_none(self, settled: Cast) -> None:
        set_policy(
            kind=PolicyKind.REVIEW_CHAIN,
            jurisdiction_id=settled.city.jurisdiction.pk,
            value=ReviewChain(),
            scope="owner_refund",
            valid_from=timezone.localdate(),
        )
        house, clerk = owned_house(settled), client_of(settled, "demo-clerk")
        at = begun_at_window(clerk, house)
        filled_in(clerk, at, house)
        hand_in(clerk, at)

        assert newest().state_now is State.SUBMITTED and not Refund.objects.exists()
        assert [one["role"] for one in newest().chain] == ["FIRST_REVIEWER", "APPROVER"]

    def test_asks_for_the_papers_of_the_reason(self, settled: Cast) -> None:
        house, clerk = owned_house(settled), client_of(settled, "demo-clerk")
        at = begun_at_window(clerk, house)
        clerk.post(f"{at}edit/1/", form(house, reason="MISPAID"))

        page = text(clerk.get(f"{at}edit/2/"))
        assert "错交情况说明及凭证" in page and "退房协议" not in page
        assert "请上传“交款票据”" in text(hand_in(clerk, at))

    def test_follows_the_citys_rule(self, settled: Cast) -> None:
        rule = RefundRule(allowed=False)
        set_policy(
            kind=PolicyKind.REFUND_RULE,
            jurisdiction_id=settled.city.jurisdiction.pk,
            value=rule,
            scope="CANCELLED",
            valid_from=timezone.localdate(),
        )
        house, clerk = owned_house(settled), client_of(settled, "demo-clerk")
        at = begun_at_window(clerk, house)

        page = clerk.get(f"{at}edit/1/").content.decode()
        assert 'value="CANCELLED"' not in page and 'value="MISPAID"' in page
        assert clerk.post(f"{at}edit/1/", form(house)).status_code == 200  # chosen all the same

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"amount": "0"}, "大于 0 的金额"),
            ({"payee": "owner:1"}, "请重新选择收款人"),
            ({"payee_account": "123"}, "8 至 32 位数字"),
            ({"phone": "12"}, "手机"),
            ({"explanation": ""}, "请填写情况说明"),
        ],
    )
    def test_says_what_is_wrong_on_the_page(self, settled: Cast, changes: dict[str, str], sentence: str) -> None:
        house, clerk = owned_house(settled), client_of(settled, "demo-clerk")
        at = begun_at_window(clerk, house)

        assert sentence in text(clerk.post(f"{at}edit/1/", form(house, **changes)))

    def test_is_not_for_a_house_of_another_office(self, settled: Cast) -> None:
        house = owned_house(settled)
        stranger = client_of(settled, "stranger-clerk")

        assert stranger.post(f"/payments/refunds/new/{house.pk}/").status_code == 404
        for login in ("demo-reviewer", "demo-developer", "demo-owner", "demo-teller1"):
            assert client_of(settled, login).post(f"/payments/refunds/new/{house.pk}/").status_code == 403


class TestFromTheOwnersAccount:
    def test_waits_for_window_and_reviewers_and_shows_him_the_way_of_his_money(self, settled: Cast) -> None:
        me, by = client_of(settled, "demo-owner"), settled["demo-owner"]
        house = owner_accounts.houses_of(by.user_id)[0]
        case = engine.start(register["owner_refund"], by=by, at=timezone.now(), data=owner_cases.begun_for(house))
        at = f"/cases/{case.number}/"
        filled_in(me, at, house)
        hand_in(me, at)
        assert newest().waits_for == "WINDOW_CLERK"

        case = decide(settled, "demo-clerk", "demo-reviewer", "demo-approver")

        assert case.state_now is State.APPROVED
        shown = text(me.get(at))
        assert "待付款" in shown and "退款支款单" in shown
        kept = KeptPrint.objects.get(title__endswith="退款支款单")
        assert me.get(f"{at}prints/{kept.pk}/").content.startswith(b"%PDF")
        assert Client().get(at).status_code in (302, 404)

    def test_is_for_his_own_houses_only(self, settled: Cast) -> None:
        by, house = settled["demo-owner"], owned_house(settled)
        me = client_of(settled, "demo-owner")
        case = engine.start(register["owner_refund"], by=by, at=timezone.now(), data=owner_cases.begun_for(house))
        at = f"/cases/{case.number}/"
        assert house.address not in text(me.get(f"{at}edit/1/"))
        filled_in(me, at, house)

        assert "不在您可以办理的范围内" in text(hand_in(me, at))
        assert newest().state_now is State.DRAFT and not HouseClaim.objects.filter(house=house).exists()

    def test_begins_in_his_own_pages(self, settled: Cast) -> None:
        answer = client_of(settled, "demo-owner").get("/cases/new/owner_refund/", follow=True)
        assert answer.redirect_chain[-1][0] == "/owner/"


class TestAVisitor:
    def left(self, cast: Cast, house: House) -> tuple[Client, str, Any]:
        client, at = guest(cast, house)
        filled_in(client, at, house)
        return client, at, hand_in(client, at)

    def test_leaves_a_draft_that_engages_nothing(self, settled: Cast) -> None:
        house = owned_house(settled)
        owner = Owner.objects.get(ownerships__house=house)
        client, at, done = self.left(settled, house)

        case = newest()
        assert case.state_now is State.DRAFT
        assert "由窗口核对身份后提交" in text(done) and "打印退款申请单" in text(done)
        assert KeptPrint.objects.get(number=case.number).title == "退款申请单"
        assert not HouseClaim.objects.filter(house=house).exists() and not Refund.objects.exists()
        assert owner.name not in text(client.get(f"{at}edit/1/"))
        assert client.get(at).status_code == 200 and Client().get(at).status_code == 404

    def test_cannot_hand_it_in_himself_nor_can_anybody_but_the_window(self, settled: Cast) -> None:
        house = owned_house(settled)
        client, at, _ = self.left(settled, house)

        again = hand_in(client, at, note="我是本人")
        assert newest().state_now is State.DRAFT and again.status_code == 200
        for login in ("demo-reviewer", "demo-approver", "stranger-clerk"):
            hand_in(client_of(settled, login), at, note=CHECKED)
            assert newest().state_now is State.DRAFT

    def test_is_taken_up_by_the_window_once_his_papers_were_seen(self, settled: Cast) -> None:
        house = owned_house(settled)
        _, at, _ = self.left(settled, house)
        clerk = client_of(settled, "demo-clerk")
        assert newest().number in text(clerk.get(f"/payments/refunds/waiting/?q={newest().number}"))
        assert "等待窗口核对申请人身份" in text(clerk.get("/payments/refunds/"))
        assert "核对身份" in text(clerk.get(at))
        assert "请写明核对了申请人的哪些身份证件" in text(hand_in(clerk, at))
        assert newest().state_now is State.DRAFT

        hand_in(clerk, at, note=CHECKED)

        case = newest()
        assert case.state_now is State.SUBMITTED and case.waits_for == "FIRST_REVIEWER"
        assert HouseClaim.objects.filter(house=house, kind="REFUND").exists()
        assert case.events.get().note == CHECKED and case.events.get().by_user_id == settled["demo-clerk"].user_id
        case = decide(settled, "demo-reviewer", "demo-approver")
        refund = Refund.objects.get(case=case)
        assert refund.handed_in_by_id == settled["demo-clerk"].user_id

    def test_is_not_taken_up_before_he_has_finished(self, settled: Cast) -> None:
        _, at = guest(settled, owned_house(settled))
        clerk = client_of(settled, "demo-clerk")

        assert clerk.get(at).status_code == 404
        assert newest().number not in text(clerk.get("/payments/refunds/waiting/"))

    def test_who_changes_it_again_takes_it_back_from_the_window(self, settled: Cast) -> None:
        house = owned_house(settled)
        client, at, _ = self.left(settled, house)
        client.post(f"{at}edit/1/", form(house, payee_bank="川南银行"))

        assert client_of(settled, "demo-clerk").get(at).status_code == 404
        hand_in(client, at)
        assert client_of(settled, "demo-clerk").get(at).status_code == 200

    def test_cannot_name_another_house_by_the_form(self, settled: Cast) -> None:
        house = owned_house(settled)
        other = House.objects.exclude(pk=house.pk).filter(first_deposit_due_fen__isnull=False)[0]
        client, at = guest(settled, house)
        client.post(f"{at}edit/1/", form(house) | {"house": str(other.pk)})

        assert newest().data["house"] == str(house.pk)


class TestARefundThatTheBankCouldNotPay:
    def failed(self, cast: Cast) -> tuple[Refund, PaymentOrder]:
        house, clerk = owned_house(cast), client_of(cast, "demo-clerk")
        at = begun_at_window(clerk, house)
        filled_in(clerk, at, house)
        hand_in(clerk, at)
        decide(cast, "demo-reviewer", "demo-approver")
        order = PaymentOrder.objects.get()
        sent = {"number": order.number, "reason": "账号与户名不符"}
        client_of(cast, "demo-teller1").post("/bank/counter/fail/", sent)
        return Refund.objects.get(), order

    def test_is_issued_anew_with_another_account_but_the_same_payee(self, settled: Cast) -> None:
        refund, order = self.failed(settled)
        right = {
            "payee_name": "别人",
            "payee_bank": "农业银行",
            "payee_account": "6228480012345678",
            "reason": "少一位",
        }
        client_of(settled, "demo-accountant").post(f"/payments/orders/{order.number}/reissue/", right)

        fresh = PaymentOrder.objects.get(replaces=order)
        assert (fresh.payee_name, fresh.payee_account) == (refund.payee_name, "6228480012345678")
        counter = text(client_of(settled, "demo-teller1").get(f"/bank/counter/?q={refund.case.number}"))
        assert fresh.number in counter

    def test_may_be_given_up(self, settled: Cast) -> None:
        refund, order = self.failed(settled)
        accountant = client_of(settled, "demo-accountant")
        page = text(accountant.get(f"/payments/refunds/{refund.pk}/"))
        assert "账号与户名不符" in page and "撤销退款" in page
        assert client_of(settled, "demo-clerk").post(f"/payments/refunds/{refund.pk}/give-up/").status_code == 403

        accountant.post(f"/payments/refunds/{refund.pk}/give-up/", {"reason": "申请人放弃"})

        refund.refresh_from_db()
        assert refund.state_now is RefundState.VOID
        assert not HouseClaim.objects.filter(house_id=refund.house_id).exists()
        again = accountant.get(f"/payments/orders/{order.number}/reissue/", follow=True)
        sent = {"payee_bank": "农行", "payee_account": "6228480012345678", "reason": "x"}
        again = accountant.post(f"/payments/orders/{order.number}/reissue/", sent, follow=True)
        assert "不能重新开具" in text(again) and PaymentOrder.objects.count() == 1
