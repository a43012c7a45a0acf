"""购房人交款 (D3) from the search on the public site to the money, for an owner and for a buyer nobody knows yet.

# covers: D3
"""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.circle.person import pdf_text
from tests.web.pages import client_of, text
from tests.web.public.door import Door, code_sent
from tests.web.site.asking import rule
from tests.web.site.unpaid import BUYER, NAME, PHONE, base_of, case_at, hand_in, paid, prove, unpaid_house
from upkeep.banking.actions import void_slip
from upkeep.banking.models import PaySlip, SlipState
from upkeep.books import sub_accounts
from upkeep.casework import engine
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.deposits.models import Receipt
from upkeep.estate import owner_cases
from upkeep.estate.models import Ownership
from upkeep.kernel.errors import HasProblems
from upkeep.parties.actor import Actor
from upkeep.policy.actions import set_policy
from upkeep.policy.deposit_standard import DepositStandard, StandardRow
from upkeep.policy.models import PolicyKind

pytestmark = pytest.mark.django_db
PAYER = {"payer_name": NAME, "payer_phone": PHONE}


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def door(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


def filled(door: Door, base: str, sent: dict[str, str]) -> Any:
    """The page of the payer, and of a buyer the code that was sent to his telephone."""
    answer = door.client.post(f"{base}edit/1/", sent, follow=True)
    if "contract" in sent and answer.request["PATH_INFO"].endswith("/edit/2/"):
        door.client.post(f"{base}edit/2/", {"action": "send"})
        answer = door.client.post(f"{base}edit/2/", {"code": code_sent(), "action": "next"}, follow=True)
    return answer


class TestAnOwner:
    def test_pays_from_the_search_to_the_receipt_without_a_login(self, settled: Cast, door: Door) -> None:
        house = unpaid_house(settled)
        base = base_of(prove(door, house))
        first = text(door.client.get(f"{base}edit/1/"))
        assert "请核对" in first and house.address in first and "98.37 ㎡" in first and "证件号码" not in first
        confirm = text(filled(door, base, PAYER))
        amount = next(word for word in confirm.split() if "," in word and "." in word)
        assert "应交金额" in confirm and "交存标准" in confirm

        done = hand_in(door.client, base)

        slip = PaySlip.objects.get(case=case_at(base))
        assert case_at(base).state == State.APPROVED and slip.state == SlipState.WAITING
        assert f"{slip.total_fen / 100:,.2f}" == amount
        assert "打印住宅专项维修资金交款申请单" in text(done)
        printed = next(line for line in done.content.decode().split('"') if "/prints/" in line)
        paper = pdf_text(door.client.get(printed).content)
        assert "交款申请单" in paper and slip.number in paper and NAME in paper and slip.custody.number in paper
        paid(settled, slip)
        assert sub_accounts.balances([house.pk])[house.pk].balance_fen == slip.total_fen
        assert Receipt.objects.get(slip=slip).payer == NAME
        house.refresh_from_db()
        assert house.first_deposit_due_fen == slip.total_fen

    def test_is_shown_the_live_slip_instead_of_a_second_one(self, settled: Cast, door: Door) -> None:
        house = unpaid_house(settled)
        base = base_of(prove(door, house))
        filled(door, base, PAYER)
        hand_in(door.client, base)
        slip = PaySlip.objects.get(case=case_at(base))

        again = prove(door, house)

        assert again["Location"] == "/c/jiangcheng/self-service/house/"
        page = text(door.client.get(again["Location"]))
        assert slip.number in page and "待交的交款通知单" in page
        assert PaySlip.objects.filter(lines__house=house).count() == 1

    def test_goes_on_with_the_form_he_has_begun(self, settled: Cast, door: Door) -> None:
        house = unpaid_house(settled)

        assert base_of(prove(door, house)) == base_of(prove(door, house))

    def test_of_a_paid_house_is_told_so(self, settled: Cast, door: Door) -> None:
        house = unpaid_house(settled)
        base = base_of(prove(door, house))
        filled(door, base, PAYER)
        hand_in(door.client, base)
        paid(settled, PaySlip.objects.get(case=case_at(base)))

        assert "已交首期维修资金" in text(door.client.get(prove(door, house)["Location"]))

    def test_may_pay_again_when_his_slip_was_made_void(self, settled: Cast, door: Door) -> None:
        house = unpaid_house(settled)
        base = base_of(prove(door, house))
        filled(door, base, PAYER)
        hand_in(door.client, base)
        slip = PaySlip.objects.get(case=case_at(base))
        void_slip(number=slip.number, reason="金额有误", by=settled["demo-clerk"], at=timezone.now())

        second = base_of(prove(door, house))
        filled(door, second, PAYER)

        assert "办理完成" in text(hand_in(door.client, second))

    def test_is_refused_when_the_standard_changed_after_he_looked(self, settled: Cast, door: Door) -> None:
        house = unpaid_house(settled)
        base = base_of(prove(door, house))
        filled(door, base, PAYER)
        case = case_at(base)
        type(case).objects.filter(pk=case.pk).update(created_at=timezone.now() - dt.timedelta(days=1))
        row = StandardRow(label="每平方米 95 元", fen_per_m2=9_500)
        set_policy(
            kind=PolicyKind.DEPOSIT_STANDARD,
            jurisdiction_id=settled.city.jurisdiction.pk,
            value=DepositStandard(rows=(row,)),
            valid_from=timezone.localdate(),
        )

        assert "交存标准已调整" in text(hand_in(door.client, base))
        assert not PaySlip.objects.filter(case=case).exists()

    def test_of_a_second_form_is_refused_once_the_first_has_a_slip(self, settled: Cast) -> None:
        house, by = unpaid_house(settled), settled["demo-clerk"]
        at, data = timezone.now(), owner_cases.begun_for(house) | PAYER
        first, second = (engine.start(register["owner_deposit"], by=by, at=at, data=data) for _ in range(2))
        engine.move(first.pk, Move.SUBMIT, by=by, at=at)

        with pytest.raises(HasProblems, match="待交的交款通知单"):
            engine.move(second.pk, Move.SUBMIT, by=by, at=at)


class TestABuyer:
    """Somebody who has bought and is not recorded."""

    def begun(self, door: Door, cast: Cast) -> tuple[Any, str]:
        house = unpaid_house(cast, owned=False)
        return house, base_of(prove(door, house, way="buyer"))

    def test_says_who_he_is_and_proves_his_telephone(self, settled: Cast, door: Door) -> None:
        house, base = self.begun(door, settled)
        assert "购房合同编号" in text(door.client.get(f"{base}edit/1/"))
        filled(door, base, BUYER)

        done = hand_in(door.client, base)

        slip = PaySlip.objects.get(case=case_at(base))
        assert "办理完成" in text(done) and slip.payer_name == BUYER["payer_name"]
        shown = text(client_of(settled, "demo-clerk").get(base))
        assert BUYER["contract"] in shown and BUYER["id_number"] not in shown and BUYER["payer_phone"] not in shown
        paid(settled, slip)
        assert not Ownership.objects.filter(house=house).exists()  # the window binds him

    def test_becomes_the_owner_where_the_city_wants_it_so(self, settled: Cast, door: Door) -> None:
        rule(settled, payer_becomes_owner=True)
        house, base = self.begun(door, settled)
        filled(door, base, BUYER)
        hand_in(door.client, base)
        assert not Ownership.objects.filter(house=house).exists()

        paid(settled, PaySlip.objects.get(case=case_at(base)))

        owner = Ownership.objects.get(house=house, until__isnull=True).owner
        assert (owner.name, owner.id_number, owner.phone) == (
            BUYER["payer_name"],
            BUYER["id_number"],
            BUYER["payer_phone"],
        )

    def test_without_the_code_hands_nothing_in(self, settled: Cast, door: Door) -> None:
        _, base = self.begun(door, settled)
        door.client.post(f"{base}edit/1/", BUYER)

        assert "请先完成手机短信验证" in text(hand_in(door.client, base))
        assert case_at(base).state == State.DRAFT

    def test_with_a_wrong_number_is_told_at_the_field(self, settled: Cast, door: Door) -> None:
        _, base = self.begun(door, settled)

        page = text(door.client.post(f"{base}edit/1/", BUYER | {"id_number": "440702191906152211"}))

        assert "身份证" in page and case_at(base).state == State.DRAFT

    def test_of_a_number_known_under_another_name_is_refused(self, settled: Cast, door: Door) -> None:
        unpaid_house(settled, "9902")  # NAME has its number
        _, base = self.begun(door, settled)

        page = filled(door, base, BUYER | {"id_number": "11010519491231002X"})

        assert "与所填的不同" in text(page)


class TestTheStarter:
    def test_may_be_the_window(self, settled: Cast) -> None:
        house, clerk = unpaid_house(settled), client_of(settled, "demo-clerk")
        answer = clerk.post(f"/owners/houses/{house.pk}/deposit/")
        base = base_of(answer)
        clerk.post(f"{base}edit/1/", PAYER)

        assert "打印住宅专项维修资金交款申请单" in text(hand_in(clerk, base))
        assert "交款" in text(clerk.get(f"/areas/houses/{house.pk}/"))

    @pytest.mark.parametrize("who", ["demo-developer", "demo-company", "demo-accountant"])
    def test_is_nobody_else(self, settled: Cast, who: str) -> None:
        house = unpaid_house(settled)

        assert client_of(settled, who).post(f"/owners/houses/{house.pk}/deposit/").status_code == 403
        with pytest.raises(engine.NotYours):
            engine.start(register["owner_deposit"], by=settled[who], at=timezone.now())

    def test_cannot_begin_it_without_a_house(self, settled: Cast, door: Door) -> None:
        begun = door.client.post("/cases/new/owner_deposit/begin/", {"city": "jiangcheng"})

        assert begun["Location"] == "/" and not door.client.session.get("guest_cases")

    def test_cannot_name_another_house_in_the_form(self, settled: Cast, door: Door) -> None:
        house, other = unpaid_house(settled), unpaid_house(settled, "9902", owned=False)
        base = base_of(prove(door, house))

        door.client.post(f"{base}edit/1/", PAYER | {"house": str(other.pk)})

        assert case_at(base).data["house"] == str(house.pk)

    def test_of_another_visit_sees_nothing_of_it(self, settled: Cast, door: Door, monkeypatch: Any) -> None:
        base = base_of(prove(door, unpaid_house(settled)))

        assert Door(monkeypatch).client.get(f"{base}edit/1/").status_code == 404


def test_of_a_cancelled_house_is_refused(settled: Cast) -> None:
    house, by = unpaid_house(settled), settled["demo-clerk"]
    data = owner_cases.begun_for(house) | PAYER | {"house": "999"}
    case = engine.start(register["owner_deposit"], by=by, at=timezone.now(), data=data)

    with pytest.raises(HasProblems, match="不在楼盘表中"):
        engine.move(case.pk, Move.SUBMIT, by=by, at=timezone.now())
    assert isinstance(by, Actor)
