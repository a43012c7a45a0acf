"""Money going back: refunds (业主退款) in every state, and a demolished building whose balances are paid back (返还)."""

import datetime as dt
from dataclasses import dataclass

from upkeep.banking.actions import confirm_order, fail_order, reissue_order, void_order
from upkeep.banking.models import PaymentOrder
from upkeep.casework import engine, files, prints
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.states import Move, State
from upkeep.demo.city import City
from upkeep.demo.fill import Filled, moment
from upkeep.demo.papers import picture_of
from upkeep.estate import owner_cases
from upkeep.estate.models import House, Ownership
from upkeep.kernel.money import yuan
from upkeep.parties.actor import ANONYMOUS, Actor
from upkeep.parties.roles import Role
from upkeep.treasury import payout_batches, refunds
from upkeep.treasury.models import Payout, Refund
from upkeep.treasury.payout_batches import PayeeOf

_CLERK, _REVIEWER, _APPROVER, _ACCOUNTANT, _CASHIER = (
    "demo-clerk",
    "demo-reviewer",
    "demo-approver",
    "demo-accountant",
    "demo-cashier",
)
_BANK = "川南银行大山坪支行"
_WITH = "居民身份证原件，与登记业主一致；交款票据原件已核对"


@dataclass(frozen=True)
class Way:
    """What became of one application. `fen` 0 is the whole; `last` is the last thing that happened."""

    days_ago: int
    reason: str
    explanation: str
    fen: int
    last: str
    from_outside: bool = False


_WAYS = (
    Way(0, "MISPAID", "网上银行误转两次，申请退还多转的一笔", 1_200_00, "LEFT", from_outside=True),
    Way(1, "CANCELLED", "与开发商协商解除购房合同，房屋已退回", 0, "SUBMITTED", from_outside=True),
    Way(2, "CANCELLED", "贷款未获批准，购房合同解除", 0, "REVIEWED"),
    Way(5, "MISPAID", "替亲属交款时填错房号", 2_600_00, "RETURNED"),
    Way(9, "CANCELLED", "自述已退房，未提供解除合同证明", 0, "REJECTED"),
    Way(4, "MISPAID", "交款后发现已由开发商代交", 860_50, "WITHDRAWN"),
    Way(6, "CANCELLED", "经法院调解解除购房合同", 0, "APPROVED"),
    Way(40, "MISPAID", "两人同日为同一房屋交款", 3_150_00, "PAID"),
    Way(75, "CANCELLED", "开发商逾期交房，购房合同解除", 0, "PAID"),
    Way(8, "MISPAID", "误将车位款存入专户", 1_980_00, "FAILED"),
    Way(21, "CANCELLED", "购房合同解除，申请退还", 0, "REISSUED"),
    Way(18, "MISPAID", "重复申请，先前一笔已处理", 500_00, "VOID"),
    Way(33, "MISPAID", "收款人长期不能提供有效账户", 700_00, "GIVEN_UP"),
)


def pay_back(city: City, filled: Filled, *, today: dt.date) -> int:
    """Refunds of houses of an area where nothing else is under way, one in each state. Answers with their number."""
    owned = Ownership.objects.filter(house__area=filled.area, until__isnull=True).select_related("house")
    houses = [one.house_id for one in owned.order_by("pk") if one.house.first_deposit_due_fen]
    for place, way in enumerate(_WAYS):
        house = House.objects.select_related("area", "building").get(pk=houses[place * 7])
        _Walk(city, house, moment(today - dt.timedelta(days=way.days_ago), 9, 20 + place), today).go(way)
    return len(_WAYS)


class _Walk:
    """One application on its way, a few hours between the steps."""

    def __init__(self, city: City, house: House, begun: dt.datetime, today: dt.date) -> None:
        self.city, self.house, self.now = city, house, begun
        self.latest = max(moment(today, 17, 30), begun)

    def at(self, hours: int = 1) -> dt.datetime:
        self.now = min(self.now + dt.timedelta(hours=hours), self.latest)
        return self.now

    def go(self, way: Way) -> None:
        case = self._fill_in(way)
        if way.last == "LEFT":
            return
        clerk, note = self.city.actor(_CLERK), _WITH if way.from_outside else ""
        engine.move(case.pk, Move.SUBMIT, by=clerk, at=self.at(), note=note)
        prints.keep(Case.objects.get(pk=case.pk), "refund_application", by_id=clerk.user_id, at=self.now)
        ended = {
            "RETURNED": (Move.RETURN, _REVIEWER, "请补充亲属关系说明和对方房屋的交款票据"),
            "REJECTED": (Move.REJECT, _REVIEWER, "未提供解除购房合同的证明，不符合退款条件"),
            "WITHDRAWN": (Move.WITHDRAW, _CLERK, ""),
        }
        if way.last in ended:
            move, login, words = ended[way.last]
            engine.move(case.pk, move, by=self.city.actor(login), at=self.at(3), note=words)
        elif way.last != "SUBMITTED":
            engine.move(case.pk, Move.PASS, by=self.city.actor(_REVIEWER), at=self.at(4), note="材料齐全，金额无误")
            if way.last != "REVIEWED":
                self._approve(case, way.last)

    def _fill_in(self, way: Way) -> Case:
        fen = way.fen or refunds.refundable_fen(self.house)
        data = owner_cases.begun_for(self.house) | {
            "reason": way.reason,
            "amount": yuan(fen),
            "explanation": way.explanation,
            "payee": refunds.payees_of(self.house)[0].key,
            "payee_bank": _BANK,
            "payee_account": f"62284800{self.house.pk % 10**8:08d}",
            "phone": "13908300088",
        }
        by: Actor = ANONYMOUS if way.from_outside else self.city.actor(_CLERK)
        procedure = register["owner_refund"]
        case = engine.start(procedure, by=by, at=self.now, jurisdiction_id=self.city.jurisdiction.pk, data=data)
        if way.from_outside:
            by = Actor(user_id=0, name="", roles=ANONYMOUS.roles, guest_cases=frozenset({case.pk}))
        for paper in procedure.papers_of(case):
            name, content = f"{paper.title}.png", picture_of(paper.title)
            files.attach(case.pk, paper=paper.code, name=name, content=content, by=by, at=self.now)
        if way.from_outside:
            case = engine.leave_for_window(case.pk, by=by, at=self.at())
            prints.keep(case, "refund_application", by_id=None, at=self.now)
        return case

    def _approve(self, case: Case, last: str) -> None:
        approver = self.city.actor(_APPROVER)
        case = engine.move(case.pk, Move.PASS, by=approver, at=self.at(5), note="同意退款")
        prints.keep(case, "refund_order", by_id=approver.user_id, at=self.now)
        refund = Refund.objects.select_related("custody__bank").get(case=case)
        order = refunds.order_of(refund)
        assert order is not None
        teller = _teller(self.city, order)
        if last == "PAID":
            serial = f"TK{order.number[-8:]}"
            confirm_order(number=order.number, amount_fen=order.amount_fen, serial=serial, by=teller, at=self.at(26))
        elif last == "VOID":
            void_order(order_id=order.pk, reason="与前一笔申请重复", by=self.city.actor(_ACCOUNTANT), at=self.at(20))
        elif last in ("FAILED", "REISSUED", "GIVEN_UP"):
            fail_order(number=order.number, reason="账号与户名不符，退汇", by=teller, at=self.at(26))
        if last == "GIVEN_UP":
            accountant = self.city.actor(_ACCOUNTANT)
            refunds.give_up(refund.pk, reason="申请人放弃退款", by=accountant, at=self.at(30))
        elif last == "REISSUED":
            reissue_order(
                order_id=order.pk,
                payee_name=order.payee_name,
                payee_bank=_BANK,
                payee_account="6228480012345678",
                reason="账号少一位，已按收款人银行卡更正",
                by=self.city.actor(_ACCOUNTANT),
                at=self.at(6),
            )


def _teller(city: City, order: PaymentOrder) -> Actor:
    return city.actor(f"demo-teller{city.banks.index(order.custody.bank) + 1}")


def demolish(city: City, filled: Filled, *, building: str, today: dt.date) -> int:
    """A building that was demolished: paybacks that are owed, wait to be checked, are ordered, failed and paid.

    Answers with their number.
    """
    begun = today - dt.timedelta(days=34)
    developer = city.actor("demo-developer")
    building_id = next(house.building_id for house in filled.houses if house.building.name == building)
    data = {
        "area": str(filled.area.pk),
        "reason": "列入江城市 2026 年征收拆除范围，已拆除",
        "buildings": [str(building_id)],
    }
    procedure = register["house_cancellation"]
    case = engine.start(procedure, by=developer, at=moment(begun, 9), data=data)
    for paper in procedure.papers_of(case):
        if paper.required:
            name, content = f"{paper.title}.png", picture_of(paper.title)
            files.attach(case.pk, paper=paper.code, name=name, content=content, by=developer, at=moment(begun, 9))
    case = engine.move(case.pk, Move.SUBMIT, by=developer, at=moment(begun, 10))
    day = begun
    while case.state_now is not State.APPROVED:
        step = engine.current_step(case)
        assert step is not None
        login = {Role.WINDOW_CLERK: _CLERK, Role.FIRST_REVIEWER: _REVIEWER}.get(Role(step.role), _APPROVER)
        day += dt.timedelta(days=1)
        case = engine.move(case.pk, engine.deciding_move(case), by=city.actor(login), at=moment(day, 15))
    owed = list(Payout.objects.filter(case=case).select_related("owner").order_by("pk"))
    known = [one for one in owed if one.owner]
    _paid(city, known[:8], on=today - dt.timedelta(days=20))
    _ordered(city, known[8:12], on=today - dt.timedelta(days=3))
    accountant = city.actor(_ACCOUNTANT)
    payout_batches.prepare([_payee(one) for one in known[12:15]], by=accountant, at=moment(today, 9, 5))
    wrong = payout_batches.prepare([_payee(known[15])], by=accountant, at=moment(today - dt.timedelta(days=6), 16))
    at = moment(today - dt.timedelta(days=5), 9)
    payout_batches.send_back(wrong.pk, reason="存折户名与业主姓名不符", by=city.actor(_APPROVER), at=at)
    return len(owed)


def _payee(payout: Payout) -> PayeeOf:
    assert payout.owner is not None
    return PayeeOf(
        payout_id=payout.pk,
        payee_name=payout.owner.name,
        payee_bank=_BANK,
        payee_account=f"62170003{payout.pk % 10**8:08d}",
    )


def _issued(city: City, some: list[Payout], *, on: dt.date) -> list[PaymentOrder]:
    batch = payout_batches.prepare([_payee(one) for one in some], by=city.actor(_CASHIER), at=moment(on, 10))
    orders = payout_batches.issue(batch.pk, by=city.actor(_APPROVER), at=moment(on, 14))
    return list(PaymentOrder.objects.filter(pk__in=[one.pk for one in orders]).select_related("custody__bank"))


def _paid(city: City, some: list[Payout], *, on: dt.date) -> None:
    for order in _issued(city, some, on=on):
        confirm_order(
            number=order.number,
            amount_fen=order.amount_fen,
            serial=f"FH{order.number[-8:]}",
            by=_teller(city, order),
            at=moment(on + dt.timedelta(days=1), 11),
        )


def _ordered(city: City, some: list[Payout], *, on: dt.date) -> None:
    first = _issued(city, some, on=on)[0]
    at = moment(on + dt.timedelta(days=1), 11)
    fail_order(number=first.number, reason="收款账户已销户", by=_teller(city, first), at=at)
