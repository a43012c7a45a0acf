"""结息批次: computed, approved by another, booked, reversed as a whole.

# covers: F5
"""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.banking.town import Town
from tests.earnings.scene import (
    AT,
    LATER,
    SETTLED,
    balance,
    booked,
    computed,
    custody,
    earn,
    follow,
    houses_of,
    make_scene,
    put_in,
    put_in_force,
    second_area,
    shares,
    start,
    work,
)
from tests.staging import staged
from upkeep.banking.custody_books import books_of, charge_fee
from upkeep.banking.house_lines import house_lines
from upkeep.banking.orders import NeedsAnother
from upkeep.books import closing, sub_accounts
from upkeep.books.audit import audit
from upkeep.books.chart import FundKind
from upkeep.books.statements import trial_balance
from upkeep.earnings import posting, runs
from upkeep.earnings.arithmetic import pool_shares
from upkeep.earnings.models import InterestLine, InterestPart, InterestRun, RunState
from upkeep.jobs.models import JobState
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.policy.interest_rule import InterestRule


def full_scene() -> Town:
    """Deposits of both funds before and within the year; the bank has credited 1,000.00 and 10.00."""
    town = make_scene()
    first, second = houses_of(town.area), houses_of(second_area())
    put_in(town, {first[0]: 1_200_000, first[1]: 600_000}, dt.date(2024, 3, 1))
    put_in(town, {first[2]: 890_000}, dt.date(2025, 9, 10))
    put_in(town, {first[3]: 500_000}, dt.date(2025, 1, 1), kind=FundKind.PUBLIC)
    put_in(town, {second[0]: 700_000, second[1]: 333_333}, dt.date(2025, 2, 1))
    put_in(town, {first[1]: -100_000}, dt.date(2026, 2, 1))
    earn(town, 100_000)
    earn(town, 1_000, kind=FundKind.PUBLIC)
    return town


town = staged(full_scene)
pytestmark = pytest.mark.django_db


class TestAPool:
    def test_is_divided_by_day_products_to_the_last_fen(self, town: Town) -> None:
        run = computed(town)
        first, second = houses_of(town.area), houses_of(second_area())
        days_before = (dt.date(2026, 2, 1) - dt.date(2025, 6, 30)).days
        products = {
            first[0].pk: 1_200_000 * 365,
            first[1].pk: 600_000 * days_before + 500_000 * (365 - days_before),
            first[2].pk: 890_000 * 293,
            second[0].pk: 700_000 * 365,
            second[1].pk: 333_333 * 365,
        }
        stored = dict(InterestLine.objects.filter(run=run).values_list("sub_account_id", "product"))
        assert {key: int(stored[key]) for key in products} == products
        found = shares(run)
        assert {key: found[key] for key in products} == pool_shares(100_000, products)
        assert found[first[3].pk] == 1_000
        assert (run.state, run.accounts, run.total_fen, run.withheld_fen) == (RunState.WAITING, 6, 101_000, 0)

    def test_is_what_was_earned_less_the_banks_fees(self, town: Town) -> None:
        charge_fee(custody_id=custody(town), fen=2_500, serial="SX1", booked_on=SETTLED, at=AT)
        run = computed(town)
        pool = run.pools.get(custody_id=custody(town))
        assert (pool.earned_fen, pool.total_fen) == (97_500, 97_500)
        assert pool.earned_parts == {"4101": 100_000, "5901": -2_500}

    def test_is_the_same_after_the_close_carried_it_to_3101(self, town: Town) -> None:
        day = dt.date(2026, 5, 31)
        earn(town, 7_000, on=day)
        closing.close_period(area_ids=books_of(town.city.pk), through=day, at=AT, by="郑会计")
        assert computed(town).pools.get(custody_id=custody(town)).earned_parts == {"3101": 7_000, "4101": 100_000}

    def test_without_earnings_has_nothing_to_book(self, town: Town) -> None:
        charge_fee(custody_id=custody(town), fen=100_000, serial="SX1", booked_on=SETTLED, at=AT)
        charge_fee(custody_id=custody(town, FundKind.PUBLIC), fen=1_001, serial="SX2", booked_on=SETTLED, at=AT)
        run = computed(town)
        with pytest.raises(runs.NotNow, match="没有可入账的利息"):
            runs.approve(run.pk, by=town.people["approver"], at=LATER)


class TestAgreedRates:
    def test_bear_the_term_rate_on_what_was_carried_over_and_demand_on_the_rest(self, town: Town) -> None:
        follow(town, InterestRule(mode="AGREED"))
        put_in_force(town, {"DEMAND": 500, "Y1": 9_500})
        run = computed(town)
        first = houses_of(town.area)
        found = shares(run)
        assert found[first[0].pk] == 11_400  # 12,000.00 for a year at 0.95 %
        assert found[first[2].pk] == 362  # 8,900.00 for 293 days at 0.05 %
        taken_out = (dt.date(2026, 2, 1) - dt.date(2025, 6, 30)).days
        assert found[first[1].pk] == 4_750 + round(100_000 * taken_out * 0.0005 / 360)

    def test_that_are_missing_are_named_before_anything_is_computed(self, town: Town) -> None:
        follow(town, InterestRule(mode="AGREED"))
        put_in_force(town, {"DEMAND": 500})
        with pytest.raises(Refusal, match="一年定期"):
            start(town)

    def test_change_with_the_bank_of_the_custody_account(self, town: Town) -> None:
        follow(town, InterestRule(mode="AGREED"))
        put_in_force(town, {"DEMAND": 500, "Y1": 9_500})
        put_in_force(town, {"Y1": 20_000}, bank_id=town.banks[1].pk)
        assert shares(computed(town))[houses_of(town.area)[3].pk] == 10_000

    def test_leave_the_difference_to_what_the_bank_paid_undistributed(self, town: Town) -> None:
        follow(town, InterestRule(mode="AGREED"))
        put_in_force(town, {"DEMAND": 500, "Y1": 9_500})
        run = booked(town)
        pool = run.pools.get(custody_id=custody(town))
        rows = {
            row.account.code: row.closing_fen
            for row in trial_balance(first=SETTLED, last=SETTLED, area_ids=[pool.custody_id])
        }
        assert rows["4101"] == -100_000
        assert rows["3101"] == pool.total_fen


class TestARun:
    def test_booked_stands_on_every_sub_account_and_in_both_books(self, town: Town) -> None:
        house = houses_of(town.area)[0]
        before = balance(house)
        run = booked(town)
        assert (run.state, run.posted_fen) == (RunState.POSTED, 101_000)
        assert balance(house) == before + shares(run)[house.pk]
        rows = {
            row.account.code: row
            for row in trial_balance(first=SETTLED, last=SETTLED, area_ids=books_of(town.city.pk))
        }
        assert rows["3101"].debit_fen == 101_000
        assert rows["3001"].credit_fen == 100_000 and rows["3002"].credit_fen == 1_000
        bank_of_area = trial_balance(first=SETTLED, last=SETTLED, area_ids=[town.area.pk], custody_ids=[custody(town)])
        assert sum(row.closing_fen for row in bank_of_area if row.account.code == "1001") == sum(
            balance(one) for one in houses_of(town.area)[:3]
        )
        assert audit() == []

    def test_shows_as_earnings_on_the_houses_statement(self, town: Town) -> None:
        booked(town)
        line = house_lines(houses_of(town.area)[0].pk)[-1]
        assert (line.reason, line.booked_on) == ("earnings_shared", SETTLED)
        assert line.words.startswith("分得收益（利息等）")

    def test_is_approved_by_an_approver_who_did_not_compute_it(self, town: Town) -> None:
        run = computed(town)
        with pytest.raises(NeedsAnother):
            runs.approve(run.pk, by=town.people["accountant"], at=LATER)
        with pytest.raises(runs.NotNow, match="审批人员"):
            runs.approve(run.pk, by=town.people["teller"], at=LATER)
        with pytest.raises(Refusal, match="会计办理"):
            runs.start_run(
                jurisdiction_id=town.city.pk, settled_on=SETTLED, booked_on=SETTLED, by=town.people["approver"], at=AT
            )

    def test_is_refused_on_days_that_are_none_of_settlement(self, town: Town) -> None:
        with pytest.raises(HasProblems) as caught:
            start(town, settled_on=dt.date(2026, 7, 1))
        assert "结息日为 6 月 30 日" in str(caught.value)
        with pytest.raises(HasProblems, match="还没有到"):
            start(town, settled_on=dt.date(2027, 6, 30))

    def test_settles_a_day_once(self, town: Town) -> None:
        run = start(town)
        with pytest.raises(Refusal, match="已有一个结息批次"):
            start(town)
        runs.make_void(run.pk, by=town.people["accountant"], at=AT)
        assert start(town).state == RunState.COMPUTING

    def test_begins_where_the_one_before_ended(self, town: Town) -> None:
        house = houses_of(town.area)[0]
        booked(town)
        carried = balance(house)
        run = start(town, settled_on=dt.date(2027, 6, 30), at=dt.datetime(2027, 7, 1, 2, 0, tzinfo=dt.UTC))
        work()
        run.refresh_from_db()
        assert run.first == SETTLED
        line = InterestLine.objects.get(run=run, sub_account_id=house.pk)
        assert (line.balance_fen, int(line.product)) == (carried, carried * 365)

    def test_waits_for_the_booking_of_the_one_before(self, town: Town) -> None:
        computed(town)
        with pytest.raises(Refusal, match="入账完成后"):
            start(town, settled_on=dt.date(2027, 6, 30), at=dt.datetime(2027, 7, 1, 2, 0, tzinfo=dt.UTC))

    def test_sent_back_is_computed_again(self, town: Town) -> None:
        run = computed(town)
        with pytest.raises(HasProblems):
            runs.send_back(run.pk, reason=" ", by=town.people["approver"], at=LATER)
        runs.send_back(run.pk, reason="漏记手续费", by=town.people["approver"], at=LATER)
        charge_fee(custody_id=custody(town), fen=1_000, serial="SX1", booked_on=SETTLED, at=AT)
        runs.recompute(run.pk, by=town.people["accountant"], at=LATER)
        work()
        run.refresh_from_db()
        assert (run.state, run.total_fen, run.note) == (RunState.WAITING, 100_000, "")

    def test_is_not_approved_once_something_was_booked_into_its_period(self, town: Town) -> None:
        run = computed(town)
        put_in(town, {houses_of(town.area)[0]: 5_000}, dt.date(2026, 6, 29))
        with pytest.raises(runs.NotNow, match="重新计算"):
            runs.approve(run.pk, by=town.people["approver"], at=LATER)

    def test_is_not_approved_once_the_earnings_have_changed(self, town: Town) -> None:
        run = computed(town)
        earn(town, 1)
        with pytest.raises(runs.NotNow, match="待分配收益有变动"):
            runs.approve(run.pk, by=town.people["approver"], at=LATER)

    def test_is_not_approved_into_a_closed_period(self, town: Town) -> None:
        run = computed(town)
        closing.close_period(area_ids=[town.area.pk], through=SETTLED, at=AT, by="郑会计")
        with pytest.raises(runs.NotNow, match="已结账"):
            runs.approve(run.pk, by=town.people["approver"], at=LATER)

    def test_does_not_mind_what_was_booked_after_the_settlement_day(self, town: Town) -> None:
        run = computed(town)
        before = shares(run)
        put_in(town, {houses_of(town.area)[0]: 5_000_000}, dt.date(2026, 7, 1))
        runs.recompute(run.pk, by=town.people["accountant"], at=LATER)
        work()
        assert shares(run) == before

    def test_approved_twice_is_booked_once(self, town: Town) -> None:
        run = booked(town)
        with pytest.raises(runs.NotNow, match="已入账"):
            runs.approve(run.pk, by=town.people["approver"], at=LATER)
        assert posting.post_piece(run.pk, at=LATER) is False
        assert InterestRun.objects.get(pk=run.pk).posted_fen == 101_000

    def test_is_booked_piece_by_piece(self, town: Town) -> None:
        run = computed(town)
        runs.approve(run.pk, by=town.people["approver"], at=LATER)
        pieces = 0
        while posting.post_piece(run.pk, at=LATER, size=1):
            pieces += 1
            run.refresh_from_db()
            assert run.state == RunState.POSTING and 0 < run.posted_fen < 101_000
        run.refresh_from_db()
        assert (run.state, run.posted_fen, pieces) == (RunState.POSTED, 101_000, InterestPart.objects.count() - 1)
        assert audit() == []


class TestAClosedSubAccount:
    def test_takes_part_and_its_share_stays_undistributed(self, town: Town) -> None:
        gone = houses_of(second_area())[1]
        put_in(town, {gone: -333_333}, dt.date(2026, 1, 1))
        sub_accounts.close_for(gone.area_id, [gone.pk], on=dt.date(2026, 1, 1))
        run = booked(town)
        line = InterestLine.objects.get(run=run, sub_account_id=gone.pk)
        assert not line.is_open and line.fen > 0
        assert (run.withheld_fen, run.total_fen) == (line.fen, 101_000 - line.fen)
        assert balance(gone) == 0

    def test_closed_after_the_computing_stops_the_approval(self, town: Town) -> None:
        run = computed(town)
        house = houses_of(second_area())[1]
        put_in(town, {house: -333_333}, dt.date(2026, 7, 1))
        sub_accounts.close_for(house.area_id, [house.pk], on=dt.date(2026, 7, 1))
        with pytest.raises(runs.NotNow, match="销户"):
            runs.approve(run.pk, by=town.people["approver"], at=LATER)


class TestAReversal:
    def test_takes_the_whole_run_back_by_two(self, town: Town) -> None:
        before = {house.pk: balance(house) for house in houses_of(town.area)}
        run = booked(town)
        with pytest.raises(HasProblems):
            runs.ask_reversal(run.pk, reason="", by=town.people["accountant"], at=LATER)
        runs.ask_reversal(run.pk, reason="利息金额有误", by=town.people["accountant"], at=LATER)
        with pytest.raises(NeedsAnother):
            runs.approve_reversal(run.pk, by=town.people["accountant"], at=LATER)
        runs.approve_reversal(run.pk, by=town.people["approver"], at=LATER)
        work()
        run.refresh_from_db()
        assert (run.state, run.reversed_fen) == (RunState.REVERSED, 101_000)
        assert {house.pk: balance(house) for house in houses_of(town.area)} == before
        assert audit() == []
        assert start(town).state == RunState.COMPUTING  # the day may be settled anew

    def test_may_be_declined(self, town: Town) -> None:
        run = booked(town)
        runs.ask_reversal(run.pk, reason="误操作", by=town.people["accountant"], at=LATER)
        runs.decline_reversal(run.pk, by=town.people["approver"], at=LATER)
        run.refresh_from_db()
        assert run.state == RunState.POSTED
        assert posting.reverse_piece(run.pk, at=LATER) is False

    def test_is_refused_when_a_house_has_spent_its_share(self, town: Town) -> None:
        run = booked(town)
        house = houses_of(town.area)[0]
        put_in(town, {house: -balance(house)}, dt.date(2026, 7, 1))
        runs.ask_reversal(run.pk, reason="利息金额有误", by=town.people["accountant"], at=LATER)
        with pytest.raises(runs.NotNow, match="有 1 户"):
            runs.approve_reversal(run.pk, by=town.people["approver"], at=LATER)


class TestTheDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            {"state": RunState.POSTED},
            {"state": RunState.POSTING},
            {"settled_on": dt.date(2026, 7, 1)},
            {"posted_fen": 101_001},
        ],
    )
    def test_refuses_what_no_run_does(self, town: Town, change: dict[str, object]) -> None:
        run = computed(town)
        with pytest.raises(DatabaseError), transaction.atomic():
            InterestRun.objects.filter(pk=run.pk).update(**change)

    def test_refuses_the_approval_of_the_maker(self, town: Town) -> None:
        run = computed(town)
        with pytest.raises(IntegrityError), transaction.atomic():
            InterestRun.objects.filter(pk=run.pk).update(
                state=RunState.POSTING, decided_by=run.made_by_id, decided_at=AT
            )

    def test_refuses_another_amount_once_computed(self, town: Town) -> None:
        run = computed(town)
        for act in (
            lambda: InterestLine.objects.filter(run=run).update(fen=1),
            lambda: InterestLine.objects.filter(run=run).delete(),
            lambda: run.parts.update(total_fen=1),
            lambda: run.parts.all().delete(),
            lambda: run.delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()


class TestAFailedBooking:
    def test_says_why_and_goes_on_when_it_is_put_right(self, town: Town) -> None:
        run = computed(town)
        runs.approve(run.pk, by=town.people["approver"], at=LATER)
        closing.close_period(area_ids=[second_area().pk], through=SETTLED, at=AT, by="郑会计")
        (job,) = work()
        assert job.state == JobState.FAILED and "已结账" in job.sentences[0]
        run.refresh_from_db()
        assert (run.state, run.posted_fen) == (RunState.POSTING, 0)
        closing.reopen_period(area_ids=[second_area().pk], through=SETTLED, at=AT, by="郑会计")
        runs.go_on(run.pk, by=town.people["approver"], at=LATER)
        with pytest.raises(runs.NotNow, match="后台正在处理"):
            runs.go_on(run.pk, by=town.people["approver"], at=LATER)
        work()
        run.refresh_from_db()
        assert (run.state, run.posted_fen) == (RunState.POSTED, 101_000)
