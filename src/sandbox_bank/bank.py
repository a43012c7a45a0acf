"""What the bank does: takes money for slips, pays orders, takes back, credits interest, sends statements — and errs on demand."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox_bank.store import Message, Movement, Store
from sandbox_bank.wire import NoAnswer, Reply, Send, Signer, new_nonce

ROOT = "/api/bank/v1/"
CHINA = dt.timezone(dt.timedelta(hours=8))
TELLER, SECOND, NIGHT = "8801", "8809", "9001"


class Fault(StrEnum):
    """故障: in which way the next message goes wrong."""

    NONE = "none"
    TWICE = "twice"
    LATE = "late"
    LOST_ANSWER = "lost_answer"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_SIGNATURE = "wrong_signature"


class Refused(Exception):
    """The platform refused; `code` is one of its list, the text its sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{message}（{code}）")
        self.status, self.code = status, code


class NotOurs(Exception):
    """The bank itself does not do it; the sentence says why."""


def real_time() -> dt.datetime:
    """The bank's clock."""
    return dt.datetime.now(tz=CHINA)


@dataclass
class SandboxBank:
    """A bank with its books and its line to the platform. `said` collects what happened on the line, for people to read."""

    store: Store
    signer: Signer
    send: Send
    now: Callable[[], dt.datetime] = real_time
    tries: int = 3
    said: list[str] = field(default_factory=list)

    def ask(self, path: str, *, query: str = "") -> dict[str, Any]:
        """GET. Raises: Refused, NoAnswer."""
        return self._told(self._exchange("GET", path, query=query))

    def take_payment(self, number: str, *, fault: Fault = Fault.NONE) -> Message:
        """A customer pays a slip at the counter. Raises: NotOurs when it cannot be paid; Refused, NoAnswer."""
        slip = self.ask(f"slips/{number}")
        if not slip["payable"]:
            raise NotOurs(slip["why_not"])
        movement = self._movement(
            slip["account"], slip["amount_fen"], slip["payer_name"], "维修资金交存", slip["number"]
        )
        body = {"serial": movement.serial, "amount_fen": slip["amount_fen"], "operator": TELLER}
        self.store.move(movement, path=f"slips/{slip['number']}/confirmation", body=body)
        return self.deliver(self.store.message(movement.serial), fault=fault)

    def pay_orders(self, *, fault: Fault = Fault.NONE, unpayable: str = "") -> list[Message]:
        """Fetch every order that waits and pay it; one to the account `unpayable` is reported as failed."""
        done, after = [], ""
        while True:
            page = self.ask("orders", query=f"after={after}" if after else "")
            done += [self._pay(order, fault=fault, unpayable=unpayable) for order in page["orders"]]
            if not page["next"]:
                return done
            after = page["next"]

    def _pay(self, order: dict[str, Any], *, fault: Fault, unpayable: str) -> Message:
        number = order["number"]
        if self.store.payment_of(number) is not None:
            raise NotOurs(f"付款通知 {number} 本行已经付过，平台却仍在等待，请核对")
        if unpayable and order["payee_account"] == unpayable:
            body = {"reason": "收款账号不存在", "operator": TELLER}
            key = self.store.next_serial(self._today())
            self.store.write_message(key, f"orders/{number}/failure", body)
            return self.deliver(self.store.message(key))
        movement = self._movement(
            order["account"], -order["amount_fen"], order["payee_name"], order["purpose"], number
        )
        body = {"serial": movement.serial, "amount_fen": order["amount_fen"], "operator": TELLER}
        self.store.move(movement, path=f"orders/{number}/payment", body=body)
        return self.deliver(self.store.message(movement.serial), fault=fault)

    def take_back(self, number: str, *, reason: str = "柜员操作有误") -> Message:
        """冲正 of today's payment of a slip or order, by two people of the bank. Raises: NotOurs, Refused, NoAnswer."""
        paid = self.store.payment_of(number)
        if paid is None:
            raise NotOurs(f"单据 {number} 在本行没有可以冲正的流水")
        back = self._movement(paid.account, -paid.fen, paid.counterparty, f"冲正 {paid.serial}", number)
        body = {
            "paid_serial": paid.serial,
            "serial": back.serial,
            "amount_fen": abs(paid.fen),
            "reason": reason,
            "operator": TELLER,
            "reviewer": SECOND,
        }
        kind = "slips" if number.startswith("JK") else "orders"
        self.store.move(back, path=f"{kind}/{number}/reversal", body=body)
        return self.deliver(self.store.message(back.serial))

    def credit_interest(self, account: str, fen: int, *, fault: Fault = Fault.NONE) -> Message:
        """结息: money comes in on an account, for nobody's slip."""
        movement = self._movement(account, fen, "结息", "存款利息", "")
        body = {"serial": movement.serial, "amount_fen": fen, "value_date": f"{self._today()}", "operator": NIGHT}
        self.store.move(movement, path=f"accounts/{account}/interest", body=body)
        return self.deliver(self.store.message(movement.serial), fault=fault)

    def send_statement(self, account: str, on: dt.date) -> Message:
        """日终: the movements of a day, however they were told before."""
        opening, lines = self.store.balance(account, before=on), self.store.movements(account, on)
        body = {
            "opening_fen": opening,
            "closing_fen": opening + sum(one.fen for one in lines),
            "lines": [
                {
                    "serial": one.serial,
                    "at": one.at.isoformat(timespec="seconds"),
                    "direction": "IN" if one.fen > 0 else "OUT",
                    "amount_fen": abs(one.fen),
                    "counterparty": one.counterparty,
                    "summary": one.summary,
                }
                for one in lines
            ],
            "operator": NIGHT,
        }
        key = f"statement-{account}-{on}-{new_nonce()[:8]}"
        self.store.write_message(key, f"accounts/{account}/statements/{on}", body)
        return self.deliver(self.store.message(key))

    def send_waiting(self) -> list[Message]:
        """What was kept back or never answered, once more under the same keys."""
        return [self.deliver(one) for one in self.store.waiting()]

    def deliver(self, message: Message, *, fault: Fault = Fault.NONE) -> Message:
        """Send until there is an answer that says something; no answer is no refusal.

        The money of what is refused goes back. Raises: NoAnswer; Refused where the platform does not know the bank.
        """
        if fault is Fault.LATE:
            self.said.append(f"{message.path}：暂不发送")
            return message
        if fault is Fault.WRONG_SIGNATURE:
            self._exchange("POST", message.path, message=message, spoiled=True)
        if fault is Fault.WRONG_AMOUNT:
            wrong = message.body | {"amount_fen": message.body["amount_fen"] + 1}
            other = Message(f"{message.idempotency_key}-wrong", message.path, wrong, "WAITING", None, None)
            self._exchange("POST", message.path, message=other)
        if fault is Fault.LOST_ANSWER:
            self._exchange("POST", message.path, message=message)
            self.said.append("应答丢失，重新发送")
        reply = self._until_answered(message)
        if fault is Fault.TWICE:
            self._exchange("POST", message.path, message=message)
        if reply.status == 401:
            raise Refused(401, *_fault_of(reply))
        self.store.answered(message.idempotency_key, status=reply.status, answer=json.loads(reply.body))
        movement = self.store.movement(message.idempotency_key)
        if reply.status != 200 and movement is not None:
            self._give_back(movement)
        return self.store.message(message.idempotency_key)

    def _give_back(self, paid: Movement) -> None:
        """What the platform refused goes back where it came from."""
        summary = f"退回 {paid.serial}"
        self.store.move(self._movement(paid.account, -paid.fen, paid.counterparty, summary, paid.paper))

    def _until_answered(self, message: Message) -> Reply:
        for _ in range(self.tries - 1):
            try:
                return self._exchange("POST", message.path, message=message)
            except NoAnswer as none:
                self.said.append(f"没有应答（{none}），重新发送")
        return self._exchange("POST", message.path, message=message)

    def _exchange(
        self, method: str, path: str, *, query: str = "", message: Message | None = None, spoiled: bool = False
    ) -> Reply:
        """One message and its answer, with a new time and nonce. Raises: NoAnswer."""
        body = b"" if message is None else json.dumps(message.body, ensure_ascii=False, separators=(",", ":")).encode()
        nonce = new_nonce()
        headers = self.signer.headers(
            method=method,
            path=ROOT + path,
            query=query,
            body=body,
            time=int(self.now().timestamp()),
            nonce=nonce,
            idempotency_key=message.idempotency_key if message else "",
        )
        if spoiled:
            headers["X-Upkeep-Signature"] = "0" * 64
        reply = self.send(method, ROOT + path + (f"?{query}" if query else ""), headers, body)
        if reply.status >= 500:
            raise NoAnswer(f"平台应答 {reply.status}")
        if reply.status != 401 and not self.signer.is_genuine(reply, nonce=nonce):
            raise NoAnswer("应答没有平台的签名")
        again = "，重复的应答" if reply.headers.get("Idempotent-Replayed") else ""
        self.said.append(f"{method} {path}：{reply.status}{again}")
        return reply

    @staticmethod
    def _told(reply: Reply) -> dict[str, Any]:
        if reply.status != 200:
            raise Refused(reply.status, *_fault_of(reply))
        return dict(json.loads(reply.body))

    def _today(self) -> dt.date:
        return self.now().astimezone(CHINA).date()

    def _movement(self, account: str, fen: int, counterparty: str, summary: str, paper: str) -> Movement:
        at = self.now().astimezone(CHINA)
        return Movement(self.store.next_serial(at.date()), account, at, fen, counterparty, summary, paper)


def _fault_of(reply: Reply) -> tuple[str, str]:
    told = json.loads(reply.body)
    return told["code"], told["message"]
