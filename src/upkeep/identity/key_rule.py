"""Who has to show a hardware key: what the city says (login_rule) about this user and the keys he has."""

import datetime as dt

from upkeep.identity.models import KeyCertificate
from upkeep.identity.security_keys import live_keys
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.parties.queries import actor_of
from upkeep.parties.roles import Portal, portal_of
from upkeep.policy.login_rule import login_rule


def key_rule_for(user: User, *, at: dt.datetime) -> str:
    """NONE, OPTIONAL or REQUIRED. Tellers are users of an organisation; owners and the public are never asked."""
    rule = login_rule(jurisdiction_id=user.jurisdiction_id, on=day_of(at))
    portal = portal_of(actor_of(user).roles)
    if portal is Portal.OFFICE:
        return rule.staff_key
    return rule.organisation_key if portal in (Portal.ORGANISATION, Portal.BANK) else "NONE"


def holds_key(*, user_id: int) -> bool:
    """Whether the user has a key at all. One that is suspended, expired or revoked by its CA counts: whoever holds a key
    that no longer works goes to the office, and not in by the password alone."""
    return live_keys(user_id=user_id).exists() or live_certificates(user_id=user_id)


def live_certificates(*, user_id: int) -> bool:
    """Whether the office has given the user a certificate and not taken it back."""
    return KeyCertificate.objects.filter(user_id=user_id, revoked_at__isnull=True).exists()


def key_is_needed(user: User, at: dt.datetime) -> bool:
    """Whether this user has to show a key after his password."""
    rule = key_rule_for(user, at=at)
    return rule == "REQUIRED" or (rule == "OPTIONAL" and holds_key(user_id=user.pk))


def check_may_remove(user: User, *, at: dt.datetime) -> None:
    """Raises: Refusal where the key to be removed is the last one and the city asks for one."""
    count = live_keys(user_id=user.pk).filter(suspended_at__isnull=True).count()
    if count <= 1 and key_rule_for(user, at=at) == "REQUIRED" and not live_certificates(user_id=user.pk):
        raise Refusal("本市要求使用密钥登录，请先登记另一把密钥，再删除这一把")
