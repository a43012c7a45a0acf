"""年度结存单 of every house: asked for, printed in the background, one PDF per area, with figures that agree.

# covers: F8
"""

import datetime as dt
from typing import Any

import pytest

from tests.cast import AT, TODAY, Cast
from tests.web.owner.scene import OwnersHouse
from tests.web.pages import client_of, do_work, text
from upkeep.banking.annual import PRINTING, ask_for, lock_of
from upkeep.books import postings
from upkeep.books.annual import HouseYear, years_of
from upkeep.books.chart import FundKind
from upkeep.books.sub_accounts import balances
from upkeep.estate.models import Area
from upkeep.estate.queries import houses_of_area
from upkeep.jobs.models import Job
from upkeep.printing.models import KeptPrint

pytestmark = pytest.mark.django_db

YEAR = 2025


class TestTheFigures:
    def test_of_a_year_lead_from_its_first_balance_to_its_last(self, mine: OwnersHouse) -> None:
        custody = mine.slip_for(mine.unpaid()).custody
        head: dict[str, Any] = {
            "area_id": mine.house.area_id,
            "custody_id": custody.pk,
            "fund_kind": FundKind.COMMODITY,
        }
        year_end = balances([mine.house.pk])[mine.house.pk].balance_fen
        postings.repair_paid(
            **head,
            amounts={mine.house.pk: 1_000},
            source="repair:1:1:C",
            booked_on=dt.date(2026, 3, 1),
        )

        before, after = years_of([mine.house.pk], year=2025)[mine.house.pk], years_of([mine.house.pk], year=2026)
        assert before.closing_fen == after[mine.house.pk].opening_fen
        assert after[mine.house.pk].repairs_fen == after[mine.house.pk].spent_fen == 1_000
        assert after[mine.house.pk].closing_fen == year_end - 1_000

    def test_of_a_house_without_money_are_all_nothing(self, mine: OwnersHouse) -> None:
        house = mine.unpaid()

        assert years_of([house.pk], year=YEAR) == {house.pk: HouseYear()}


class TestTheAccountant:
    def test_has_an_area_printed_and_opens_it(self, settled: Cast) -> None:
        area, client = settled.area(), client_of(settled, "demo-accountant")

        client.post("/transactions/annual/make/", {"year": YEAR, "area": area.pk})
        waits = text(client.get(f"/transactions/annual/?year={YEAR}"))
        job = do_work()
        kept = KeptPrint.objects.get(subject=lock_of(area.pk, YEAR))
        opened = client.get(f"/transactions/annual/{area.pk}/{kept.pk}/?year={YEAR}")

        assert "排队中" in waits and job.state == "DONE"
        assert kept.pages == (len(houses_of_area(area.pk)) + 1) // 2
        assert opened.content.startswith(b"%PDF")
        assert kept.number in text(client.get(f"/transactions/annual/?year={YEAR}"))

    def test_has_the_whole_city_printed_area_by_area_once(self, settled: Cast) -> None:
        client = client_of(settled, "demo-accountant")
        for _ in range(2):
            client.post("/transactions/annual/make/", {"year": YEAR})

        assert Job.objects.filter(kind=PRINTING).count() == Area.objects.count()

    def test_cannot_print_a_year_that_is_not_over(self, settled: Cast) -> None:
        with pytest.raises(Exception, match="2026 年还没有结束"):
            ask_for([settled.area()], year=TODAY.year, by_id=1, at=AT)

    def test_of_an_area_of_others_finds_nothing(self, settled: Cast) -> None:
        client = client_of(settled, "demo-accountant")

        assert client.post("/transactions/annual/make/", {"area": "12345"}).status_code == 404
        assert client.post("/transactions/annual/make/", {"area": "x"}).status_code == 404
        assert not Job.objects.filter(kind=PRINTING).exists()


class TestAnOrganisation:
    def test_opens_what_is_printed_of_its_areas_and_prints_nothing(self, settled: Cast) -> None:
        area = settled.area()
        client_of(settled, "demo-accountant").post("/transactions/annual/make/", {"year": YEAR, "area": area.pk})
        do_work()
        kept = KeptPrint.objects.get(subject=lock_of(area.pk, YEAR))
        committee = client_of(settled, "demo-committee")

        assert committee.get(f"/transactions/annual/{area.pk}/{kept.pk}/?year={YEAR}").content.startswith(b"%PDF")
        assert committee.post("/transactions/annual/make/", {"year": YEAR}).status_code == 403
        assert committee.get(f"/transactions/annual/{area.pk}/{kept.pk}/?year=2024").status_code == 404
