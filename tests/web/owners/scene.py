"""People and houses for the tests of the owners' pages, and the way from a button to a case that is handed in."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.web.pages import text
from upkeep.casework.models import Case
from upkeep.estate import owners
from upkeep.estate.models import House, Ownership
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.review_chain import ReviewChain

CONTACT = {"contact_name": "周经办", "contact_phone": "13900002222"}
WANG = {"name": "王小五", "id_kind": "ID_CARD", "id_number": "11010519491231002X", "phone": "13911112222", "share": ""}
LI = {"name": "李小四", "id_kind": "ID_CARD", "id_number": "44070219190615221X", "phone": "13911113333", "share": ""}
FIRM = {
    "name": "江城贸易有限公司",
    "id_kind": "CREDIT_CODE",
    "id_number": "91350100M000100Y43",
    "phone": "0830-3100001",
    "share": "",
}


def nobody_reviews(cast: Cast) -> None:
    """As in the preset gansu: nobody reviews bindings and transfers."""
    for code in ("owner_binding", "owner_transfer"):
        set_policy(
            kind=PolicyKind.REVIEW_CHAIN,
            jurisdiction_id=cast.city.jurisdiction.pk,
            value=ReviewChain(),
            scope=code,
            valid_from=timezone.localdate() - dt.timedelta(days=400),
        )


def owned_house(cast: Cast, area: str = "江南名邸") -> House:
    """A house of the area with one owner and money, without an account."""
    owned = Ownership.objects.filter(house__area__name=area, until__isnull=True, owner__account__isnull=True)
    return owned.select_related("house__area", "house__building").order_by("pk")[0].house


def bare_house(cast: Cast, area: str = "江南名邸") -> House:
    """A house of the area whose owner ended long ago."""
    house = owned_house(cast, area)
    day = timezone.localdate()
    owners.end([house.pk], until=day, basis="测试", case_id=None, by=None, at=timezone.now())
    return house


def rows(*people: dict[str, str]) -> dict[str, str]:
    return {f"owner{place}-{key}": value for place, one in enumerate(people) for key, value in one.items()}


def begin(client: Client, address: str) -> str:
    """`/cases/<number>/` of the draft that a button began."""
    answer = client.post(address)
    assert str(answer["Location"]).endswith("edit/1/"), answer["Location"]
    return str(answer["Location"]).removesuffix("edit/1/")


def case_of(base: str) -> Case:
    return Case.objects.get(number=base.split("/")[2])


def hand_in(client: Client, base: str) -> Any:
    return client.post(f"{base}move/", {"move": "SUBMIT", "version": str(case_of(base).version)}, follow=True)


def transferred(client: Client, house: House, *people: dict[str, str], **changes: str) -> Case:
    """过户 from the button on the house to the end of the form."""
    base = begin(client, f"/owners/houses/{house.pk}/transfer/")
    since = timezone.localdate().isoformat()
    sent = {"cause": "买卖", "since": since, "certificate": "", **CONTACT, **rows(*people), **changes}
    answer = client.post(f"{base}edit/1/", sent)
    assert answer.status_code == 302, text(answer)
    hand_in(client, base)
    return case_of(base)


def owned_now(house: House) -> dict[str, int]:
    return dict(owners.current([house.pk]).values_list("owner__name", "share_ppm"))
