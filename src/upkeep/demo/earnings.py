"""A year's earnings: rates, the bank's interest and fees, money put out for a term, and interest settled to every house."""

import datetime as dt

from upkeep.banking.custody_books import charge_fee, credit_interest
from upkeep.banking.models import CustodyAccount
from upkeep.books.chart import FundKind
from upkeep.demo.city import City
from upkeep.demo.fill import moment
from upkeep.earnings import computing, investments, posting, rates, runs
from upkeep.earnings.investments import NewInvestment
from upkeep.earnings.models import InterestRun, Investment, InvestmentKind
from upkeep.earnings.terms import previous_settlement
from upkeep.policy.interest_rule import interest_rule

_SHEETS = (
    (540, {"DEMAND": 1_000, "M3": 10_500, "M6": 12_500, "Y1": 13_500, "Y2": 14_500, "Y3": 17_500, "Y5": 18_000}),
    (180, {"DEMAND": 500, "M3": 6_500, "M6": 8_500, "Y1": 9_500, "Y2": 10_500, "Y3": 12_500, "Y5": 13_000}),
)


class _Silent:
    """Nobody watches the demo being loaded."""

    def begin(self, total: int, note: str = "") -> None:
        """Nothing is shown."""

    def advance(self, count: int = 1) -> None:
        """Nothing is shown."""

    def note(self, text: str) -> None:
        """Nothing is shown."""


def earn_and_settle(city: City, *, today: dt.date) -> int:
    """Everything of a year to the last settlement day, and what has come since; answers with the houses that got interest."""
    rule = interest_rule(jurisdiction_id=city.jurisdiction.pk, on=today)
    day = previous_settlement(rule, before=today)
    custody = CustodyAccount.objects.get(
        jurisdiction=city.jurisdiction, fund_kind=FundKind.COMMODITY, is_default=True, is_active=True
    )
    _enter_rates(city, today=today)
    _invest(city, custody, day=day, today=today)
    for quarter in range(4, 0, -1):
        credited = day - dt.timedelta(days=91 * (quarter - 1))
        credit_interest(
            custody_id=custody.pk,
            fen=1_860_000 + 7_135 * quarter,
            serial=f"LX{credited:%Y%m%d}",
            booked_on=credited,
            at=moment(credited, 16),
        )
    charge_fee(custody_id=custody.pk, fen=12_000, serial=f"SX{day:%Y%m%d}", booked_on=day, at=moment(day, 16))
    run = _settle(city, day, at=moment(min(day + dt.timedelta(days=3), today)))
    later = min(day + dt.timedelta(days=91), today)
    if later > day:
        credit_interest(
            custody_id=custody.pk, fen=1_902_240, serial=f"LX{later:%Y%m%d}", booked_on=later, at=moment(later, 16)
        )
    return run.accounts


def _enter_rates(city: City, *, today: dt.date) -> None:
    for ago, found in _SHEETS:
        since = today - dt.timedelta(days=ago)
        sheet = rates.propose_sheet(
            jurisdiction_id=city.jurisdiction.pk,
            bank_id=None,
            valid_from=since,
            rates=found,
            basis=f"人民币存款挂牌利率公告（{since:%Y年%m月}）",
            by=city.actor("demo-accountant"),
            at=moment(since, 9),
        )
        rates.confirm_sheet(sheet.pk, by=city.actor("demo-approver"), at=moment(since, 15))


def _invest(city: City, custody: CustodyAccount, *, day: dt.date, today: dt.date) -> None:
    """A deposit of six months that came back, one that matures soon, a bond, and one that waits to be approved."""
    began = day - dt.timedelta(days=200)
    back = _bought(city, _deposit(custody, "六个月整存整取", fen=200_000_000, rate=12_500, on=began, days=182))
    matured = back.matures_on
    investments.ask_redemption(
        back.pk,
        returned_on=matured,
        interest_fen=investments.expected_interest(back),
        serial=f"DQ{matured:%Y%m%d}",
        early_reason="",
        by=city.actor("demo-accountant"),
        at=moment(matured, 14),
    )
    investments.redeem(back.pk, by=city.actor("demo-approver"), at=moment(matured, 16))
    soon = today - dt.timedelta(days=353)
    _bought(city, _deposit(custody, "一年期整存整取", fen=300_000_000, rate=13_500, on=soon, days=365))
    _bought(city, _bond(custody, on=today - dt.timedelta(days=120)))
    yesterday = today - dt.timedelta(days=1)
    _asked(city, _deposit(custody, "三个月整存整取", fen=50_000_000, rate=6_500, on=yesterday, days=92))


def _deposit(custody: CustodyAccount, name: str, *, fen: int, rate: int, on: dt.date, days: int) -> NewInvestment:
    return NewInvestment(
        custody_id=custody.pk,
        kind=InvestmentKind.TERM,
        name=name,
        certificate=f"DQ{on:%m%d}{days:03d}",
        principal_fen=fen,
        rate=rate,
        placed_on=on,
        matures_on=on + dt.timedelta(days=days),
        basis="江城维资〔2025〕21号",
        serial=f"ZC{on:%Y%m%d}",
    )


def _bond(custody: CustodyAccount, *, on: dt.date) -> NewInvestment:
    return NewInvestment(
        custody_id=custody.pk,
        kind=InvestmentKind.BOND,
        name=f"{on.year} 年记账式附息国债（三年期）",
        certificate=f"{on.year % 100:02d}0008",
        principal_fen=100_000_000,
        rate=16_300,
        placed_on=on,
        matures_on=on.replace(year=on.year + 3, day=min(on.day, 28)),
        basis=f"业主大会决定 12 件（江城维资〔{on.year}〕9号汇总）",
        serial=f"GZ{on:%Y%m%d}",
    )


def _asked(city: City, wanted: NewInvestment) -> Investment:
    return investments.ask(wanted, by=city.actor("demo-accountant"), at=moment(wanted.placed_on, 10))


def _bought(city: City, wanted: NewInvestment) -> Investment:
    one = _asked(city, wanted)
    return investments.approve(one.pk, by=city.actor("demo-approver"), at=moment(wanted.placed_on, 15))


def _settle(city: City, day: dt.date, *, at: dt.datetime) -> InterestRun:
    run = runs.start_run(
        jurisdiction_id=city.jurisdiction.pk,
        settled_on=day,
        booked_on=day,
        by=city.actor("demo-accountant"),
        at=at,
    )
    run = computing.compute(InterestRun.objects.select_for_update(of=("self",)).get(pk=run.pk), progress=_Silent())
    runs.approve(run.pk, by=city.actor("demo-approver"), at=at + dt.timedelta(hours=2))
    while posting.post_piece(run.pk, at=at + dt.timedelta(hours=2)):
        pass
    run.refresh_from_db()
    return run
