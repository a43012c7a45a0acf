"""物业区域变更: what is registered of an area is changed at once, field by field, with its history."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from upkeep.estate.actions import AreaExists, initials_of
from upkeep.estate.models import Area, AreaChange, AreaField
from upkeep.kernel.areas import square_metres
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor


class Overtaken(Refusal):
    """Somebody else changed the same field since the form was opened; the sentence names it."""


def values_of(area: Area) -> dict[str, Any]:
    """What is registered, by field; areas in 0.01 m², days as JSON holds them, "" for none."""
    held = {field.value: getattr(area, field.value) for field in AreaField}
    return held | {AreaField.ESTABLISHED.value: _day(held[AreaField.ESTABLISHED.value])}


def _day(value: dt.date | None) -> str:
    return value.isoformat() if value else ""


def in_words(field: str, value: Any) -> str:
    """A value as it is shown."""
    if field in (AreaField.FLOOR_AREA, AreaField.LAND_AREA):
        return f"{square_metres(value)} ㎡" if value else ""
    return str(value)


@transaction.atomic
def change_area(
    area_id: int,
    *,
    values: Mapping[str, Any],
    seen: Mapping[str, Any],
    case_id: int,
    by: Actor,
    at: dt.datetime,
) -> list[AreaChange]:
    """Change the fields that differ from what is registered. `seen` is what the form showed when it was opened.

    The pinyin initials follow the name. Raises: Overtaken, AreaExists when the district has an area of that name.
    """
    area = Area.objects.select_for_update(of=("self",)).get(pk=area_id)
    before = values_of(area)
    wanted = {field: value for field, value in values.items() if value != before[field]}
    for field in wanted:
        if before[field] != seen.get(field, before[field]):
            raise Overtaken(
                f"{AreaField(field).label}刚刚由他人变更为“{in_words(field, before[field])}”，请核对后重新办理"
            )
        setattr(area, field, (wanted[field] or None) if field == AreaField.ESTABLISHED else wanted[field])
    area.initials = initials_of(area.name)
    try:
        with transaction.atomic():
            area.save(update_fields=[*wanted, "initials"])
    except IntegrityError as clash:
        if "area_name_is_unique_in_its_district" not in str(clash):
            raise
        raise AreaExists(f"本区县已有名为“{area.name}”的物业区域，请换一个名称") from None
    return AreaChange.objects.bulk_create(
        AreaChange(
            area=area,
            field=field,
            before=in_words(field, before[field]),
            after=in_words(field, value),
            case_id=case_id,
            by_id=by.user_id or None,
            at=at,
        )
        for field, value in wanted.items()
    )


def changes_of(area_id: int) -> list[AreaChange]:
    """变更记录 of an area, the latest first."""
    return list(AreaChange.objects.filter(area_id=area_id).select_related("case", "by").order_by("-at", "-pk"))
