"""The house table against the sample workbooks. covers: E3 E4"""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from upkeep.estate.house_sheet import HouseTable

DATA = Path(__file__).parent.parent / "data"
TODAY = dt.date(2026, 11, 21)


class TestTheHouseTable:
    def test_of_1200_houses_has_no_fault(self) -> None:
        reading = HouseTable().read((DATA / "house-table-1200.xlsx").read_bytes(), at=TODAY)

        assert reading.faults == []
        assert reading.warnings == []
        assert len(reading.rows) == 1200
        assert sum(row.values["area_dm2"] for row in reading.rows) == 112_839_56

    def test_with_faults_names_exactly_the_expected_cells(self) -> None:
        with (DATA / "house-table-faulty.expected.csv").open(encoding="utf-8-sig") as file:
            expected = [line["cell"] for line in csv.DictReader(file)]

        reading = HouseTable().read((DATA / "house-table-faulty.xlsx").read_bytes(), at=TODAY)

        assert sorted(fault.cell for fault in reading.faults) == sorted(expected)
        assert len(reading.rows) == 300 - 19

    @pytest.mark.parametrize(
        ("number", "key", "value"),
        [(140, "area_dm2", 8912), (141, "room", "1704"), (142, "area_dm2", 10150), (143, "area_dm2", 8912)],
    )
    def test_accepts_what_is_certain(self, number: int, key: str, value: object) -> None:
        reading = HouseTable().read((DATA / "house-table-faulty.xlsx").read_bytes(), at=TODAY)

        assert next(row for row in reading.rows if row.number == number).values[key] == value

    def test_exported_reads_back_the_same(self) -> None:
        rows = HouseTable().read((DATA / "house-table-1200.xlsx").read_bytes(), at=TODAY).rows

        again = HouseTable().read(HouseTable().export([row.values for row in rows]), at=TODAY)

        assert again.rows == rows

    def test_warns_of_an_unusually_large_home(self) -> None:
        values = HouseTable().read((DATA / "house-table-1200.xlsx").read_bytes(), at=TODAY).rows[0].values

        reading = HouseTable().read(HouseTable().export([{**values, "area_dm2": 500_01}]), at=TODAY)

        assert reading.faults == []
        assert [(warning.cell, warning.text) for warning in reading.warnings] == [
            ("K2", "住宅建筑面积超过 500 ㎡，请核对")
        ]

    def test_offers_its_columns_in_the_order_of_the_sample(self) -> None:
        sample = load_workbook(DATA / "house-table-1200.xlsx").worksheets[0]

        blank = load_workbook(io.BytesIO(HouseTable().template())).worksheets[0]

        assert [str(cell.value).strip("*") for cell in blank[1]] == [cell.value for cell in sample[1]]
