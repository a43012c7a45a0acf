"""The new owners of chosen houses as a sheet (E12): one row per owner, so several rows for a house with co-owners.

Source: manual 001 §2.11 (批量修改 or row by row).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from upkeep.casework.changing import AFTER, LABEL, SEEN, ChangeSheet, Line, identity_column
from upkeep.estate.change_sheets import house_label
from upkeep.estate.kinds import HouseState, IdKind, by_label
from upkeep.estate.models import House, Ownership
from upkeep.estate.owner_shares import Shares, share_from_text, share_words, shares_from_texts
from upkeep.estate.owners import NewOwnership, OwnerDetails, current
from upkeep.estate.queries import current_ownerships
from upkeep.kernel import checks
from upkeep.kernel.dates import in_letters
from upkeep.kernel.errors import Problem
from upkeep.kernel.masking import mask_name
from upkeep.kernel.secrecy import lookup_hash
from upkeep.sheets.columns import Column, Values
from upkeep.sheets.kinds import PHONE, Choice, Text, Wrong, exact_digits

HOUSE, OWNERS = "house", "owners"


class PaperNumber(Text):
    """证件号码; a number cell that has lost its last digits is refused, the check digit is looked at with the kind."""

    def read(self, raw: Any, *, at: object) -> str:
        if not isinstance(raw, str | int | float):
            raise Wrong("被表格软件当成了日期，请把单元格格式设为“文本”后重新填写")
        number = "".join(exact_digits(raw).split()).upper()
        if not 4 <= len(number) <= self.most:
            raise Wrong(f"应为 4 到 {self.most} 位，请核对")
        return number

    def hint(self) -> str:
        return "证件上的号码，请用文本格式；居民身份证 18 位，单位填写统一社会信用代码"


class OwnershipChangeSheet(ChangeSheet):
    """房屋权属批量变更: the new owners of each chosen house."""

    title = "房屋权属批量变更"
    max_rows = 20_000
    batch = ("owner_name", "id_kind", "id_number", "phone", "share")
    several = True
    guide = ("多人共有的房屋每人一行，房屋编号相同；按份共有的每人填写份额，共同共有的都不填写。",)
    columns = (
        identity_column("房屋编号"),
        Column(key=HOUSE, title="房屋", kind=Text(80), read_only=True, width=20),
        Column(key=OWNERS, title="现业主", kind=Text(400), read_only=True, width=20),
        Column(key="owner_name", title="新业主姓名或名称", kind=Text(100), required=True, width=20),
        Column(key="id_kind", title="证件类型", kind=Choice(tuple(IdKind.labels)), required=True),
        Column(key="id_number", title="证件号码", kind=PaperNumber(30), required=True, width=22),
        Column(key="phone", title="联系电话", kind=PHONE, required=True),
        Column(key="share", title="份额", kind=Text(20), width=10, note="共有的填写，如 1/2 或 50%；独有的可不填"),
    )

    def check_row(self, values: Values) -> Iterable[tuple[str, str]]:
        checked = {IdKind.ID_CARD.label: checks.id_number, IdKind.CREDIT_CODE.label: checks.social_credit_code}
        check = checked.get(values["id_kind"])
        if check is not None and values["id_number"] is not None:
            try:
                check(values["id_number"])
            except ValueError as wrong:
                yield "id_number", str(wrong)
        if values["share"]:
            try:
                share_from_text(values["share"])
            except ValueError as wrong:
                yield "share", str(wrong)


def owned_houses(house_ids: Sequence[int], *, area_id: int) -> dict[int, Values]:
    """The live houses of an area with their present owners, names masked, by id in the order of the building table."""
    houses = House.objects.filter(pk__in=house_ids, area_id=area_id, state=HouseState.ACTIVE).select_related(
        "building"
    )
    owned = current_ownerships(list(house_ids))
    found = {}
    for house in houses.order_by("building__order", "building__name", "-floor", "unit", "room"):
        mine = owned.get(house.pk, [])
        label = house_label(house)
        found[house.pk] = {
            LABEL: label,
            HOUSE: label,
            OWNERS: "、".join(_owner_words(one, alone=len(mine) == 1) for one in mine) or None,
            SEEN: ",".join(f"{one.owner_id}:{one.share_ppm}" for one in mine),
        }
    return found


def _owner_words(one: Ownership, *, alone: bool) -> str:
    return mask_name(one.owner.name) + ("" if alone else f"（{share_words(one.share_ppm)}）")


def by_house(lines: Iterable[Line]) -> dict[int, list[Line]]:
    """The lines of each house together."""
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(line.id, []).append(line)
    return found


def shares_of(lines: Sequence[Line]) -> Shares:
    """The shares of one house's new owners. Raises: ValueError with the sentence to show."""
    return shares_from_texts([line.after["share"] or "" for line in lines])


def new_owners(lines: Sequence[Line]) -> list[NewOwnership]:
    """The new owners of one house, once its lines are right."""
    return [
        NewOwnership(
            OwnerDetails(
                name=line.after["owner_name"],
                id_kind=by_label(IdKind, line.after["id_kind"]),
                id_number=line.after["id_number"],
                phone=line.after["phone"],
            ),
            ppm,
        )
        for line, ppm in zip(lines, shares_of(lines).ppm, strict=True)
    ]


def owner_problems(lines: Sequence[Line], *, since: dt.date) -> Iterator[Problem]:
    """Houses without an owner, a day before the present owners', and what is wrong between the new owners of a house."""
    houses = by_house(lines)
    present: dict[int, list[Ownership]] = {}
    for one in current(houses).select_related("owner"):
        present.setdefault(one.house_id, []).append(one)
    for house_id, mine in houses.items():
        label, owned = mine[0].label, present.get(house_id, [])
        if not owned:
            yield Problem(AFTER, f"{label}尚未登记业主，请先办理业主绑定")
        if latest := max((one.since for one in owned if one.since > since), default=None):
            yield Problem("since", f"权属变更日期不能早于{label}现业主取得之日（{in_letters(latest)}）")
        if wrong := _wrong_between(mine, owned):
            yield Problem(AFTER, f"{label}：{wrong}")


def _wrong_between(lines: Sequence[Line], owned: Sequence[Ownership]) -> str:
    """Shares that make no whole, one person twice, or new owners that are the present ones; nothing when all is well."""
    try:
        shares = shares_of(lines)
    except ValueError as wrong:
        return str(wrong)
    if any(line.after["id_number"] is None or line.after["id_kind"] is None for line in lines):
        return ""  # said already
    wanted = [_key(line.after) for line in lines]
    if len(set(wanted)) != len(wanted):
        return "新业主中有同一人填写了两次，请核对"
    held = {(one.owner.id_kind, one.owner.id_hash, one.owner.name, one.share_ppm) for one in owned}
    if {(*key, ppm) for key, ppm in zip(wanted, shares.ppm, strict=True)} == held:
        return "新业主与现业主相同，无须变更，请返回取消选择"
    return ""


def _key(values: Mapping[str, Any]) -> tuple[str, str, str]:
    kind = by_label(IdKind, values["id_kind"])
    return kind.value, lookup_hash(values["id_number"]), values["owner_name"]
