"""Selling units' accounts (售房单位分账): opened per unit and building, found by building, seen by whom they concern."""

import datetime as dt
from collections.abc import Collection, Mapping

from django.db.models import QuerySet

from upkeep.estate.models import Area, Building, House, SellingUnitAccount
from upkeep.estate.queries import visible_to as areas_visible_to
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role


def open_account(*, organisation_id: int, building_id: int, at: dt.datetime) -> SellingUnitAccount:
    """The unit's account in the building, opened now where there is none. Two at once get the same one."""
    account, _ = SellingUnitAccount.objects.get_or_create(
        organisation_id=organisation_id, building_id=building_id, defaults={"opened_at": at}
    )
    return account


def visible_to(actor: Actor) -> QuerySet[SellingUnitAccount]:
    """The accounts the actor may know of: a selling unit its own, everybody else those of the areas he sees."""
    accounts = SellingUnitAccount.objects.select_related("organisation", "building__area")
    if actor.has(Role.SELLING_UNIT):
        return accounts.filter(organisation_id=actor.organisation_id or 0)
    return accounts.filter(building__area__in=areas_visible_to(actor))


def accounts_of_buildings(building_ids: Collection[int]) -> list[SellingUnitAccount]:
    """The accounts of some buildings, by building and unit."""
    rows = SellingUnitAccount.objects.filter(building_id__in=building_ids).select_related("organisation", "building")
    return list(rows.order_by("building__order", "building__name", "organisation__name"))


def accounts_in(area_ids: Collection[int]) -> dict[int, SellingUnitAccount]:
    """The accounts of the buildings of some areas, by id. One query."""
    rows = SellingUnitAccount.objects.filter(building__area_id__in=area_ids).select_related("organisation", "building")
    return {account.pk: account for account in rows}


def accounts_among(ids: Collection[int]) -> dict[int, SellingUnitAccount]:
    """Which of the sub-accounts are selling units' and which account each is; the others are houses'. One query."""
    return SellingUnitAccount.objects.select_related("organisation", "building").in_bulk(list(ids))


def holders_in_words(ids: Collection[int]) -> Mapping[int, str]:
    """How the holders of sub-accounts are called in a sentence: 7栋1单元101, or 7栋 售房单位分账（…）. Two queries."""
    houses = House.everything.filter(pk__in=ids).select_related("building")
    named = {house.pk: f"{house.building.name}{house.label}" for house in houses}
    return named | {pk: account.words for pk, account in accounts_among(ids).items()}


def area_of(account: SellingUnitAccount) -> Area:
    """The area in whose books the account stands now: that of its building."""
    return Building.objects.select_related("area").get(pk=account.building_id).area
