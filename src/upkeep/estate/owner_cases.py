"""What binding (绑定) and transfer (过户) of one house have in common: the house, who owned it when the form was begun, what
stands against it, how the owners are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from upkeep.casework.models import Case
from upkeep.casework.procedure import Fact, Table
from upkeep.casework.states import CLOSED
from upkeep.estate import owners, queries
from upkeep.estate.kinds import CoOwnership, HouseState, IdKind
from upkeep.estate.models import Area, House, HouseClaim, Ownership
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owner_form import OWNERS, NamedOwners, known_otherwise, read_owners
from upkeep.estate.owner_shares import share_words
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import Problem
from upkeep.kernel.masking import mask_id_number, mask_name, mask_phone
from upkeep.parties.queries import actor_of, city_id_of

#: Where the data of a case keep the house, and the ownerships that were in force when it was begun.
HOUSE, SEEN = "house", "seen"
_COLUMNS = ("业主", "证件类型", "证件号码", "联系电话", "份额")


def begun_for(house: House) -> dict[str, Any]:
    """What a draft for the house begins with."""
    return {HOUSE: str(house.pk), SEEN: _present_ids(house.pk)}


def source_of(case: Case) -> str:
    """Under which name the case claims its house."""
    return f"case:{case.pk}"


def areas_of(case: Case) -> Iterable[int]:
    """The ids of the areas in which the applicant may act: his organisation's, or those of his office."""
    if case.applicant_organisation_id:
        return queries.areas_of(case.applicant_organisation_id).values_list("pk", flat=True)
    if case.applicant_user is not None:
        return queries.visible_to(actor_of(case.applicant_user)).values_list("pk", flat=True)
    return Area.objects.none().values_list("pk", flat=True)


def house_of(case: Case) -> House | None:
    """The house of the case, as long as it lies where the applicant may act and is not cancelled."""
    value = str(case.data.get(HOUSE, ""))
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        return None
    houses = House.objects.select_related("area", "building").filter(state=HouseState.ACTIVE)
    return houses.filter(pk=int(value), area_id__in=areas_of(case)).first()


def live_house(case: Case) -> House | None:
    """The house that the form was begun for, whoever the applicant is, as long as it is not cancelled."""
    house = named_house(case)
    return house if house and house.state == HouseState.ACTIVE else None


def named_house(case: Case) -> House | None:
    """The house of the case for those who read it, whatever became of it."""
    value = str(case.data.get(HOUSE, ""))
    return House.objects.select_related("area", "building").filter(pk=int(value)).first() if value.isdigit() else None


def named(case: Case) -> NamedOwners:
    """The owners that the form names."""
    return read_owners(case.data.get(OWNERS, []))


def problems(case: Case) -> Iterator[Problem]:
    """What is wrong with the house and the owners, whatever is done with them."""
    house = house_of(case)
    if house is None:
        yield Problem("", "该房屋已注销，或不在本单位的物业区域内，请撤销业务单后重新选择")
        return
    if case.data.get(SEEN) != _present_ids(house.pk):
        yield Problem("", "该房屋的业主在填写期间已由他人变更，请撤销业务单后重新办理")
    found = named(case)
    yield from found.problems
    details = [one.owner for one in found.new if isinstance(one.owner, owners.OwnerDetails)]
    if known_otherwise(details, city_id=city_id_of(house.area.jurisdiction_id)):
        yield Problem(OWNERS, "证件号码在本市登记的姓名与所填的不同，请核对姓名和证件号码；登记有误的先办理更正")


def engagements(case: Case, house_id: int, *kinds: ClaimKind) -> list[HouseClaim]:
    """What keeps the house busy beside this very case."""
    return list(HouseClaim.objects.filter(house_id=house_id, kind__in=kinds).exclude(source=source_of(case)))


def against_binding(case: Case, house_ids: Sequence[int]) -> Iterator[Problem]:
    """Houses that have an owner already, or another change under way."""
    taken = list(owners.current(house_ids).values_list("house_id", flat=True).distinct())
    if taken:
        yield Problem("", f"{_named(taken)}已登记业主，更换业主请办理过户")
    busy = HouseClaim.objects.filter(house_id__in=house_ids, kind=ClaimKind.REGISTER)
    if engaged := list(busy.exclude(source=source_of(case)).values_list("house_id", flat=True)):
        yield Problem("", f"{_named(engaged)}{ClaimKind.REGISTER.label}，请先办结")


def _named(house_ids: Sequence[int]) -> str:
    first = House.objects.filter(pk__in=house_ids[:3]).select_related("building").order_by("pk")
    more = f"等 {len(house_ids)} 户" if len(house_ids) > 3 else ""
    return "、".join(f"{house.building.name}{house.label}" for house in first) + more


def house_facts(house: House) -> list[Fact]:
    """Which house it is."""
    return [
        Fact("物业区域", house.area.name),
        Fact("房屋", f"{house.building.name} {house.label}"),
        Fact("坐落", house.address),
        Fact("建筑面积", f"{square_metres(house.area_dm2)} ㎡"),
    ]


def named_table(case: Case, title: str) -> Table:
    """The owners that the form names; their names whole until it is decided, numbers and telephones masked."""
    found, decided = named(case), case.state_now in CLOSED
    rows = []
    for one in found.new:
        owner = one.owner
        assert isinstance(owner, owners.OwnerDetails)
        rows.append(
            (
                mask_name(owner.name) if decided and owner.id_kind != IdKind.CREDIT_CODE else owner.name,
                owner.id_kind.label,
                mask_id_number(owner.id_number),
                mask_phone(owner.phone),
                CoOwnership.JOINT.label if found.joint else share_words(one.share_ppm),
            )
        )
    return Table(title, _COLUMNS, rows)


def former_table(case: Case, title: str) -> Table:
    """Those who owned the house when the form was begun, masked."""
    owned = Ownership.objects.filter(pk__in=case.data.get(SEEN, [])).select_related("owner").order_by("pk")
    return Table(title, _COLUMNS, [_row(one) for one in owned])


def shown_name(ownership: Ownership) -> str:
    """The owner's name masked; an organisation's is no personal data."""
    owner = ownership.owner
    return owner.name if owner.is_organisation else mask_name(owner.name)


def shown_share(ownership: Ownership) -> str:
    """100%, 50%, or 共同共有."""
    joint = ownership.manner == CoOwnership.JOINT
    return CoOwnership.JOINT.label if joint else share_words(ownership.share_ppm)


def _row(one: Ownership) -> Sequence[str]:
    owner = one.owner
    return (
        shown_name(one),
        owner.get_id_kind_display(),
        mask_id_number(owner.id_number),
        mask_phone(owner.phone) if owner.phone else "—",
        shown_share(one),
    )


def _present_ids(house_id: int) -> list[int]:
    return list(owners.current([house_id]).order_by("pk").values_list("pk", flat=True))
