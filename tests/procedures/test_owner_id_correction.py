"""业主证件更正 through the pages: entered by one, approved by another, kept sealed, told to the owner; and what it is not.

# covers: E10
"""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast
from tests.web.owners.scene import CONTACT, LI, WANG, begin, case_of, hand_in, owned_house, transferred
from tests.web.pages import client_of, text
from tests.web.test_cases import photo
from upkeep.casework.models import Case
from upkeep.casework.states import State
from upkeep.estate import claims
from upkeep.estate.models import House, Owner, OwnerAccount, OwnerCorrection, Ownership
from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.models import Outbox
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.review_chain import ReviewChain

pytestmark = pytest.mark.django_db
RIGHT = {"id_kind": "ID_CARD", "id_number": WANG["id_number"], "reason": "录入时看错一位"}


def present(cast: Cast) -> Ownership:
    return Ownership.objects.select_related("owner", "house").get(house=owned_house(cast))


def filled(client: Client, owned: Ownership, **changes: str) -> tuple[str, str]:
    """The draft with its paper, and what its confirmation says."""
    base = begin(client, f"/owners/{owned.pk}/correct/paper/")
    client.post(f"{base}edit/1/", RIGHT | CONTACT | changes)
    client.post(f"{base}papers/", photo("identity"))
    return base, text(client.get(f"{base}edit/3/"))


def decide(cast: Cast, base: str, who: str = "demo-reviewer", move: str = "PASS", **more: str) -> Any:
    sent = {"move": move, "version": str(case_of(base).version), **more}
    return client_of(cast, who).post(f"{base}move/", sent, follow=True)


class TestACorrectionOfTheNumber:
    @pytest.mark.parametrize("who", ["demo-clerk", "demo-company", "demo-developer"])
    def test_is_entered_by_one_approved_by_another_and_changes_all_that_hangs_on_it(
        self, settled: Cast, who: str
    ) -> None:
        owned, client = present(settled), client_of(settled, who)
        before = owned.owner
        assert "更正证件" in text(client_of(settled, "demo-clerk").get(f"/owners/{owned.pk}/correct/"))
        base, confirm = filled(client, owned)
        assert WANG["id_number"] in confirm and before.id_number not in confirm
        assert "业主证件更正申请表" in text(hand_in(client, base))
        assert Owner.objects.get(pk=before.pk).id_number == before.id_number
        assert WANG["id_number"] in text(client_of(settled, "demo-reviewer").get(base))

        decide(settled, base)

        owner = Owner.objects.get(pk=before.pk)
        assert (owner.id_number, owner.id_hash) == (WANG["id_number"], lookup_hash(WANG["id_number"]))
        kept = OwnerCorrection.objects.get(owner=owner)
        assert (kept.field, kept.before, kept.after) == ("id_number", before.id_number, WANG["id_number"])
        assert kept.reason == f"录入时看错一位（业务单 {case_of(base).number}）"
        assert not claims.busy_houses([owned.house_id])
        assert Outbox.objects.get(event="owner.id_corrected").address == before.phone
        for page in (base, f"/areas/houses/{owned.house_id}/"):
            shown = text(client_of(settled, "demo-clerk").get(page))
            assert WANG["id_number"] not in shown and before.id_number not in shown
        assert "证件号码" in shown and "录入时看错一位" in shown

    def test_lies_sealed_before_and_after(self, settled: Cast) -> None:
        owned = present(settled)
        before = owned.owner.id_number
        base, _ = filled(client_of(settled, "demo-company"), owned)
        hand_in(client_of(settled, "demo-company"), base)
        decide(settled, base)

        with connection.cursor() as cursor:
            for table in ("casework_case", "estate_ownercorrection", "estate_owner", "messaging_outbox"):
                cursor.execute(f"select string_agg(t::text, ' ') from {table} t")
                raw = cursor.fetchone()[0] or ""
                assert before not in raw and WANG["id_number"] not in raw, table

    def test_is_reviewed_also_where_the_city_reviews_nothing(self, settled: Cast) -> None:
        set_policy(
            kind=PolicyKind.REVIEW_CHAIN,
            jurisdiction_id=settled.city.jurisdiction.pk,
            value=ReviewChain(),
            scope="owner_id_correction",
            valid_from=settled.area().created_at.date(),
        )
        base, _ = filled(client_of(settled, "demo-clerk"), present(settled))

        hand_in(client_of(settled, "demo-clerk"), base)

        assert case_of(base).state == State.SUBMITTED and not OwnerCorrection.objects.exists()

    def test_is_not_approved_by_whoever_entered_it(self, settled: Cast) -> None:
        who = "all-rounder"
        base, _ = filled(client_of(settled, who), present(settled))
        hand_in(client_of(settled, who), base)

        decide(settled, base, who)

        assert case_of(base).state == State.SUBMITTED and not OwnerCorrection.objects.exists()

    def test_returned_gives_the_house_back_and_changes_nothing(self, settled: Cast) -> None:
        owned = present(settled)
        base, _ = filled(client_of(settled, "demo-company"), owned)
        hand_in(client_of(settled, "demo-company"), base)
        assert claims.busy_houses([owned.house_id])

        decide(settled, base, move="RETURN", note="证件照片不清")

        assert not claims.busy_houses([owned.house_id]) and not OwnerCorrection.objects.exists()


class TestItIsRefused:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"id_number": "11010519491231002Y"}, "身份证号码不正确"),
            ({"id_number": ""}, "请填写正确的证件号码"),
            ({"reason": ""}, "请填写更正原因"),
        ],
    )
    def test_with_a_mistake(self, settled: Cast, changes: dict[str, str], sentence: str) -> None:
        _, confirm = filled(client_of(settled, "demo-company"), present(settled), **changes)

        assert sentence in confirm

    def test_when_nothing_changes(self, settled: Cast) -> None:
        owned = present(settled)
        _, confirm = filled(client_of(settled, "demo-company"), owned, id_number=owned.owner.id_number)

        assert "与登记的相同" in confirm

    def test_when_the_number_is_anothers(self, settled: Cast) -> None:
        owned = present(settled)
        other = Owner.objects.exclude(pk=owned.owner_id).filter(id_kind="ID_CARD")[0]
        _, confirm = filled(client_of(settled, "demo-company"), owned, id_number=other.id_number)

        assert "已登记为另一位业主" in confirm and other.name not in confirm

    def test_for_an_organisation_when_the_owner_has_an_account_but_not_for_the_window(self, settled: Cast) -> None:
        owned = Ownership.objects.filter(owner__account__isnull=False, until__isnull=True)[0]
        company = settled.area("江南名邸").property_company
        assert owned.house.area.property_company == company

        assert "由维修资金管理部门办理" in filled(client_of(settled, "demo-company"), owned)[1]
        assert "由维修资金管理部门办理" not in filled(client_of(settled, "demo-clerk"), owned)[1]

    def test_when_the_house_has_passed_on_meanwhile(self, settled: Cast) -> None:
        owned, clerk = present(settled), client_of(settled, "demo-clerk")
        base, _ = filled(clerk, owned)
        case = transferred(clerk, House.objects.get(pk=owned.house_id), LI)
        client_of(settled, "demo-reviewer").post(f"/cases/{case.number}/move/", {"move": "PASS"})

        assert "已不再拥有这套房屋" in text(clerk.get(f"{base}edit/3/"))

    def test_to_those_who_do_not_see_the_house(self, settled: Cast) -> None:
        owned = present(settled)
        for who in ("more-developer2", "stranger-clerk"):
            assert client_of(settled, who).post(f"/owners/{owned.pk}/correct/paper/").status_code == 404
        assert not Case.objects.exists()

    def test_a_login_stays_with_the_owner(self, settled: Cast) -> None:
        account = OwnerAccount.objects.select_related("owner", "user")[0]
        owned = Ownership.objects.filter(owner=account.owner, until__isnull=True)[0]
        base, _ = filled(client_of(settled, "demo-clerk"), owned)
        hand_in(client_of(settled, "demo-clerk"), base)
        decide(settled, base)

        assert Owner.objects.get(pk=account.owner_id).id_number == WANG["id_number"]
        assert OwnerAccount.objects.get(user=account.user).owner_id == account.owner_id
