"""Rows of the reviewed table: what banks' systems ask for by signature, and the pages of their keys."""

from django.utils import timezone

from tests.web.authorization_people import ADMINISTRATORS, EVERYBODY, NOBODY, Row, get, post
from upkeep.bank_api.keys import banks_under, make_key
from upkeep.bank_api.models import SignatureKind
from upkeep.parties.actor import Actor

_KEEPERS = {"system-admin", "security-admin"}
_API = "/api/bank/v1/"
_FOR_POSTING = {
    "confirm_slip": "slips/JK202611200000015/confirmation",
    "reverse_slip": "slips/JK202611200000015/reversal",
    "confirm_order": "orders/FK202611200000018/payment",
    "fail_order": "orders/FK202611200000018/failure",
    "reverse_order": "orders/FK202611200000018/reversal",
    "credit_interest": "accounts/62170001/interest",
    "upload_statement": "accounts/62170001/statements/2026-11-20",
}
_FOR_READING = {
    "query_slip": "slips/JK202611200000015",
    "fetch_orders": "orders",
    "query_order": "orders/FK202611200000018",
    "ping": "ping",
}

#: Nobody's session opens the interface: it is answered by signature alone (tests/bank_api).
BANK_API: dict[str, Row] = {
    **{
        f"bank_api:{name}": Row(_API + path, NOBODY, post=True, by_signature=True)
        for name, path in _FOR_POSTING.items()
    },
    **{f"bank_api:{name}": Row(_API + path, NOBODY, by_signature=True) for name, path in _FOR_READING.items()},
    "bank_api:description": get(f"{_API}openapi.json", EVERYBODY),
    "bank_api:nothing": get(f"{_API}nothing/here", NOBODY, EVERYBODY),
    # {bank_key} waits to be put into use
    "bank_keys:list": get("/bank-keys/", ADMINISTRATORS),
    "bank_keys:make": get("/bank-keys/new/", _KEEPERS),
    "bank_keys:show": get("/bank-keys/{bank_key}/", ADMINISTRATORS),
    "bank_keys:replace": get("/bank-keys/{bank_key}/replace/", _KEEPERS),
    "bank_keys:enable": post("/bank-keys/{bank_key}/enable/", _KEEPERS),
    "bank_keys:block": post("/bank-keys/{bank_key}/block/", _KEEPERS),
}


def made_key(by: Actor) -> dict[str, str]:
    """A key of a bank that waits for its second person."""
    bank = banks_under(by)[0]
    made = make_key(bank_id=bank.pk, name="核心系统", kind=SignatureKind.HMAC_SM3, by=by, at=timezone.now())
    return {"bank_key": str(made.key.pk)}
