"""Banks' systems that are connected: keys in use, replaced and waiting, and a morning's messages as they came over the line."""

import datetime as dt
import json

from upkeep.bank_api import signing
from upkeep.bank_api.calls import Answer, Incoming, respond
from upkeep.bank_api.keys import MadeKey, block_key, enable_key, make_key
from upkeep.bank_api.models import BankKey, SignatureKind
from upkeep.bank_api.openapi import ROOT
from upkeep.bank_api.operations import BY_NAME
from upkeep.banking.actions import default_custody
from upkeep.books.chart import FundKind
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, ask_deposits, moment
from upkeep.estate.kinds import HouseNature
from upkeep.estate.models import House
from upkeep.parties.models import Organisation


def connect_banks(city: City, filled: Filled, *, today: dt.date) -> int:
    """The first bank has worked by the interface for months; the second is about to. Answers with the messages sent."""
    account = default_custody(jurisdiction_id=city.jurisdiction.pk, fund_kind=FundKind.COMMODITY)
    first, second = account.bank, next(bank for bank in city.banks if bank.pk != account.bank_id)
    old = _key(city, first, "核心系统", at=moment(today - dt.timedelta(days=400)))
    new = _key(city, first, "核心系统", at=moment(today - dt.timedelta(days=35)), replaces=old.key)
    _key(
        city,
        second,
        "银企直联前置（测试）",
        at=moment(today - dt.timedelta(days=20)),
        blocked="测试结束，测试环境密钥停用",
    )
    make_key(
        bank_id=second.pk,
        name="银企直联前置",
        kind=SignatureKind.HMAC_SM3,
        by=city.actor("demo-system-admin"),
        at=moment(today - dt.timedelta(days=1), 16, 40),
    )
    line = _Line(new, today)
    for house in _unpaid(filled)[:3]:
        [slip] = ask_deposits(city, filled, houses=[house], on=today - dt.timedelta(days=2))
        line.confirm(slip.number, slip.total_fen)
    line.confirm("JK202001010000011", 1_000_000)
    line.send("ping", {}, {}, spoil=True)
    line.send(
        "credit_interest",
        {"account": account.number},
        {"serial": f"LX{today:%Y%m%d}01", "amount_fen": 3_184_276, "value_date": f"{today}", "operator": "9001"},
    )
    return line.count


def _key(
    city: City, bank: Organisation, name: str, *, at: dt.datetime, replaces: BankKey | None = None, blocked: str = ""
) -> MadeKey:
    made = make_key(
        bank_id=bank.pk,
        name=name,
        kind=SignatureKind.HMAC_SM3,
        by=city.actor("demo-system-admin"),
        at=at,
        replaces=replaces,
    )
    security = city.actor("demo-security-admin")
    key = enable_key(made.key.pk, by=security, at=at + dt.timedelta(hours=2))
    if blocked:
        key = block_key(made.key.pk, reason=blocked, by=security, at=at + dt.timedelta(days=9))
    return MadeKey(key, made.secret)


def _unpaid(filled: Filled) -> list[House]:
    """Houses of the area that may be asked for money."""
    free = House.objects.filter(
        pk__in=[house.pk for house in filled.houses],
        first_deposit_due_fen__isnull=True,
        claims__isnull=True,
        nature=HouseNature.COMMODITY,
    )
    return list(free.select_related("building", "area").order_by("building__order", "floor", "unit", "room"))


class _Line:
    """The line from the bank's system to the platform on this morning, a message a minute."""

    def __init__(self, made: MadeKey, today: dt.date) -> None:
        self._made, self._at, self.count = made, moment(today, 0, 8), 0

    def confirm(self, number: str, fen: int) -> Answer:
        serial = f"{self._at:%Y%m%d}77{self.count + 1:05d}"
        return self.send("confirm_slip", {"number": number}, {"serial": serial, "amount_fen": fen, "operator": "8801"})

    def send(self, name: str, args: dict[str, str], body: dict[str, object], *, spoil: bool = False) -> Answer:
        """Signed by the bank; `spoil`: by somebody else."""
        operation, self._at, self.count = BY_NAME[name], self._at + dt.timedelta(minutes=1), self.count + 1
        content = json.dumps(body, ensure_ascii=False).encode() if operation.changes else b""
        path, key = ROOT + operation.path.format(**args), self._made.key.code
        time, nonce = str(int(self._at.timestamp())), f"demo-{self._at:%Y%m%d}-{self.count:06d}"
        idempotency_key = f"demo-{nonce}" if operation.changes else ""
        text = signing.request_text(
            method=operation.method,
            path=path,
            query="",
            key=key,
            time=time,
            nonce=nonce,
            idempotency_key=idempotency_key,
            body=content,
        )
        incoming = Incoming(
            method=operation.method,
            path=path,
            query="",
            key=key,
            time=time,
            nonce=nonce,
            signature=signing.hmac_sm3("somebody else's" if spoil else self._made.secret, text),
            idempotency_key=idempotency_key,
            body=content,
        )
        return respond(operation, incoming, args=args, at=self._at)
