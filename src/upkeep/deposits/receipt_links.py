"""The link by which a payer fetches his receipts without a login: signed, ending on a day, never naming anybody.

The address holds which payment it is about and its last day, and a keyed signature over both. What opens it is the end of the
telephone number on the slip, asked for by the page behind the address.
"""

import datetime as dt
import hmac

from django.conf import settings

from upkeep.banking.models import PaySlip, SlipState
from upkeep.kernel.dates import day_of
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.queries import city_of
from upkeep.policy.receipt_rule import receipt_rule

_LENGTH = 20
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def link_to(slip: PaySlip, *, at: dt.datetime) -> tuple[str, dt.date]:
    """The whole address to the receipts of the slip's present payment, and its last day by the city's rule."""
    on = day_of(at)
    rule = receipt_rule(jurisdiction_id=slip.jurisdiction_id, on=on)
    until = on + dt.timedelta(days=rule.link_days)
    city = city_of(jurisdiction_id=slip.jurisdiction_id)
    assert city is not None
    return f"{settings.PUBLIC_URL}/c/{city.slug}/receipts/{token_of(slip, until=until)}/", until


def token_of(slip: PaySlip, *, until: dt.date) -> str:
    """What the address ends with."""
    body = f"{_short(slip.pk)}-{slip.payment_no}-{until:%y%m%d}"
    return f"{body}-{_signature(body)}"


def slip_behind(token: str, *, on: dt.date) -> PaySlip | None:
    """The paid slip that a link leads to; None for a link that is not ours, has run out, or whose payment was taken back."""
    body, _, signature = token.rpartition("-")
    if not hmac.compare_digest(_signature(body).encode(), signature.encode()):
        return None
    pk, payment_no, until = body.split("-")
    if f"{on:%y%m%d}" > until:
        return None
    paid = PaySlip.objects.filter(state=SlipState.PAID, payment_no=int(payment_no), pk=int(pk, 36))
    return paid.select_related("area", "custody__bank", "bank_serial", "case").first()


def is_payers_tail(slip: PaySlip, tail: str) -> bool:
    """Whether these four digits end the telephone number on the slip."""
    return len(tail) == 4 and hmac.compare_digest(slip.payer_phone[-4:].encode(), tail.encode())


def _signature(body: str) -> str:
    return lookup_hash(f"receipt-link:{body}")[:_LENGTH]


def _short(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"
