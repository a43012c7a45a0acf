"""利率表: two people, kept for ever, and which rate held on which day.

# covers: F5
"""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tests.banking.town import Town
from tests.earnings.scene import AT, FIRST, LATER, SETTLED, make_scene, put_in_force
from tests.staging import staged
from upkeep.banking.orders import NeedsAnother
from upkeep.books.chart import FundKind
from upkeep.earnings import rates
from upkeep.earnings.models import Rate, RateSheet, SheetState
from upkeep.kernel.errors import HasProblems, Refusal

town = staged(make_scene)
pytestmark = pytest.mark.django_db


def propose(town: Town, **changes: Any) -> RateSheet:
    values: dict[str, Any] = {
        "jurisdiction_id": town.city.pk,
        "bank_id": None,
        "valid_from": dt.date(2025, 1, 1),
        "rates": {"DEMAND": 500, "Y1": 9_500},
        "basis": "中国人民银行公告",
        "by": town.people["accountant"],
        "at": AT,
    }
    return rates.propose_sheet(**(values | changes))


class TestASheet:
    def test_is_in_force_once_another_person_has_confirmed_it(self, town: Town) -> None:
        sheet = propose(town)
        assert sheet.state == SheetState.WAITING
        rates.confirm_sheet(sheet.pk, by=town.people["approver"], at=LATER)
        sheet.refresh_from_db()
        assert (sheet.state, sheet.decided_by_name) == (SheetState.IN_FORCE, "王主任")

    def test_is_refused_to_whoever_may_not(self, town: Town) -> None:
        with pytest.raises(Refusal, match="会计录入"):
            propose(town, by=town.people["approver"])
        sheet = propose(town)
        with pytest.raises(NeedsAnother):
            rates.confirm_sheet(sheet.pk, by=town.people["accountant"], at=LATER)
        with pytest.raises(Refusal, match="审批人员"):
            rates.confirm_sheet(sheet.pk, by=town.people["teller"], at=LATER)

    def test_names_everything_that_is_wrong_at_once(self, town: Town) -> None:
        with pytest.raises(HasProblems) as caught:
            propose(town, rates={"Y1": 200_001, "WEEK": 1}, basis=" ", bank_id=town.developer.pk)
        assert [one.field for one in caught.value.problems] == ["bank", "Y1", "WEEK", "basis"]

    def test_waits_alone_and_may_be_taken_back_or_sent_back(self, town: Town) -> None:
        sheet = propose(town)
        with pytest.raises(Refusal, match="等待确认"):
            propose(town)
        with pytest.raises(Refusal, match="只有录入人"):
            rates.drop_sheet(sheet.pk, by=town.people["approver"], at=AT)
        rates.drop_sheet(sheet.pk, by=town.people["accountant"], at=AT)
        again = propose(town)
        with pytest.raises(HasProblems):
            rates.refuse_sheet(again.pk, reason=" ", by=town.people["approver"], at=AT)
        rates.refuse_sheet(again.pk, reason="执行日期有误", by=town.people["approver"], at=AT)
        with pytest.raises(rates.SheetDecided, match="未通过"):
            rates.confirm_sheet(again.pk, by=town.people["approver"], at=AT)

    def test_is_the_only_one_of_its_bank_from_that_day(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500}, since=FIRST)
        sheet = propose(town, valid_from=FIRST)
        with pytest.raises(Refusal, match="同一执行日期"):
            rates.confirm_sheet(sheet.pk, by=town.people["approver"], at=LATER)

    def test_is_kept_by_the_database_as_it_was_confirmed(self, town: Town) -> None:
        sheet = put_in_force(town, {"DEMAND": 500})
        for act in (
            lambda: Rate.objects.filter(sheet=sheet).update(millionths=900),
            lambda: Rate.objects.filter(sheet=sheet).delete(),
            lambda: RateSheet.objects.filter(pk=sheet.pk).update(valid_from=FIRST),
            lambda: Rate.objects.create(sheet=sheet, term="Y1", millionths=1),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
        waiting = propose(town, valid_from=FIRST)
        with pytest.raises(IntegrityError), transaction.atomic():
            RateSheet.objects.filter(pk=waiting.pk).update(
                state=SheetState.IN_FORCE, decided_by=waiting.made_by_id, decided_at=AT
            )


class TestTheRatesOfAPeriod:
    def of(self, town: Town, *terms: str) -> dict[str, list[tuple[dt.date, dt.date, int]]]:
        found = rates.segments(custody=town.custodies[FundKind.COMMODITY], terms=terms, first=FIRST, last=SETTLED)
        return {term: [(one.first, one.last, one.rate) for one in some] for term, some in found.items()}

    def test_are_split_on_the_day_of_a_change(self, town: Town) -> None:
        change = dt.date(2026, 1, 10)
        put_in_force(town, {"DEMAND": 1_000, "Y1": 12_500})
        put_in_force(town, {"DEMAND": 500, "Y1": 12_500}, since=change)
        assert self.of(town, "DEMAND", "Y1") == {
            "DEMAND": [(FIRST, change, 1_000), (change, SETTLED, 500)],
            "Y1": [(FIRST, SETTLED, 12_500)],
        }

    def test_are_the_banks_own_where_it_has_a_sheet(self, town: Town) -> None:
        own = dt.date(2026, 1, 1)
        put_in_force(town, {"DEMAND": 1_000, "Y1": 12_500})
        put_in_force(town, {"DEMAND": 2_000}, since=own, bank_id=town.banks[0].pk)
        put_in_force(town, {"DEMAND": 9_000}, since=own, bank_id=town.banks[1].pk)
        assert self.of(town, "DEMAND") == {"DEMAND": [(FIRST, own, 1_000), (own, SETTLED, 2_000)]}
        assert self.of(town, "Y1") == {"Y1": [(FIRST, SETTLED, 12_500)]}

    def test_that_nobody_confirmed_are_named(self, town: Town) -> None:
        put_in_force(town, {"DEMAND": 500}, since=dt.date(2025, 9, 1))
        with pytest.raises(rates.NoRate, match="建设银行江城分行在 2025-06-30 没有已确认的“活期”利率"):
            self.of(town, "DEMAND")


class TestPercent:
    def test_is_exact(self) -> None:
        assert [rates.percent(one) for one in (500, 9_500, 10_000, 27_525, 0, 123)] == [
            "0.05%",
            "0.95%",
            "1.00%",
            "2.7525%",
            "0.00%",
            "0.0123%",
        ]
