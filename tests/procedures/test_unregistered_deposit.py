"""未备案房屋交款 (D4) from the name of the area to the money: reviewed first, or provisional as manual 002 has it.

# covers: D4
"""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tests.cast import Cast
from tests.circle.person import pdf_text
from tests.publishing.desk import picture
from tests.web.pages import client_of, text
from tests.web.public.door import Door, code_sent
from tests.web.site.asking import rule
from tests.web.site.unpaid import BUYER, base_of, case_at, hand_in, new_house, paid, unpaid_house
from upkeep.banking.actions import expire_slips, void_slip
from upkeep.banking.models import PaySlip, SlipState
from upkeep.books import sub_accounts
from upkeep.casework.states import State
from upkeep.estate.actions import add_houses
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import Building, House, HouseClaim, Ownership
from upkeep.kernel.errors import Refusal

pytestmark = pytest.mark.django_db
HOUSE = {
    "building": "88幢",
    "building_kind": "HIGH_RISE",
    "has_lift": "YES",
    "unit": "1",
    "floor": "5",
    "room": "501",
    "area_m2": "98.37",
    "use": "RESIDENTIAL",
    "nature": "COMMODITY",
}


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Any) -> None:
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }


@pytest.fixture
def door(settled: Cast, monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


def begun(door: Door, cast: Cast) -> str:
    """From the box where the area's name is typed to the form."""
    area = cast.area()
    listed = text(door.client.get("/c/jiangcheng/self-service/unregistered/", {"q": area.name}))
    assert area.name in listed and "未备案交款" in listed
    return base_of(door.client.post(f"/c/jiangcheng/self-service/unregistered/{area.number}/"))


def filled(door: Door, base: str, phone: str = BUYER["payer_phone"], **changes: str) -> Any:
    """All pages; answers with the confirmation. One telephone gets one code a minute."""
    door.client.post(f"{base}edit/1/", HOUSE | changes)
    door.client.post(f"{base}edit/2/", BUYER | {"payer_phone": phone})
    door.client.post(f"{base}edit/3/", {"action": "send"})
    door.client.post(f"{base}edit/3/", {"code": code_sent(), "action": "next"})
    for paper in ("contract", "identity"):
        sent = SimpleUploadedFile(f"{paper}.png", picture(), "image/png")
        door.client.post(f"{base}papers/", {paper: sent})
    return door.client.get(f"{base}edit/5/")


def register_size() -> tuple[int, int]:
    return House.objects.count(), Building.objects.count()


class TestAReviewedOne:
    """The default: nothing enters the register unseen."""

    def test_enters_the_register_when_it_is_approved_and_gets_its_slip_then(self, settled: Cast, door: Door) -> None:
        before, base = register_size(), begun(door, settled)
        first = text(door.client.get(f"{base}edit/1/"))
        assert "请核对" in first and settled.area().number in first and settled.area().address in first
        confirm = text(filled(door, base))
        assert "应交金额" in confirm and "98.37 ㎡" in confirm

        done = text(hand_in(door.client, base))

        assert "窗口受理" in done and "购房合同" in done and "打印未备案房屋交款申请单" in done
        assert register_size() == before and not PaySlip.objects.filter(case=case_at(base)).exists()
        self.decide(settled, base, "ACCEPT", "demo-clerk")
        assert register_size() == before
        self.decide(settled, base, "PASS", "demo-reviewer")
        house = House.objects.get(building__name="88幢", room="501")
        slip = PaySlip.objects.get(case=case_at(base))
        assert house.state == HouseState.ACTIVE and slip.lines.get().house_id == house.pk
        page = door.client.get(base)
        assert "未备案房屋交款通知单" in text(page) and slip.number in text(page)
        paid(settled, slip)
        assert sub_accounts.balances([house.pk])[house.pk].balance_fen == slip.total_fen
        assert Ownership.objects.get(house=house).owner.name == BUYER["payer_name"]  # the contract was looked at

    def decide(self, cast: Cast, base: str, move: str, who: str) -> None:
        sent = {"move": move, "version": str(case_at(base).version)}
        assert client_of(cast, who).post(f"{base}move/", sent).status_code == 302

    def test_leaves_nothing_behind_when_it_is_rejected(self, settled: Cast, door: Door) -> None:
        before, base = register_size(), begun(door, settled)
        filled(door, base)
        hand_in(door.client, base)

        sent = {"move": "REJECT", "note": "合同与房屋不符", "version": str(case_at(base).version)}
        client_of(settled, "demo-clerk").post(f"{base}move/", sent)

        assert case_at(base).state == State.REJECTED
        assert register_size() == before and not House.everything.filter(room="501", building__name="88幢").exists()

    def test_is_refused_at_approval_when_somebody_entered_the_house_meanwhile(self, settled: Cast, door: Door) -> None:
        base = begun(door, settled)
        filled(door, base)
        hand_in(door.client, base)
        add_houses(area_id=settled.area().pk, houses=[new_house()])

        self.decide(settled, base, "ACCEPT", "demo-clerk")
        self.decide(settled, base, "PASS", "demo-reviewer")

        assert case_at(base).state == State.IN_REVIEW and not PaySlip.objects.filter(case=case_at(base)).exists()


class TestWhatIsTyped:
    @pytest.mark.parametrize(
        "typed",
        [{"building": "1幢", "room": "9901"}, {"building": "1号楼", "room": "9901室", "unit": "1单元"}],
        ids=["as it stands", "as people say"],
    )
    def test_of_a_house_of_the_register_leads_to_the_other_way(
        self, settled: Cast, door: Door, typed: dict[str, str]
    ) -> None:
        unpaid_house(settled)
        base = begun(door, settled)

        answer = filled(door, base, **typed)

        assert "该房屋已在楼盘表中" in text(answer) and "/cases/new/owner_deposit/" in answer.content.decode()
        hand_in(door.client, base)
        assert case_at(base).state == State.DRAFT

    @pytest.mark.parametrize("typed", [{"floor": "0"}, {"area_m2": "0"}, {"area_m2": "abc"}, {"room": ""}])
    def test_wrong_is_told_at_once(self, settled: Cast, door: Door, typed: dict[str, str]) -> None:
        base = begun(door, settled)

        answer = door.client.post(f"{base}edit/1/", HOUSE | typed)

        assert answer.status_code == 200 and "field-error" in answer.content.decode()

    def test_of_an_area_of_another_city_begins_nothing(self, settled: Cast, door: Door) -> None:
        answer = door.client.post(f"/c/yandu/self-service/unregistered/{settled.area().number}/")

        assert answer["Location"] == "/c/yandu/self-service/unregistered/"


class TestAProvisionalOne:
    """As manual 002 has it: slip at once, and the house is a house once the bank has the money."""

    @pytest.fixture(autouse=True)
    def _at_once(self, settled: Cast) -> None:
        rule(settled, unregistered_house="PROVISIONAL", payer_becomes_owner=True)

    def handed_in(self, cast: Cast, door: Door, **changes: str) -> PaySlip:
        base = begun(door, cast)
        filled(door, base, **changes)
        done = hand_in(door.client, base)
        assert "打印未备案房屋交款申请单" in text(done) and "打印未备案房屋交款通知单" in text(done), text(done)[:800]
        return PaySlip.objects.get(case=case_at(base))

    def test_is_printed_at_once_and_in_no_list(self, settled: Cast, door: Door) -> None:
        before = register_size()
        slip = self.handed_in(settled, door)
        house_id = slip.lines.get().house_id

        assert register_size() == before
        assert House.everything.get(pk=house_id).state == HouseState.PROVISIONAL
        clerk, area = client_of(settled, "demo-clerk"), settled.area()
        for page in (f"/areas/{area.pk}/", "/areas/houses/?criterion=BUILDING&value=88", f"/areas/houses/{house_id}/"):
            assert "88幢" not in text(clerk.get(page)), page
        assert "88幢" not in text(door.client.get("/c/jiangcheng/self-service/?q=88幢 501"))
        assert (
            list(area.houses.filter(pk=house_id)) == [] and not sub_accounts.balances([house_id])[house_id].balance_fen
        )
        kept = case_at(f"/cases/{slip.case.number}/") if slip.case else None
        assert kept is not None and kept.state == State.APPROVED
        links = door.client.get(f"/cases/{kept.number}/done/").content.decode().split('"')
        papers = [pdf_text(door.client.get(one).content) for one in links if "/prints/" in one]
        assert len(papers) == 2 and any(slip.number in one for one in papers)

    def test_enters_the_register_with_the_money(self, settled: Cast, door: Door) -> None:
        houses, buildings = register_size()
        slip = self.handed_in(settled, door)

        paid(settled, slip)

        house = House.objects.get(building__name="88幢")
        assert register_size() == (houses + 1, buildings + 1)
        assert sub_accounts.balances([house.pk])[house.pk].balance_fen == slip.total_fen
        assert Ownership.objects.get(house=house).owner.name == BUYER["payer_name"]
        assert "88幢" in text(client_of(settled, "demo-clerk").get(f"/areas/houses/{house.pk}/"))

    @pytest.mark.parametrize("how", ["void", "expired"])
    def test_is_gone_without_its_slip_and_may_be_tried_again(self, settled: Cast, door: Door, how: str) -> None:
        before, slip = register_size(), self.handed_in(settled, door)
        at = timezone.now()
        if how == "void":
            void_slip(number=slip.number, reason="填错面积", by=settled["demo-clerk"], at=at)
        else:
            expire_slips(on=slip.expires_on + dt.timedelta(days=1), at=at)

        house_id = slip.lines.get().house_id
        assert House.everything.get(pk=house_id).state == HouseState.DROPPED and register_size() == before
        assert not HouseClaim.objects.filter(house_id=house_id).exists()
        again = self.handed_in(settled, door, phone="13987650077")
        paid(settled, again)
        assert register_size() == (before[0] + 1, before[1] + 1)

    def test_of_a_second_payer_is_refused_while_the_first_slip_waits(self, settled: Cast, door: Door) -> None:
        self.handed_in(settled, door)
        base = begun(door, settled)
        filled(door, base, phone="13987650077", building="88号楼")

        assert "有待交的交款通知单" in text(hand_in(door.client, base))
        assert case_at(base).state == State.DRAFT

    def test_does_not_stand_in_the_way_of_the_developer(self, settled: Cast, door: Door) -> None:
        slip = self.handed_in(settled, door)
        add_houses(area_id=settled.area().pk, houses=[new_house()])

        with pytest.raises(Refusal, match="已另行备案"):
            paid(settled, slip)

        slip.refresh_from_db()
        assert slip.state == SlipState.WAITING  # nothing was booked

    def test_joins_the_building_that_was_entered_meanwhile(self, settled: Cast, door: Door) -> None:
        slip = self.handed_in(settled, door)
        add_houses(area_id=settled.area().pk, houses=[new_house("502")])

        paid(settled, slip)

        assert {house.room for house in House.objects.filter(building__name="88幢")} == {"501", "502"}
        assert Building.objects.filter(name="88幢").count() == 1
