"""A house's movements with the paper behind each, and the statement (分户账对账单) that is printed of them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from upkeep.banking.origins import Origin, origins_of
from upkeep.books.statements import house_statement
from upkeep.casework.numbering import next_number
from upkeep.estate.models import House, SellingUnitAccount
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.parties.queries import city_of
from upkeep.printing import actions as printing
from upkeep.printing.documents import Document
from upkeep.printing.forms import payments
from upkeep.printing.forms.parts import Fact
from upkeep.printing.models import KeptPrint

#: The prefix of statements' numbers (对账单).
PREFIX = "DZ"
_PLAIN = {
    "deposit_confirmed": "交存维修资金",
    "opening_balance": "系统启用时的余额",
    "repair_paid": "维修支出",
    "repair_paid_in_cash": "维修支出",
    "repair_cleared_back": "维修款退回",
    "refund_paid": "退款",
    "loss_recognised": "房屋注销，余额转为待返还",
    "balance_returned": "余额返还",
    "fund_handed_over": "划转业主大会",
    "earnings_distributed": "分得收益（利息等）",
    "earnings_shared": "分得收益（利息等）",
    "transfer_arrived": "换了专户银行，余额随转",
    "houses_moved_out": "楼栋调整小区，余额转出",
    "houses_moved_in": "楼栋调整小区，余额转入",
    "house_money_divided": "房屋拆分合并，余额结转",
    "manual_voucher": "账务调整",
    "expenses_carried_forward": "结转支出",
}


@dataclass(frozen=True, kw_only=True)
class HouseLine:
    """One movement of a house's money in words that need no accountant; `amount_fen` is negative where money left."""

    entry_id: int
    source: str
    reason: str
    booked_on: dt.date
    amount_fen: int
    balance_fen: int
    is_reversal: bool
    origin: Origin | None

    @property
    def words(self) -> str:
        """维修支出：3幢电梯大修."""
        plain = _PLAIN.get(self.reason, "其他")
        about = self.origin.about if self.origin else ""
        if not about and self.origin and self.origin.paper == "slip":
            about = self.origin.title
        text = f"{plain}：{about}" if about else plain
        return f"撤销：{text}" if self.is_reversal else text

    @property
    def number(self) -> str:
        """The number of the paper behind it."""
        return self.origin.number if self.origin else ""


def house_lines(house_id: int, *, through: dt.date | None = None) -> list[HouseLine]:
    """Every movement of a house through a day (None: today and all before), the oldest first. Five queries at most."""
    movements = house_statement(house_id).movements
    if through is not None:
        movements = [one for one in movements if one.booked_on <= through]
    origins = origins_of({one.source for one in movements})
    return [
        HouseLine(
            entry_id=one.entry_id,
            source=one.source,
            reason=one.reason,
            booked_on=one.booked_on,
            amount_fen=one.amount_fen,
            balance_fen=one.balance_fen,
            is_reversal=one.reverses is not None,
            origin=origins.get(one.source),
        )
        for one in movements
    ]


@dataclass(frozen=True, kw_only=True)
class Period:
    """A house's movements in a period, with the balance before and after."""

    first: dt.date
    last: dt.date
    opening_fen: int
    closing_fen: int
    lines: Sequence[HouseLine]

    @property
    def in_fen(self) -> int:
        """What came in."""
        return sum(one.amount_fen for one in self.lines if one.amount_fen > 0)

    @property
    def out_fen(self) -> int:
        """What went out."""
        return -sum(one.amount_fen for one in self.lines if one.amount_fen < 0)


def period_of(lines: Sequence[HouseLine], *, first: dt.date, last: dt.date) -> Period:
    """The part of a house's movements that lies in a period. Raises: HasProblems when it ends before it begins."""
    if first > last:
        raise HasProblems([Problem("last", "截止日期不能早于起始日期")])
    before = [one for one in lines if one.booked_on < first]
    opening = before[-1].balance_fen if before else 0
    within = [one for one in lines if first <= one.booked_on <= last]
    return Period(
        first=first,
        last=last,
        opening_fen=opening,
        closing_fen=within[-1].balance_fen if within else opening,
        lines=within,
    )


def keep_unit_statement(account: SellingUnitAccount, period: Period, *, by_id: int, at: dt.datetime) -> KeptPrint:
    """The same for a selling unit's account (售房单位分账); organisation, building and area are loaded."""
    area = account.building.area
    return _keep(
        jurisdiction_id=area.jurisdiction_id,
        period=period,
        title="住宅专项维修资金售房单位分账对账单",
        house=f"{area.name} {account.building.name}（{area.address}）",
        owner=account.organisation.name,
        facts=(Fact("账户性质", "公有住房售房单位分账"), Fact("分账号", str(account.pk))),
        subject=subject_of(account.pk, by_id),
        by_id=by_id,
        at=at,
    )


def subject_of(house_id: int, by_id: int) -> str:
    """Under which a statement is kept: only who had it printed fetches it again."""
    return f"statement:{house_id}:{by_id}"


def keep_statement(house: House, period: Period, *, owners: str, by_id: int, at: dt.datetime) -> KeptPrint:
    """Print and keep the statement under a number of its own; area, building and jurisdiction of the house are looked up.

    `owners` is how the owners are named on it, masked or not as the reader may see them.
    """
    return _keep(
        jurisdiction_id=house.area.jurisdiction_id,
        period=period,
        title="住宅专项维修资金分户账对账单",
        house=f"{house.address}（{house.area.name} {house.building.name} {house.label}）",
        owner=owners or "未登记",
        facts=(
            Fact("建筑面积", f"{square_metres(house.area_dm2)} ㎡"),
            Fact("分户账号", account_number(house)),
        ),
        subject=subject_of(house.pk, by_id),
        by_id=by_id,
        at=at,
    )


def _keep(
    *,
    jurisdiction_id: int,
    period: Period,
    title: str,
    house: str,
    owner: str,
    facts: tuple[Fact, ...],
    subject: str,
    by_id: int,
    at: dt.datetime,
) -> KeptPrint:
    city = city_of(jurisdiction_id=jurisdiction_id)
    assert city is not None
    data = payments.Statement(
        house=house,
        owner=owner,
        from_on=period.first,
        to_on=period.last,
        opening_fen=period.opening_fen,
        received_fen=period.in_fen,
        spent_fen=period.out_fen,
        closing_fen=period.closing_fen,
        lines=tuple(
            payments.StatementLine(
                f"{one.booked_on:%Y-%m-%d}",
                one.words,
                one.number,
                one.amount_fen if one.amount_fen > 0 else None,
                -one.amount_fen if one.amount_fen < 0 else None,
                one.balance_fen,
            )
            for one in period.lines
        ),
        facts=facts,
    )
    return printing.keep(
        Document(
            form="statement",
            title=title,
            number=next_number(PREFIX, on=day_of(at)),
            subject=subject,
            issuer=city.office_name,
            city=city.slug,
            data=data,
        ),
        by_id=by_id or None,
        at=at,
    )


def account_number(house: House) -> str:
    """分户账号: the number of the house's sub-account, which is the house's own."""
    return str(house.pk)
