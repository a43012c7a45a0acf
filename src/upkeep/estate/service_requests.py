"""Asking to serve areas (服务申请): what stands against it, what is asked while a case is decided, and what follows."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS
from upkeep.estate.models import Area, Service, ServiceRequest
from upkeep.estate.queries import areas_in_city
from upkeep.estate.serving import begin_service
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import Problem, Refusal
from upkeep.messaging.actions import notify
from upkeep.messaging.events import IN_SITE, event
from upkeep.parties.models import User
from upkeep.parties.queries import city_of

#: Where the data of a case keep whom it replaces, by area, as its applicant was shown it.
REPLACES = "replaces"

ASKED = event(
    "service.asked", "收到入驻申请", (IN_SITE,), "{organisation}申请入驻“{area}”，请在“入驻审批”中办理（{number}）。"
)
BEGUN = event(
    "service.begun", "服务关系已生效", (IN_SITE,), "{organisation}自{day}起服务“{area}”（业务单 {number}）。"
)
REFUSED = event("service.refused", "服务申请未通过", (IN_SITE,), "“{area}”的申请被退回或驳回，理由见业务单 {number}。")
ENDED = event("service.ended", "服务关系已终止", (IN_SITE,), "{organisation}自{day}起不再服务“{area}”：{reason}。")


class AskedAlready(Refusal):
    """The organisation has asked to serve the area and nobody has decided yet."""


@dataclass(frozen=True)
class Standing:
    """How an area stands to an organisation that might ask to serve it."""

    area: Area
    #: Who serves it now, of the organisation's kind.
    now: str
    #: Why it cannot ask; empty when it can.
    against: str


def areas_of_case(case: Case) -> list[Area]:
    """The areas that a case asks for, by name; only those of its own city."""
    wanted = [int(one) for one in case.data.get(AREAS, ()) if str(one).isdigit()]
    city = city_of(jurisdiction_id=case.jurisdiction_id)
    if city is None or not wanted:
        return []
    return list(areas_in_city(city_id=city.pk).filter(pk__in=wanted).select_related("developer"))


def standings(
    areas: Sequence[Area], *, organisation_id: int, kind: str, but_case_id: int | None = None
) -> list[Standing]:
    """Whether the organisation may ask for each of the areas, two queries for all of them."""
    ids = [area.pk for area in areas]
    open_ones = Service.objects.filter(area_id__in=ids, kind=kind, until__isnull=True).select_related("organisation")
    now = {one.area_id: one for one in open_ones}
    mine = ServiceRequest.objects.filter(area_id__in=ids, organisation_id=organisation_id).select_related("case")
    asked = {one.area_id: one.case.number for one in mine if one.case_id != but_case_id}
    return [
        Standing(
            area,
            now[area.pk].organisation.name if area.pk in now else "",
            _against(now.get(area.pk), asked.get(area.pk, ""), organisation_id),
        )
        for area in areas
    ]


def _against(service: Service | None, asked: str, organisation_id: int) -> str:
    if service is not None and service.organisation_id == organisation_id:
        return f"本单位自{in_letters(service.since)}起服务"
    return f"已申请，办理中（{asked}）" if asked else ""


def problems(case: Case) -> Iterator[Problem]:
    """What stands against the areas of a case."""
    organisation = case.applicant_organisation
    areas = areas_of_case(case)
    if organisation is None or not areas:
        yield Problem(AREAS, "没有选择小区，请撤销后从小区列表中选择")
        return
    for one in standings(areas, organisation_id=organisation.pk, kind=organisation.kind, but_case_id=case.pk):
        if one.against:
            yield Problem(AREAS, f"“{one.area.name}”：{one.against}，不能重复申请")


@transaction.atomic
def ask(case: Case) -> None:
    """Engage the areas of a case for its organisation; who serves them now is kept beside it. Raises: AskedAlready."""
    assert case.applicant_organisation is not None
    areas = areas_of_case(case)
    organisation = case.applicant_organisation
    kind = organisation.kind
    now = {
        one.area_id: one
        for one in Service.objects.filter(area__in=areas, kind=kind, until__isnull=True).select_related("organisation")
    }
    try:
        with transaction.atomic():
            ServiceRequest.objects.bulk_create(
                ServiceRequest(
                    case=case,
                    area=area,
                    organisation=organisation,
                    replaces=now.get(area.pk),
                )
                for area in sorted(areas, key=lambda one: one.pk)
            )
    except IntegrityError:
        raise AskedAlready("所选小区中有本单位已申请、正在办理的，请刷新后再看") from None
    case.data = case.data | {REPLACES: {str(pk): one.organisation.name for pk, one in now.items()}}


def give_up(case: Case) -> None:
    """Take back what a case asked for."""
    ServiceRequest.objects.filter(case=case).delete()


@transaction.atomic
def grant(case: Case, *, basis: str, by_id: int | None, at: dt.datetime) -> None:
    """Begin the service of every area that the case asked for, from today on; both companies are told.

    Raises: AreaIsServed when another one serves an area than the one that was to be replaced; then none begins.
    """
    asked = list(
        ServiceRequest.objects.filter(case=case).select_related("replaces__organisation", "area").order_by("area_id")
    )
    for one in asked:
        service = begin_service(
            area_id=one.area_id,
            organisation_id=one.organisation_id,
            since=day_of(at),
            basis=f"{basis} {case.number}",
            former_id=one.replaces_id,
            case_id=case.pk,
            by_id=by_id,
            at=at,
        )
        values = {"organisation": service.organisation.name, "number": case.number}
        _tell(BEGUN.code, case, service.organisation_id, one.area, values | {"day": in_letters(service.since)}, at)
        if one.replaces is not None:
            tell_ended(Service.objects.select_related("organisation", "area").get(pk=one.replaces.pk), at=at)
    give_up(case)


def tell_developer(case: Case, *, at: dt.datetime) -> None:
    """The developer of each area learns that somebody asks to move in."""
    assert case.applicant_organisation is not None
    for area in areas_of_case(case):
        if area.developer_id:
            values = {"organisation": case.applicant_organisation.name, "number": case.number}
            _tell(ASKED.code, case, area.developer_id, area, values, at)


def tell_refused(case: Case, *, at: dt.datetime) -> None:
    """The applicant learns that its application came back."""
    assert case.applicant_organisation_id is not None
    for area in areas_of_case(case)[:1]:
        _tell(REFUSED.code, case, case.applicant_organisation_id, area, {"number": case.number}, at)


def tell_ended(service: Service, *, at: dt.datetime) -> None:
    """An organisation learns that it serves an area no more."""
    assert service.until is not None
    notify(
        event=ENDED.code,
        jurisdiction_id=service.area.jurisdiction_id,
        values={
            "organisation": service.organisation.name,
            "area": service.area.name,
            "day": in_letters(service.until),
            "reason": service.end_reason,
        },
        at=at,
        key=f"service-{service.pk}-ended",
        user_ids=_users(service.organisation_id),
    )


def _tell(code: str, case: Case, organisation_id: int, area: Area, values: dict[str, str], at: dt.datetime) -> None:
    notify(
        event=code,
        jurisdiction_id=area.jurisdiction_id,
        values=values | {"area": area.name},
        at=at,
        key=f"{case.number}-{case.version}-{area.pk}-{code}",
        user_ids=_users(organisation_id),
        url=f"/cases/{case.number}/",
    )


def _users(organisation_id: int) -> Iterable[int]:
    return User.objects.filter(organisation_id=organisation_id, is_active=True).values_list("pk", flat=True)
