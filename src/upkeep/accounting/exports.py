"""开放导出 (X6): a city's houses, owners and sub-accounts as plain tables, with a data dictionary made from the models.

Personal data is masked. Whoever may see owners in full may take them out in full, with a reason; every export is kept on record.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet

from upkeep.accounting.models import DataExport, ExportKind
from upkeep.books.sub_accounts import STANDING
from upkeep.estate.kinds import CoOwnership, HouseNature, HouseState, HouseUse, IdKind
from upkeep.estate.models import Area, Building, House, Owner, Ownership
from upkeep.estate.queries import visible_to
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.masking import mask_id_number, mask_name, mask_phone
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import within
from upkeep.parties.roles import BOOKKEEPERS, Role

#: Who may take owners' data out in full: of those who read the books, whoever decides cases too.
IN_FULL = (Role.APPROVER,)
_CHUNK = 2_000


@dataclass(frozen=True)
class Told:
    """A column of an export. `field` is the model's that it comes from; without one `about` says what it is."""

    title: str
    model: type[models.Model] | None
    field: str = ""
    about: str = ""


_HOUSE = (
    Told("房屋编号", House, "id"),
    Told("物业区域", Area, "name"),
    Told("楼栋", Building, "name"),
    Told("单元", House, "unit"),
    Told("房号", House, "room"),
)
COLUMNS: dict[ExportKind, tuple[Told, ...]] = {
    ExportKind.SUB_ACCOUNTS: (
        *_HOUSE,
        Told("余额（元）", None, about="分户账余额"),
        Told("冻结（元）", None, about="已批准待付款的金额"),
        Told("可用（元）", None, about="余额减冻结"),
        Told("销户日期", None, about="分户账销户的日期，未销户为空"),
    ),
    ExportKind.HOUSES: (
        *_HOUSE,
        Told("所属区县", Jurisdiction, "name"),
        Told("区域编号", Area, "number"),
        Told("所在楼层", House, "floor"),
        Told("房屋用途", House, "use"),
        Told("房屋性质", House, "nature"),
        Told("建筑面积（㎡）", House, "area_dm2"),
        Told("房屋坐落", House, "address"),
        Told("状态", House, "state"),
        Told("首期应交（元）", House, "first_deposit_due_fen"),
    ),
    ExportKind.OWNERS: (
        *_HOUSE,
        Told("业主", Owner, "name"),
        Told("证件类型", Owner, "id_kind"),
        Told("证件号码", Owner, "id_number"),
        Told("联系电话", Owner, "phone"),
        Told("份额（百万分之）", Ownership, "share_ppm"),
        Told("共有方式", Ownership, "manner"),
        Told("自何日起", Ownership, "since"),
    ),
}


def record_export(kind: ExportKind, *, in_full: bool, reason: str, by: Actor, at: dt.datetime) -> DataExport:
    """Keep who takes what out. Raises: HasProblems where a reason is missing, or the actor may not have it in full."""
    reason = " ".join(reason.split())[:200]
    if in_full and not by.has(*IN_FULL):
        raise HasProblems([Problem("in_full", "您没有导出完整个人信息的权限")])
    if in_full and kind is not ExportKind.OWNERS:
        raise HasProblems([Problem("in_full", "只有业主数据含个人信息，请选择业主")])
    if in_full and not reason:
        raise HasProblems([Problem("reason", "导出完整个人信息请写明用途")])
    return DataExport.objects.create(
        jurisdiction_id=by.jurisdiction_id,
        kind=kind,
        in_full=in_full,
        reason=reason,
        by_id=by.user_id,
        by_name=by.name,
        at=at,
    )


def rows_of(kind: ExportKind, *, actor: Actor, in_full: bool = False) -> Iterator[Sequence[str]]:
    """The rows of an export, read as they are written out. Owners' names, numbers and telephones are masked unless `in_full`."""
    makers: dict[ExportKind, Callable[[], Iterator[Sequence[str]]]] = {
        ExportKind.SUB_ACCOUNTS: lambda: _sub_accounts(actor),
        ExportKind.HOUSES: lambda: _houses(actor),
        ExportKind.OWNERS: lambda: _owners(actor, in_full=in_full),
    }
    return makers[kind]()


def _sub_accounts(actor: Actor) -> Iterator[Sequence[str]]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(
            "select coalesce(h.id, u.id), a.name, b.name, coalesce(h.unit, ''),"
            " coalesce(h.room, '售房单位分账'), s.balance_fen, s.held_fen, s.closed_on"
            f" from {STANDING} s join estate_area a on a.id = s.area_id"
            " left join estate_house h on h.id = s.account_id"
            " left join estate_sellingunitaccount u on u.id = s.account_id"
            " join estate_building b on b.id = coalesce(h.building_id, u.building_id)"
            " where a.jurisdiction_id = any (%s::bigint[])"
            ' order by a.name, a.id, b."order", h.unit, h.floor, h.room',
            [list(within(actor.jurisdiction_id))],
        )
        while rows := cursor.fetchmany(_CHUNK):
            for pk, area, building, unit, room, balance, held, closed_on in rows:
                money = (yuan(balance), yuan(held), yuan(balance - held))
                yield str(pk), area, building, unit, room, *(_bare(one) for one in money), str(closed_on or "")


def _bare(amount: str) -> str:
    """For programs: without the commas between thousands."""
    return amount.replace(",", "")


def _label(choices: type[models.TextChoices], value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _houses(actor: Actor) -> Iterator[Sequence[str]]:
    houses = House.objects.filter(area__in=visible_to(actor)).select_related("area__jurisdiction", "building")
    for one in houses.order_by("area__name", "area_id", "building__order", "pk").iterator(chunk_size=_CHUNK):
        due = one.first_deposit_due_fen
        yield (
            *_place(one),
            one.area.jurisdiction.name,
            one.area.number,
            str(one.floor),
            _label(HouseUse, one.use),
            _label(HouseNature, one.nature),
            _bare(square_metres(one.area_dm2)),
            one.address,
            _label(HouseState, one.state),
            "" if due is None else _bare(yuan(due)),
        )


def _place(house: House) -> tuple[str, ...]:
    return str(house.pk), house.area.name, house.building.name, house.unit, house.room


def _owners(actor: Actor, *, in_full: bool) -> Iterator[Sequence[str]]:
    owned = Ownership.objects.filter(house__area__in=visible_to(actor), until__isnull=True)
    owned = owned.select_related("owner", "house__area", "house__building")
    for one in owned.order_by("house__area__name", "house__area_id", "house_id", "pk").iterator(chunk_size=_CHUNK):
        owner = one.owner
        name, number, phone = owner.name, owner.id_number, owner.phone
        if not in_full:
            name = name if owner.is_organisation else mask_name(name)
            number, phone = mask_id_number(number), mask_phone(phone)
        yield (
            *_place(one.house),
            name,
            _label(IdKind, owner.id_kind),
            number,
            phone,
            str(one.share_ppm),
            _label(CoOwnership, one.manner),
            str(one.since),
        )


def dictionary() -> Iterator[Sequence[str]]:
    """数据字典: every column of every export, where it comes from, its type and its words, made from the models."""
    for kind, columns in COLUMNS.items():
        for column in columns:
            if column.model is None:
                yield kind.label, column.title, "", column.about, "金额（元）" if "元" in column.title else "日期", ""
                continue
            field: Any = column.model._meta.get_field(column.field)
            choices = "、".join(str(label) for _, label in field.choices or ())
            yield (
                kind.label,
                column.title,
                f"{column.model.__name__}.{column.field}",
                f"{column.model._meta.verbose_name}：{field.verbose_name}",
                _type_of(field),
                choices,
            )


_TYPES = {
    "CharField": "文字",
    "EncryptedTextField": "文字（脱敏）",
    "BigIntegerField": "整数",
    "IntegerField": "整数",
    "SmallIntegerField": "整数",
    "DateField": "日期",
}


def _type_of(field: Any) -> str:
    if field.name.endswith("_fen"):
        return "金额（元）"
    if field.name.endswith("_dm2"):
        return "面积（㎡）"
    most = f"，最多 {field.max_length} 字" if getattr(field, "max_length", None) else ""
    return _TYPES.get(type(field).__name__, "文字") + most


def exports_seen(actor: Actor) -> QuerySet[DataExport]:
    """What was taken out of the actor's jurisdiction, the latest first."""
    rows = DataExport.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).order_by("-at", "-pk")
    return rows if actor.has(*BOOKKEEPERS, Role.AUDIT_ADMIN) else rows.none()
