"""The owner table of a batch deposit. covers: D1"""

import datetime as dt
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from upkeep.deposits.owner_sheet import OwnerSheet
from upkeep.sheets.sheet import Reading

TODAY = dt.date(2026, 11, 21)
HOUSE = {"building": "1幢", "unit": "1", "room": "101", "area_dm2": 11836, "due_fen": 1006060}
OWNER = {
    "owner_name": "张三",
    "paper_kind": "身份证",
    "paper_number": "51050219900101123X",
    "owner_phone": "13812345678",
}
DEVELOPER = {
    "developer_name": "示范市江南置业有限公司",
    "developer_credit_code": "91510500MA6000000B",
    "developer_phone": "0830-3100000",
}


def read(*rows: dict[str, Any]) -> Reading:
    return OwnerSheet().read(OwnerSheet().export(rows), at=TODAY)


class TestTheOwnerTable:
    def test_takes_sold_and_unsold_houses_together(self) -> None:
        reading = read({**HOUSE, **OWNER}, {**HOUSE, "room": "102", **DEVELOPER})

        assert reading.faults == []
        assert reading.rows[0].values["paper_number"] == "51050219900101123X"
        assert reading.rows[1].values["developer_name"] == "示范市江南置业有限公司"

    @pytest.mark.parametrize(
        ("row", "cells"),
        [
            (HOUSE, ["F2"]),
            ({**HOUSE, **OWNER, **DEVELOPER}, ["J2"]),
            ({**HOUSE, "owner_name": "张三"}, ["G2", "H2", "I2"]),
            ({**HOUSE, **OWNER, "paper_number": "510502199001011234"}, ["H2"]),
            ({**HOUSE, **OWNER, "paper_kind": "统一社会信用代码"}, ["H2"]),
            ({**HOUSE, **OWNER, "owner_phone": "138"}, ["I2"]),
            ({**HOUSE, "developer_name": "某公司"}, ["K2", "M2"]),
            ({**HOUSE, **DEVELOPER, "developer_credit_code": "91510500MA6000000C"}, ["K2"]),
            ({**HOUSE, **OWNER, "due_fen": None}, ["E2"]),
        ],
    )
    def test_names_the_cells_that_are_wrong(self, row: dict[str, Any], cells: list[str]) -> None:
        assert [fault.cell for fault in read(row).faults] == cells

    def test_takes_a_passport_without_a_check_digit(self) -> None:
        assert read({**HOUSE, **OWNER, "paper_kind": "护照", "paper_number": "E12345678"}).faults == []

    def test_takes_an_organisation_code_where_there_is_no_credit_code(self) -> None:
        row = {**HOUSE, **DEVELOPER, "developer_credit_code": None, "developer_code": "KF-0012"}

        assert read(row).faults == []

    def test_refuses_a_house_named_twice(self) -> None:
        assert [(fault.cell, fault.text) for fault in read({**HOUSE, **OWNER}, {**HOUSE, **OWNER}).faults] == [
            ("C3", "与第 2 行是同一户（楼栋、单元、房号重复）")
        ]

    def test_locks_what_we_filled_in_and_leaves_the_rest_open(self) -> None:
        page = load_workbook(io.BytesIO(OwnerSheet().template(rows=[HOUSE]))).worksheets[0]

        assert page.protection.sheet is True
        assert page["E2"].protection.locked is True
        assert page["F2"].protection.locked is False
        assert page["E2"].value == 10060.6
