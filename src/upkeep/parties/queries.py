"""Reading parties. The only place where a user row becomes an `Actor`."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.models import Jurisdiction, Organisation, OrganisationKind, User
from upkeep.parties.roles import Portal, Role, portal_of


def actor_of(user: User | AnonymousUser) -> Actor:
    """The actor for a logged-in user, or the anonymous public. Two queries."""
    if not isinstance(user, User) or not user.is_active:
        return ANONYMOUS
    return Actor(
        user_id=user.pk,
        name=user.name,
        roles=frozenset(Role(held.role) for held in user.held_roles.all()),
        organisation_id=user.organisation_id,
        jurisdiction_id=user.jurisdiction_id,
        phone=user.phone,
    )


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """An account of the demo city, as the login page lists it."""

    username: str
    name: str
    organisation: str
    roles: tuple[Role, ...]

    @property
    def portal(self) -> Portal:
        return portal_of(frozenset(self.roles))


def demo_accounts() -> list[DemoAccount]:
    """The accounts of the demo that can log in, ordered as roles are. Only the demo makes names that begin so."""
    users = User.objects.filter(is_active=True, username__startswith="demo-").select_related("organisation")
    order = list(Role)
    accounts = [
        DemoAccount(
            username=user.username,
            name=user.name,
            organisation=user.organisation.name if user.organisation else "",
            roles=tuple(sorted((Role(held.role) for held in user.held_roles.all()), key=order.index)),
        )
        for user in users.prefetch_related("held_roles")
    ]
    return sorted((one for one in accounts if one.roles), key=lambda one: (order.index(one.roles[0]), one.username))


def get_city(slug: str) -> Jurisdiction | None:
    """The city behind `/c/<slug>/`, or None."""
    return Jurisdiction.objects.filter(slug=slug, parent__isnull=True).first()


def cities() -> QuerySet[Jurisdiction]:
    """All cities, districts left out."""
    return Jurisdiction.objects.filter(parent__isnull=True)


def city_of(*, jurisdiction_id: int) -> Jurisdiction | None:
    """The city a district belongs to (a city is its own); with 0, the only city there is, or None among several."""
    if not jurisdiction_id:
        found = list(cities()[:2])
        return found[0] if len(found) == 1 else None
    return Jurisdiction.objects.filter(pk=ancestry(jurisdiction_id)[-1]).first()


def ancestry(jurisdiction_id: int) -> list[int]:
    """The jurisdiction and its ancestors, nearest first."""
    parents = dict(Jurisdiction.objects.values_list("pk", "parent_id"))
    line: list[int] = []
    current: int | None = jurisdiction_id
    while current is not None and current in parents:
        line.append(current)
        current = parents[current]
    return line


def within(jurisdiction_id: int) -> QuerySet[Jurisdiction, int]:
    """The ids of the jurisdiction and everything under it, for `__in`: it becomes part of the query that uses it.

    The tree has three levels: province, city, district.
    """
    under = Q(pk=jurisdiction_id) | Q(parent_id=jurisdiction_id) | Q(parent__parent_id=jurisdiction_id)
    return Jurisdiction.objects.filter(under).order_by().values_list("pk", flat=True)


def districts_of(city_id: int) -> QuerySet[Jurisdiction]:
    """The districts of a city."""
    return Jurisdiction.objects.filter(parent_id=city_id)


def organisations(*, jurisdiction_id: int, kind: OrganisationKind) -> QuerySet[Organisation]:
    """The organisations of one kind in a city, by name."""
    return Organisation.objects.filter(jurisdiction_id=jurisdiction_id, kind=kind).order_by("name")


def is_registered(*, jurisdiction_id: int, kind: str, code: str, social_credit_code: str = "") -> bool:
    """Whether an organisation of the city goes by this code, or one of the kind by this social credit code."""
    same = Q(code=code)
    if social_credit_code:
        same |= Q(kind=kind, social_credit_code=social_credit_code)
    return Organisation.objects.filter(same, jurisdiction_id=jurisdiction_id).exists()


def is_username_taken(username: str) -> bool:
    """Whether an account goes by this login name already."""
    return User.objects.filter(username=username).exists()


class Unknown(Refusal):
    """The object asked for does not exist or is not to be seen."""


def get_organisation(organisation_id: int) -> Organisation:
    """Raises: Unknown."""
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise Unknown("没有这个单位")
    return found
