"""Beginning and ending of service relations (服务关系). Nothing else writes them; the database refuses overlaps."""

import datetime as dt

from django.db import IntegrityError, transaction

from upkeep.estate.models import Area, Service
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import ancestry

SERVANTS = (OrganisationKind.PROPERTY_COMPANY, OrganisationKind.OWNERS_COMMITTEE)


class CannotServe(Refusal):
    """The organisation is none that serves areas, or of another city."""


class AreaIsServed(Refusal):
    """Another organisation serves the area than the one that was to be replaced."""


class ServiceHasEnded(Refusal):
    """The service was ended before."""


class WrongDay(Refusal):
    """The day lies in the future, or before the service of before began."""


@transaction.atomic
def begin_service(
    *,
    area_id: int,
    organisation_id: int,
    since: dt.date,
    basis: str,
    at: dt.datetime,
    former_id: int | None = None,
    case_id: int | None = None,
    by_id: int | None = None,
) -> Service:
    """Let a company or committee serve an area from a day on; the one in service until then ends the day before.

    `former_id` is the service that is to end by it, as whoever decides has seen it; None: there is none. Raises:
    CannotServe, AreaIsServed when another one is in force, WrongDay.
    """
    area = Area.objects.select_for_update(of=("self",)).get(pk=area_id)
    organisation = _servant(area, organisation_id)
    if since > day_of(at):
        raise WrongDay("服务关系的起始日不能晚于今天")
    former = Service.objects.filter(area_id=area_id, kind=organisation.kind, until__isnull=True).first()
    if former is not None and former.organisation_id == organisation_id:
        raise AreaIsServed(f"{organisation.name}已经服务“{area.name}”，不能重复登记")
    if (former.pk if former else None) != former_id:
        now = former.organisation.name if former else "无单位"
        raise AreaIsServed(f"“{area.name}”现由{now}服务，与提交时不同，请核对后重新申请")
    if former is not None:
        _end(former, until=since, reason=f"由{organisation.name}接替", at=at, by_id=by_id)
    try:
        with transaction.atomic():
            return Service.objects.create(
                area=area,
                organisation=organisation,
                kind=organisation.kind,
                since=since,
                basis=basis,
                case_id=case_id,
                begun_by_id=by_id,
                begun_at=at,
            )
    except IntegrityError as clash:
        if "area_is_served_by_one_of_a_kind_at_a_time" not in str(clash):
            raise
        raise AreaIsServed(f"“{area.name}”在{in_letters(since)}之后已有服务单位，请核对起始日") from None


def _servant(area: Area, organisation_id: int) -> Organisation:
    organisation = Organisation.objects.filter(pk=organisation_id, kind__in=SERVANTS).first()
    if organisation is None or organisation.jurisdiction_id not in ancestry(area.jurisdiction_id):
        raise CannotServe("请选择本市已注册的物业服务企业或业主委员会")
    return organisation


@transaction.atomic
def end_service(*, service_id: int, until: dt.date, reason: str, at: dt.datetime, by_id: int | None = None) -> Service:
    """End a service: from `until` on the organisation serves the area no more. What it began stays its own.

    Raises: ServiceHasEnded, WrongDay, HasProblems without a reason.
    """
    service = Service.objects.select_for_update(of=("self",)).select_related("area", "organisation").get(pk=service_id)
    reason = reason.strip()
    if not reason:
        raise HasProblems([Problem("reason", "请写明终止服务的原因")])
    if len(reason) > 200:
        raise HasProblems([Problem("reason", "终止服务的原因不超过 200 字")])
    if service.until is not None:
        raise ServiceHasEnded(f"{service.organisation.name}已于{in_letters(service.until)}终止服务，不必再次办理")
    if until > day_of(at):
        raise WrongDay("服务关系的终止日不能晚于今天")
    _end(service, until=until, reason=reason, at=at, by_id=by_id)
    return service


def _end(service: Service, *, until: dt.date, reason: str, at: dt.datetime, by_id: int | None) -> None:
    if until < service.since:
        raise WrongDay(f"原服务关系自{in_letters(service.since)}开始，终止日不能早于该日")
    service.until, service.end_reason = until, reason[:200]
    service.ended_at, service.ended_by_id = at, by_id
    service.save(update_fields=["until", "end_reason", "ended_at", "ended_by"])
