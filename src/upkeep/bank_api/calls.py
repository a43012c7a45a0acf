"""One call of a bank's system: is it the bank, was it said before, what is answered.

A message counts once: its signature covers all of it, its time is near, its nonce is new. What is to be done counts once
as well: the idempotency key (幂等键) is answered for ever as it was answered first, refusals included, so that a message that
arrives late does nothing which the bank has given up meanwhile.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from upkeep.bank_api import faults, fields, signing
from upkeep.bank_api.faults import CallRefused, Fault
from upkeep.bank_api.fields import Field
from upkeep.bank_api.keys import works
from upkeep.bank_api.models import BankKey, BankMessage, BankNonce, SignatureKind
from upkeep.banking.machine import machine_of, tidy_operator
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.kernel.ids import new_id
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation

#: How far the clocks of bank and platform may be apart.
WINDOW = dt.timedelta(seconds=300)
#: The largest message but for a statement's.
MOST_BYTES = 64 * 1024
_TIME, _NONCE = re.compile(r"[1-9]\d{8,10}", re.ASCII), re.compile(r"[A-Za-z0-9_-]{16,64}")
_SIGNATURE, _IDEMPOTENCY = re.compile(r"[0-9A-Fa-f]{64,160}"), re.compile(r"[A-Za-z0-9_.:-]{8,64}")
_NOBODY = "0" * 64


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """What came over the wire. `query` is raw."""

    method: str
    path: str
    query: str
    key: str
    time: str
    nonce: str
    signature: str
    idempotency_key: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call that is the bank's, read and in order, ready to be carried out."""

    bank: Organisation
    args: Mapping[str, str]
    body: Mapping[str, Any]
    query: Mapping[str, Any]
    at: dt.datetime
    content_hash: str = ""

    def machine(self, *, named: str = "operator") -> Actor:
        """The bank's system acting for the person whose 柜员号 the message gives. Raises: HasProblems."""
        return machine_of(self.bank, operator=tidy_operator(str(self.body[named]), field=named))

    @property
    def reader(self) -> Actor:
        """The bank's system that only looks."""
        return machine_of(self.bank, operator="0")


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that a bank may ask for: declared here, served by `web.bank_api`, described by `openapi`."""

    name: str
    method: str
    path: str
    title: str
    description: str
    act: Callable[[Call], dict[str, Any]]
    answer: Sequence[Field]
    args: Sequence[Field] = ()
    query: Sequence[Field] = ()
    body: Sequence[Field] = ()
    faults: Sequence[Fault] = ()
    most_bytes: int = MOST_BYTES

    @property
    def changes(self) -> bool:
        return self.method == "POST"


@dataclass(frozen=True)
class Answer:
    """What goes back. `text` is the JSON as it is signed and sent."""

    status: int
    text: bytes
    signature: str = ""
    is_repeated: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


def respond(operation: Operation, incoming: Incoming, *, args: Mapping[str, str], at: dt.datetime) -> Answer:
    """Answer a call, whatever is wrong with it. Runs in the caller's transaction where it changes something."""
    try:
        key = authenticate(incoming, at=at)
    except CallRefused as refused:
        if refused.fault.status == 401:
            _count(incoming.key, refused.fault, at=at)
        return Answer(refused.fault.status, _json(faults.shown(refused)))
    try:
        if "\0" in incoming.path:  # it is in no number and no text, and PostgreSQL keeps none
            raise CallRefused(faults.NOT_FOUND)
        if operation.changes:
            status, text, is_repeated = _change(operation, incoming, key, args=args, at=at)
        else:
            query = read_query(incoming.query, operation.query)
            call = Call(bank=key.bank, args=args, body={}, query=query, at=at)
            status, text, is_repeated = 200, _json(_acted(operation, call)), False
    except CallRefused as refused:
        status, text, is_repeated = refused.fault.status, _json(faults.shown(refused)), False
    return signed_answer(status, text, key=key, nonce=incoming.nonce, is_repeated=is_repeated)


def refusal(fault: Fault) -> Answer:
    """The answer to what is no call at all."""
    return Answer(fault.status, _json(faults.shown(CallRefused(fault))))


def signed_answer(status: int, text: bytes, *, key: BankKey, nonce: str, is_repeated: bool = False) -> Answer:
    """With the signature by which the bank knows that the answer is ours; a key of SM2 has no secret of ours."""
    content = signing.answer_text(key=key.code, nonce=nonce, status=status, body=text)
    signature = signing.hmac_sm3(key.secret, content) if key.kind == SignatureKind.HMAC_SM3 else ""
    return Answer(status, text, signature, is_repeated)


def authenticate(incoming: Incoming, *, at: dt.datetime) -> BankKey:
    """The key whose bank says this, now and for the first time. Its nonce is used up from here on.

    Raises: CallRefused. Who signs wrongly learns nothing of the key but that.
    """
    _check_headers(incoming)
    key = BankKey.objects.select_related("bank").filter(code=incoming.key).first()
    if not _is_signed(key, incoming) or key is None:
        raise CallRefused(faults.BAD_SIGNATURE)
    if not works(key, at=at):
        raise CallRefused(faults.KEY_NOT_IN_USE)
    sent = dt.datetime.fromtimestamp(int(incoming.time), tz=dt.UTC)
    if abs(at - sent) > WINDOW:
        raise CallRefused(faults.TOO_OLD)
    if not _is_new(key, incoming.nonce, good_until=sent + WINDOW):
        raise CallRefused(faults.NONCE_USED)
    return key


def _check_headers(incoming: Incoming) -> None:
    wanted = (
        ("X-Upkeep-Time", _TIME, incoming.time, "应为秒数（Unix 时间）"),
        ("X-Upkeep-Nonce", _NONCE, incoming.nonce, "应为 16 至 64 位字母、数字、下划线或连字符"),
        ("X-Upkeep-Signature", _SIGNATURE, incoming.signature, "应为十六进制的签名"),
    )
    for name, pattern, value, words in wanted:
        if not pattern.fullmatch(value):
            raise CallRefused(faults.UNSIGNED, f"请求头 {name} {'不合规定' if value else '缺少'}，{words}")
    if not incoming.key.isascii() or not 1 <= len(incoming.key) <= 20 or not incoming.key.isalnum():
        raise CallRefused(faults.UNSIGNED, "请求头 X-Upkeep-Key 缺少或不合规定，应为密钥编号")
    if incoming.method == "POST" and not _IDEMPOTENCY.fullmatch(incoming.idempotency_key):
        raise CallRefused(
            faults.UNSIGNED, "请求头 Idempotency-Key 缺少或不合规定，应为 8 至 64 位字母、数字或 _ . : - 符号"
        )


def _is_signed(key: BankKey | None, incoming: Incoming) -> bool:
    text = signing.request_text(
        method=incoming.method,
        path=incoming.path,
        query=incoming.query,
        key=incoming.key,
        time=incoming.time,
        nonce=incoming.nonce,
        idempotency_key=incoming.idempotency_key,
        body=incoming.body,
    )
    if key is not None and key.kind == SignatureKind.SM2:
        return signing.holds_sm2(key.public_key, text, incoming.signature)
    return signing.holds_hmac(key.secret if key else _NOBODY, text, incoming.signature) and key is not None


def _is_new(key: BankKey, nonce: str, *, good_until: dt.datetime) -> bool:
    """Keep the nonce; of two copies that arrive at once the second waits here and loses."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bank_api_banknonce (id, key_id, nonce, good_until) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (key_id, nonce) DO NOTHING",
            [new_id(), key.pk, nonce, good_until],
        )
        return bool(cursor.rowcount == 1)


def _count(code: str, fault: Fault, *, at: dt.datetime) -> None:
    """Count what was refused, for those who keep the keys; only for keys that there are."""
    key_id = BankKey.objects.filter(code=code[:20].replace("\0", "")).values_list("pk", flat=True).first()
    if key_id is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bank_api_refusedcalls (id, key_id, day, fault, count, last_at) VALUES (%s, %s, %s, %s, 1, %s)"
            " ON CONFLICT (key_id, day, fault) DO UPDATE SET count = bank_api_refusedcalls.count + 1, last_at = excluded.last_at",
            [new_id(), key_id, day_of(at), fault.code, at],
        )


def _change(
    operation: Operation, incoming: Incoming, key: BankKey, *, args: Mapping[str, str], at: dt.datetime
) -> tuple[int, bytes, bool]:
    """Do it once: status, what is said, and whether it was said before. Raises: CallRefused where it was not read."""
    if incoming.query:
        raise CallRefused(faults.INVALID, "该地址不接受查询参数")
    body, canonical = fields.read_body(incoming.body, operation.body)
    content_hash = signing.digest("\n".join((operation.name, incoming.path, canonical)).encode())
    earlier = _earlier(key.bank, incoming.idempotency_key)
    if earlier is not None:
        if earlier.content_hash != content_hash:
            raise CallRefused(faults.KEY_REUSED)
        return earlier.status, earlier.answer.encode(), True
    call = Call(bank=key.bank, args=args, body=body, query={}, at=at, content_hash=content_hash)
    fault = ""
    try:
        with transaction.atomic():
            status, text = 200, _json(_acted(operation, call))
    except CallRefused as refused:
        status, text, fault = refused.fault.status, _json(faults.shown(refused)), refused.fault.code
    BankMessage.objects.create(
        bank=key.bank,
        key=key,
        idempotency_key=incoming.idempotency_key,
        operation=operation.name,
        subject=next(iter(args.values()), "")[:40],
        serial=str(body.get("serial", ""))[:40],
        content_hash=content_hash,
        status=status,
        fault=fault,
        answer=text.decode(),
        at=at,
    )
    return status, text, False


def _earlier(bank: Organisation, idempotency_key: str) -> BankMessage | None:
    """What the key was answered; of two that arrive at once the second waits here for the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"{bank.pk}:{idempotency_key}"])
    return BankMessage.objects.filter(bank=bank, idempotency_key=idempotency_key).first()


def _acted(operation: Operation, call: Call) -> dict[str, Any]:
    try:
        return operation.act(call)
    except Refusal as refusal:
        raise faults.refused_by_business(refusal) from refusal


def read_query(raw: str, wanted: Sequence[Field]) -> dict[str, Any]:
    """The parameters of a GET. Raises: CallRefused."""
    pairs = [part.partition("=") for part in raw.split("&") if part]
    found = {name: value for name, _, value in pairs}
    if len(found) != len(pairs):
        raise CallRefused(faults.INVALID, "查询参数重复")
    values, problems = fields.read_object(found, wanted)
    if problems:
        raise CallRefused(faults.INVALID, faults.INVALID.text, tuple(problems[:10]))
    return values


def answered_before(call: Call, *, operation: str, serial: str) -> dict[str, Any] | None:
    """What was answered when the bank said the very same under another idempotency key; None: it never did."""
    found = BankMessage.objects.filter(
        bank=call.bank, operation=operation, serial=serial, content_hash=call.content_hash, status=200
    )
    earlier = found.order_by("at").first()
    return dict(json.loads(earlier.answer)) if earlier else None


@transaction.atomic
def forget_nonces(*, at: dt.datetime) -> int:
    """Drop the nonces of messages that would be refused for their age; answers with their number. Run at night."""
    count, _ = BankNonce.objects.filter(good_until__lt=at - WINDOW).delete()
    return count


def _json(shown: Mapping[str, Any]) -> bytes:
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":")).encode()
