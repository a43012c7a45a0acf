"""The figures behind the authority's dashboard agree with the statements, and cost a fixed number of queries.

# covers: Q8
"""

import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT
from tests.closing.scene import Scene, make_scene
from tests.staging import staged
from upkeep.books import closing
from upkeep.closing.figures import figures_of
from upkeep.closing.periods import Period
from upkeep.closing.statements import Scope, StatementKind, sheet_of
from upkeep.demo.cases import file_cases
from upkeep.deposits.arrears import register_arrears
from upkeep.deposits.models import Arrears
from upkeep.estate.actions import create_area
from upkeep.estate.models import House

pytestmark = pytest.mark.django_db
scene = staged(make_scene)
JANUARY, NOVEMBER = dt.date(2026, 1, 1), dt.date(2026, 11, 30)


def cells(scene: Scene, kind: StatementKind, label: str, period: Period) -> tuple[int, ...]:
    sheet = sheet_of(kind, scope=Scope(jurisdiction_id=scene.city_id), period=period)
    return next(row.cells for row in sheet.rows if row.label == label)


class TestTheFigures:
    @pytest.mark.parametrize("closed", [False, True])
    def test_of_all_places_together_are_the_citys_statements(self, scene: Scene, closed: bool) -> None:
        if closed:
            for period in (Period(2026, 9), Period(2026, 10)):
                closing.close_period(
                    area_ids=scene.books,
                    through=period.last,
                    at=AT,
                    by="x",
                    other_expense_to_houses=period.month == 10,
                )
        found = figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT)

        november = Period(2026, 11)
        assert sum(one.balance_fen for one in found) == cells(scene, StatementKind.BALANCE, "资产总计", november)[5]
        assert sum(one.inflow_fen for one in found) == cells(scene, StatementKind.INCOME, "收入合计", november)[5]
        assert sum(one.outflow_fen for one in found) == cells(scene, StatementKind.INCOME, "支出合计", november)[5]
        assert [len(one.months) for one in found if one.months] == [11] * len([one for one in found if one.months])
        for place in (9, 10):
            received = sum(m.inflow_fen for one in found for m in one.months if m.month.month == place)
            assert received == cells(scene, StatementKind.INCOME, "收入合计", Period(2026, place))[2]

    def test_stand_at_the_end_of_every_month(self, scene: Scene) -> None:
        found = figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT)
        for place, month in enumerate(range(1, 12)):
            standing = sum(one.months[place].balance_fen for one in found if one.months)
            assert standing == cells(scene, StatementKind.BALANCE, "资产总计", Period(2026, month))[5]
        houses = sum(one.months[-1].houses_fen for one in found if one.months)
        with connection.cursor() as cursor:
            cursor.execute("select sum(balance_fen)::bigint from ledger.sub_account")
            assert cursor.fetchone() == (houses,)

    def test_of_a_district_are_its_own_and_nobody_elses(self, scene: Scene) -> None:
        district = scene.area.jurisdiction_id
        alone = figures_of(jurisdiction_id=district, first=JANUARY, last=NOVEMBER, at=AT)
        within_the_city = figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT)
        assert alone == [one for one in within_the_city if one.place.pk == district]
        far = scene.cast["stranger-clerk"].jurisdiction_id
        assert figures_of(jurisdiction_id=far, first=JANUARY, last=NOVEMBER, at=AT) == []

    def test_count_arrears_by_what_is_lacking(self, scene: Scene) -> None:
        House.objects.filter(area=scene.area, pk__in=scene.houses).update(first_deposit_due_fen=90_000_000)
        register_arrears(on=dt.date(2026, 11, 20))
        rows = list(Arrears.objects.filter(left_on__isnull=True))
        found = figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT)
        assert sum(one.arrears.houses for one in found) == len(rows) >= 2
        assert sum(one.arrears.lacking_fen for one in found) == sum(
            one.first_due_fen - one.balance_fen for one in rows
        )

    def test_count_cases_by_state_and_age(self, scene: Scene) -> None:
        filed = file_cases(scene.cast.city, today=AT.date(), chance=random.Random(1))
        found = figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT)
        counted = sum(sum(one.cases.by_state.values()) for one in found)
        under_way = [one.cases.under_way for one in found]
        assert counted >= filed > 0 and sum(under_way) > 0
        later = figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT + dt.timedelta(days=400))
        assert sum(one.cases.by_age[-1] for one in later) == sum(under_way)

    def test_cost_no_more_queries_for_more_areas(self, scene: Scene) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as seen:
                figures_of(jurisdiction_id=scene.city_id, first=JANUARY, last=NOVEMBER, at=AT)
            return len(seen)

        before = asked()
        for number in range(5):
            create_area(
                jurisdiction_id=scene.area.jurisdiction_id,
                name=f"新苑{number}",
                address="新路 1 号",
                developer_id=scene.area.developer_id,
                floor_area_dm2=1,
                at=AT,
            )
        assert asked() == before <= 6
