"""交款 and 退款 from the owner's own pages: the notice that waits, and the two procedures begun for the house.

# covers: O8 D3 D5
"""

import pytest

from tests.cast import AT
from tests.web.owner.scene import OwnersHouse
from tests.web.pages import text
from upkeep.casework.models import Case
from upkeep.estate.models import House
from upkeep.kernel.money import yuan
from upkeep.web.owner.paying import PAY, REFUND

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(mine: OwnersHouse) -> House:
    """An unpaid house of the owner's."""
    house = mine.unpaid()
    mine.give(house)
    return house


class TestTheNotice:
    def test_that_waits_is_shown_with_its_code_and_where_to_pay(self, mine: OwnersHouse, house: House) -> None:
        slip = mine.slip_for(house)

        shown = text(mine.client.get(f"/owner/houses/{house.pk}/pay/"))
        code = mine.client.get(f"/owner/houses/{house.pk}/pay/code/")
        printed = mine.client.post(f"/owner/houses/{house.pk}/pay/slip/", follow=True)

        assert slip.number in shown and yuan(slip.total_fen) in shown
        assert slip.custody.opening_bank in shown and slip.custody.number in shown
        assert code["Content-Type"] == "image/svg+xml" and b"<svg" in code.content
        assert printed.content.startswith(b"%PDF")

    def test_over_other_peoples_houses_is_told_of_and_never_shown(self, mine: OwnersHouse, house: House) -> None:
        others = House.objects.filter(area_id=house.area_id, first_deposit_due_fen=None).exclude(pk=house.pk)
        other = others.select_related("building", "area")[0]
        slip = mine.slip_for(house, other)

        shown = text(mine.client.get(f"/owner/houses/{house.pk}/pay/"))

        assert "正在由" in shown and slip.number not in shown and yuan(slip.total_fen) not in shown
        for page in ("pay/code/", "pay/slip/1/"):
            assert mine.client.get(f"/owner/houses/{house.pk}/{page}").status_code == 404
        assert mine.client.post(f"/owner/houses/{house.pk}/pay/slip/").status_code == 404

    def test_is_gone_once_it_is_paid(self, mine: OwnersHouse, house: House) -> None:
        mine.paid(mine.slip_for(house))

        assert "现在不用交款" in text(mine.client.get(f"/owner/houses/{house.pk}/pay/"))
        assert mine.client.get(f"/owner/houses/{house.pk}/pay/code/").status_code == 404


@pytest.mark.parametrize("code", [PAY, REFUND])
class TestTheProcedure:
    def test_is_begun_for_the_house_where_the_city_has_it(self, mine: OwnersHouse, code: str) -> None:
        answer = mine.client.post(f"{mine.url}begin/{code}/")

        case = Case.objects.get(procedure=code)
        assert answer["Location"] == f"/cases/{case.number}/edit/1/"
        assert case.data["house"] == str(mine.house.pk)
        assert case.applicant_user == mine.cast.city.users["demo-owner"]

    def test_is_begun_by_nobody_else_and_never_by_looking(self, mine: OwnersHouse, code: str) -> None:
        assert mine.client.get(f"{mine.url}begin/{code}/").status_code == 405
        assert mine.client.post(f"/owner/houses/{mine.unpaid().pk}/begin/{code}/").status_code == 404
        assert not Case.objects.filter(procedure=code).exists()


def test_no_other_procedure_is_begun_this_way(mine: OwnersHouse) -> None:
    assert mine.client.post(f"{mine.url}begin/owner_transfer/").status_code == 404
    assert mine.client.post(f"{mine.url}begin/no_such_thing/").status_code == 404
    assert not Case.objects.filter(applicant_user=mine.cast.city.users["demo-owner"]).exists()


def test_arrears_are_said_in_words(mine: OwnersHouse) -> None:
    paid = mine.house.first_deposit_due_fen
    assert paid
    mine.refund(paid * 8 // 10, on=AT.date())

    assert "余额已低于续交标准，需要续交" in text(mine.client.get("/owner/"))
    assert "需要续交" in text(mine.client.get(f"{mine.url}pay/"))
