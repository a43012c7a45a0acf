"""Changing parties: registering organisations, opening accounts. Nothing else writes these tables."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.models import Jurisdiction, Level, Office, Organisation, OrganisationKind, User, UserRole
from upkeep.parties.queries import city_id_of
from upkeep.parties.roles import Portal, Role, realm_of

ROLE_OF_KIND = {
    OrganisationKind.DEVELOPER: Role.DEVELOPER,
    OrganisationKind.PROPERTY_COMPANY: Role.PROPERTY_COMPANY,
    OrganisationKind.OWNERS_COMMITTEE: Role.OWNERS_COMMITTEE,
    OrganisationKind.SELLING_UNIT: Role.SELLING_UNIT,
    OrganisationKind.BANK: Role.TELLER,
}


class NameTaken(Refusal):
    """Another account or organisation already goes by this name."""


class NotUnverified(Refusal):
    """Only an unverified user (未认证用户) can become an organisation's first user by registering it."""


#: Django's own translation does not keep up with its sentences; what is not listed here is said as it says it.
_WEAKNESSES = {
    "password_too_short": "密码太短，至少 {min_length} 位",
    "password_too_common": "密码太常见，请换一个",
    "password_entirely_numeric": "密码不能全是数字",
    "password_too_similar": "密码与登录名太相似，请换一个",
}


def _in_words(weakness: ValidationError) -> str:
    known = _WEAKNESSES.get(str(weakness.code))
    return known.format(**(weakness.params or {})) if known else str(weakness.messages[0])


def check_password(password: str, *, username: str) -> str:
    """The password if it is strong enough. Raises: HasProblems with every rule it breaks."""
    try:
        validate_password(password, User(username=username))
    except ValidationError as weak:
        raise HasProblems([Problem("password", _in_words(one)) for one in weak.error_list]) from None
    return password


def add_jurisdiction(
    *,
    code: str,
    slug: str,
    name: str,
    office_name: str,
    parent: Jurisdiction | None = None,
    phone: str = "",
    address: str = "",
    level: Level | None = None,
) -> Jurisdiction:
    """Set up a city, a district of it, or with `level` a province. Administrators use `places.found_jurisdiction`."""
    below = Level.CITY if parent is None or parent.level == Level.PROVINCE else Level.DISTRICT
    return Jurisdiction.objects.create(
        level=level or below,
        code=code,
        slug=slug,
        name=name,
        office_name=office_name,
        parent=parent,
        office_phone=phone,
        office_address=address,
    )


def register_organisation(
    *,
    jurisdiction_id: int,
    kind: OrganisationKind,
    name: str,
    code: str,
    contact_name: str,
    contact_phone: str,
    at: dt.datetime,
    social_credit_code: str = "",
    legal_representative: str = "",
    address: str = "",
) -> Organisation:
    """Enter an organisation. Raises: NameTaken when its code is registered already."""
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                jurisdiction_id=jurisdiction_id,
                kind=kind,
                name=name,
                code=code,
                social_credit_code=social_credit_code,
                legal_representative=legal_representative,
                address=address,
                contact_name=contact_name,
                contact_phone=contact_phone,
                created_at=at,
            )
    except IntegrityError:
        raise NameTaken("该机构代码或统一社会信用代码已经登记") from None


def open_account(
    *,
    username: str,
    name: str,
    roles: Iterable[Role],
    jurisdiction_id: int,
    at: dt.datetime,
    password: str = "",
    password_hash: str = "",
    phone: str = "",
    organisation_id: int | None = None,
    office_id: int | None = None,
    must_change_password: bool = False,
    realm: Portal | None = None,
) -> User:
    """Open a user account. Pass `password_hash` where the password was checked and hashed before (registration), and
    `must_change_password` where somebody else than the user has chosen it. An account without roles yet says its `realm`.

    Raises: NameTaken when the login name is in use in the same city and realm.
    """
    roles = frozenset(roles)
    user = User(
        city_id=city_id_of(jurisdiction_id),
        realm=realm or realm_of(roles),
        username=username,
        name=name,
        phone=phone,
        jurisdiction_id=jurisdiction_id,
        organisation_id=organisation_id,
        office_id=office_id,
        created_at=at,
        must_change_password=must_change_password,
    )
    if password_hash:
        user.password = password_hash
    else:
        user.set_password(password or None)
        user.password_set_at = at if password else None
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise NameTaken("该登录名已被使用，请换一个") from None
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in sorted(roles)])
    return user


@transaction.atomic
def join_organisation(*, user_id: int, organisation: Organisation) -> User:
    """An unverified user becomes the first user of the organisation he registered: same account, same password.

    Raises: NotUnverified when he is one no longer.
    """
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    held = user.held_roles.filter(role=Role.UNVERIFIED)
    if user.organisation_id is not None or not held.exists():
        raise NotUnverified("申请人已不是未认证用户，不能再登记为单位用户")
    held.delete()
    user.organisation = organisation
    user.save(update_fields=["organisation"])
    roles = (ROLE_OF_KIND[OrganisationKind(organisation.kind)], Role.ORG_ADMIN)
    UserRole.objects.bulk_create([UserRole(user=user, role=role) for role in roles])
    return user


def set_password(*, user: User, password: str, at: dt.datetime, must_change: bool = False) -> None:
    """Give the user a new password, which ends his sessions. What a city asks of it is checked by `identity.passwords`."""
    user.set_password(password)
    user.password_set_at, user.must_change_password = at, must_change
    user.save(update_fields=["password", "password_set_at", "must_change_password"])


def note_first_use_of_password(*, user: User, at: dt.datetime) -> None:
    """From here on the age of a password counts that was chosen before its account was opened."""
    if user.password_set_at is None:
        user.password_set_at = at
        user.save(update_fields=["password_set_at"])


def rename_account(*, user: User, username: str) -> None:
    """Raises: NameTaken when the login name is in use in the same city and realm."""
    before, user.username = user.username, username
    try:
        with transaction.atomic():
            user.save(update_fields=["username"])
    except IntegrityError:
        user.username = before
        raise NameTaken("该登录名已被使用，请换一个") from None


def name_account(*, user: User, name: str) -> None:
    """Write down what the person is called."""
    user.name = name
    user.save(update_fields=["name"])


def move_to_office(*, user: User, office: Office) -> None:
    """The user's office, jurisdiction and city of login, with what else was changed of him; his name must be free there.

    Raises: NameTaken.
    """
    user.office, user.jurisdiction, user.city_id = office, office.jurisdiction, city_id_of(office.jurisdiction_id)
    try:
        with transaction.atomic():
            user.save(update_fields=["name", "phone", "office", "jurisdiction", "city"])
    except IntegrityError:
        raise NameTaken("该登录名已被使用，请换一个") from None


def raise_session_version(*, user_id: int) -> None:
    """Every session of the user is void from now on."""
    User.objects.filter(pk=user_id).update(session_version=F("session_version") + 1)
