"""Interest and investments: the rows of the reviewed table, and what their addresses name."""

import datetime as dt

from django.utils import timezone

from tests.circle.cast import Cast
from tests.web.authorization_people import BOOKKEEPERS, FAR_APPROVER, FAR_BOOKKEEPERS, Row, get, post
from upkeep.banking.custody_books import credit_interest
from upkeep.banking.models import CustodyAccount
from upkeep.books import postings
from upkeep.books.chart import FundKind
from upkeep.earnings import computing, investments, prints, rates, runs
from upkeep.earnings.investments import NewInvestment
from upkeep.earnings.models import InterestRun, InvestmentKind
from upkeep.earnings.terms import previous_settlement
from upkeep.jobs.progress import JobProgress
from upkeep.kernel.dates import day_of
from upkeep.policy.interest_rule import InterestRule

_EVERY_BOOKKEEPER = BOOKKEEPERS | FAR_BOOKKEEPERS
_MAKER, _FAR_MAKER = {"accountant"}, {"far-accountant"}
_CHECKER = {"approver"}
_ENTERERS = {"accountant", "cashier"}

#: {interest_run} waits for approval, {rate_sheet} to be confirmed, {investment} is held.
EARNINGS: dict[str, Row] = {
    "earnings:runs": get("/earnings/runs/", _EVERY_BOOKKEEPER),
    "earnings:new_run": get("/earnings/runs/new/", _MAKER | _FAR_MAKER),
    "earnings:run": get("/earnings/runs/{interest_run}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "earnings:export_run": get("/earnings/runs/{interest_run}/export/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "earnings:print_run": post("/earnings/runs/{interest_run}/print/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "earnings:run_print": get("/earnings/runs/{interest_run}/prints/{run_print}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "earnings:run_area": get("/earnings/runs/{interest_run}/areas/{run_area}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "earnings:export_run_area": get(
        "/earnings/runs/{interest_run}/areas/{run_area}/export/", BOOKKEEPERS, FAR_BOOKKEEPERS
    ),
    "earnings:approve_run": post("/earnings/runs/{interest_run}/approve/", _CHECKER, FAR_APPROVER),
    "earnings:return_run": post("/earnings/runs/{interest_run}/return/", _CHECKER, FAR_APPROVER),
    "earnings:recompute_run": post("/earnings/runs/{interest_run}/recompute/", _MAKER, _FAR_MAKER),
    "earnings:void_run": post("/earnings/runs/{interest_run}/void/", _MAKER, _FAR_MAKER),
    "earnings:go_on_run": post("/earnings/runs/{interest_run}/go-on/", _MAKER | _CHECKER, FAR_BOOKKEEPERS),
    "earnings:ask_run_reversal": post("/earnings/runs/{interest_run}/reverse/", _MAKER, _FAR_MAKER),
    "earnings:approve_run_reversal": post("/earnings/runs/{interest_run}/reverse/approve/", _CHECKER, FAR_APPROVER),
    "earnings:decline_run_reversal": post("/earnings/runs/{interest_run}/reverse/decline/", _CHECKER, FAR_APPROVER),
    "earnings:rates": get("/earnings/rates/", _EVERY_BOOKKEEPER),
    "earnings:new_rates": get("/earnings/rates/new/", _MAKER | _FAR_MAKER),
    "earnings:confirm_rates": post("/earnings/rates/{rate_sheet}/confirm/", _CHECKER, FAR_APPROVER),
    "earnings:refuse_rates": post("/earnings/rates/{rate_sheet}/refuse/", _CHECKER, FAR_APPROVER),
    "earnings:drop_rates": post("/earnings/rates/{rate_sheet}/drop/", _MAKER, _FAR_MAKER),
    "earnings:investments": get("/earnings/investments/", _EVERY_BOOKKEEPER),
    "earnings:new_investment": get("/earnings/investments/new/", _ENTERERS | _FAR_MAKER),
    "earnings:investment": get("/earnings/investments/{investment}/", BOOKKEEPERS, FAR_BOOKKEEPERS),
    "earnings:approve_investment": post("/earnings/investments/{investment}/approve/", _CHECKER, FAR_APPROVER),
    "earnings:decline_investment": post(
        "/earnings/investments/{investment}/decline/", _ENTERERS | _CHECKER, FAR_BOOKKEEPERS
    ),
    "earnings:redeem_investment": get("/earnings/investments/{investment}/redeem/", _ENTERERS, _FAR_MAKER),
    "earnings:check_redemption": post("/earnings/investments/{investment}/redeem/check/", _CHECKER, FAR_APPROVER),
    "earnings:return_redemption": post(
        "/earnings/investments/{investment}/redeem/return/", _ENTERERS | _CHECKER, FAR_BOOKKEEPERS
    ),
}


def earnings(cast: Cast) -> dict[str, str]:
    """A run that waits, a sheet of rates that waits, and a term deposit that is held."""
    at, accountant, approver = timezone.now(), cast.city.actor("demo-accountant"), cast.city.actor("demo-approver")
    today, place = day_of(at), cast.city.jurisdiction.pk
    custody = CustodyAccount.objects.get(
        jurisdiction_id=place, fund_kind=FundKind.COMMODITY, is_default=True, is_active=True
    )
    one = cast.filled[0]
    postings.deposit_confirmed(
        area_id=one.area.pk,
        custody_id=custody.pk,
        fund_kind=FundKind.COMMODITY,
        amounts={one.houses[0].pk: 1_000_00},
        source="authorization:earnings",
        booked_on=today - dt.timedelta(days=800),
    )
    settled_on = previous_settlement(InterestRule(), before=today + dt.timedelta(days=1))
    credit_interest(custody_id=custody.pk, fen=50_00, serial="LXQX1", booked_on=settled_on, at=at)
    run = runs.start_run(jurisdiction_id=place, settled_on=settled_on, booked_on=settled_on, by=accountant, at=at)
    with JobProgress(0) as progress:
        run = computing.compute(InterestRun.objects.get(pk=run.pk), progress=progress)
    sheet = rates.propose_sheet(
        jurisdiction_id=place,
        bank_id=None,
        valid_from=today,
        rates={"DEMAND": 500},
        basis="利率公告",
        by=accountant,
        at=at,
    )
    wanted = NewInvestment(
        custody_id=custody.pk,
        kind=InvestmentKind.TERM,
        name="三个月整存整取",
        certificate="DQ1",
        principal_fen=1_00,
        rate=6_500,
        placed_on=today,
        matures_on=today + dt.timedelta(days=92),
        basis="江城维资〔2026〕1号",
        serial="ZCQX1",
    )
    held = investments.approve(investments.ask(wanted, by=accountant, at=at).pk, by=approver, at=at)
    return {
        "interest_run": run.number,
        "run_area": str(one.area.pk),
        "run_print": str(prints.keep_summary(run, by_id=accountant.user_id, at=at).pk),
        "rate_sheet": str(sheet.pk),
        "investment": held.number,
    }
