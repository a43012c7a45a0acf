"""Reading parties. The only place where a user row becomes an `Actor`."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.models import Jurisdiction, Level, Organisation, OrganisationKind, User
from upkeep.parties.roles import Portal, Role, portal_of


def actor_of(user: User | AnonymousUser) -> Actor:
    """The actor for a logged-in user, or the anonymous public. Two queries.

    Whoever was deactivated, or whose organisation was suspended, is nobody from the next request on.
    """
    if not isinstance(user, User) or why_not_in(user):
        return ANONYMOUS
    return Actor(
        user_id=user.pk,
        name=user.name,
        roles=frozenset(Role(held.role) for held in user.held_roles.all()),
        organisation_id=user.organisation_id,
        jurisdiction_id=user.jurisdiction_id,
        phone=user.phone,
    )


def why_not_in(user: User) -> str:
    """Why the user may not log in now, said to himself once he has proved who he is; empty when he may."""
    if not user.is_active:
        return "该账号已停用，请联系单位管理员或维修资金管理部门"
    if user.organisation is not None and user.organisation.suspended_at is not None:
        return f"{user.organisation.name}已被维修资金管理部门停用，暂不能登录，请与管理部门联系"
    return ""


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """An account of the demo city, as the login page lists it."""

    username: str
    name: str
    organisation: str
    roles: tuple[Role, ...]
    city: Jurisdiction
    realm: str
    kind: str

    @property
    def portal(self) -> Portal:
        return portal_of(frozenset(self.roles))


def demo_accounts() -> list[DemoAccount]:
    """The accounts of the demo that can log in, ordered as roles are. Only the demo makes names that begin so."""
    users = User.objects.filter(is_active=True, username__startswith="demo-").select_related("organisation", "city")
    order = list(Role)

    def by_business(role: Role) -> tuple[bool, int]:
        """What somebody does comes before his keeping of his organisation's users."""
        return role is Role.ORG_ADMIN, order.index(role)

    accounts = [
        DemoAccount(
            username=user.username,
            name=user.name,
            organisation=user.organisation.name if user.organisation else "",
            city=user.city,
            realm=user.realm,
            kind=user.organisation.kind if user.organisation else "",
            roles=tuple(sorted((Role(held.role) for held in user.held_roles.all()), key=by_business)),
        )
        for user in users.prefetch_related("held_roles")
    ]
    return sorted(
        (one for one in accounts if one.roles),
        key=lambda one: (one.city.pk, order.index(one.roles[0]), one.username),
    )


def get_city(slug: str) -> Jurisdiction | None:
    """The city behind `/c/<slug>/`, or None."""
    return cities().filter(slug=slug).first()


def get_place(slug: str) -> Jurisdiction | None:
    """The city, or the province whose staff log in at its own page, or None."""
    above = Jurisdiction.objects.filter(level__in=(Level.CITY, Level.PROVINCE), retired_at__isnull=True)
    return above.filter(slug=slug).first()


def account_named(username: str, *, city_id: int, realm: str) -> User | None:
    """The account of that login name in the city and realm, large and small letters alike."""
    named = User.objects.alias(lowered=Lower("username")).filter(lowered=username.strip().lower())
    return named.filter(city_id=city_id, realm=realm).first()


def cities() -> QuerySet[Jurisdiction]:
    """All cities that are in use, whether or not a province stands above them."""
    return Jurisdiction.objects.filter(level=Level.CITY, retired_at__isnull=True)


def city_of(*, jurisdiction_id: int) -> Jurisdiction | None:
    """The city a district belongs to (a city is its own); with 0, the only city there is, or None among several.

    A province belongs to no city: its staff are shown as of no city rather than of some city.
    """
    if not jurisdiction_id:
        found = list(cities()[:2])
        return found[0] if len(found) == 1 else None
    return Jurisdiction.objects.filter(pk__in=ancestry(jurisdiction_id), level=Level.CITY).first()


def city_id_of(jurisdiction_id: int) -> int:
    """The id of the city a jurisdiction belongs to, or its own where there is none above or beside (a province)."""
    place = Jurisdiction.objects.filter(pk=jurisdiction_id, level=Level.DISTRICT).values_list("parent_id", flat=True)
    return place.first() or jurisdiction_id


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
    """The districts of a city that are in use; of a province, its cities."""
    return Jurisdiction.objects.filter(parent_id=city_id, retired_at__isnull=True)


def users_of(*, organisation_id: int) -> set[int]:
    """The ids of the organisation's users who can log in: whom to tell of something."""
    return set(User.objects.filter(organisation_id=organisation_id, is_active=True).values_list("pk", flat=True))


def members_holding(*roles: Role, organisation_id: int) -> set[int]:
    """The ids of the organisation's users with one of the roles who can log in."""
    users = User.objects.filter(organisation_id=organisation_id, is_active=True)
    return set(users.filter(held_roles__role__in=roles).values_list("pk", flat=True))


def staff_holding(*roles: Role, jurisdiction_id: int) -> set[int]:
    """The ids of the office's users with one of the roles whose jurisdiction takes in this one."""
    staff = User.objects.filter(organisation=None, is_active=True, jurisdiction_id__in=ancestry(jurisdiction_id))
    return set(staff.filter(held_roles__role__in=roles).values_list("pk", flat=True))


def organisations(*, jurisdiction_id: int, kind: OrganisationKind) -> QuerySet[Organisation]:
    """The organisations of one kind in a city, by name."""
    return Organisation.objects.filter(jurisdiction_id=jurisdiction_id, kind=kind).order_by("name")


def is_registered(*, jurisdiction_id: int, kind: str, code: str, social_credit_code: str = "") -> bool:
    """Whether an organisation of the city goes by this code, or one of the kind by this social credit code."""
    same = Q(code=code)
    if social_credit_code:
        same |= Q(kind=kind, social_credit_code=social_credit_code)
    return Organisation.objects.filter(same, jurisdiction_id=jurisdiction_id).exists()


class Unknown(Refusal):
    """The object asked for does not exist or is not to be seen."""


def get_organisation(organisation_id: int) -> Organisation:
    """Raises: Unknown."""
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None:
        raise Unknown("没有这个单位")
    return found
