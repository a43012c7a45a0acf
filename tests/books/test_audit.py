"""The audit finds what somebody with every right changed behind the journal's back. covers: F1"""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.books.cast import AREA, AT, DAY, HOUSES, deposit, event, open_area
from tests.ledger.attacks import Db
from upkeep.books import audit as books_audit
from upkeep.books import postings, sub_accounts
from upkeep.books.audit import audit
from upkeep.ledger import audit as ledger_audit

A, B, C = HOUSES
pytestmark = pytest.mark.commits

#: what the owner does with all triggers off -> the rules that notice
TAMPERING = [
    (
        "update ledger.line set debit_fen = debit_fen + 1 where debit_fen > 0 and code = '1001'",
        {"L1.balance", "L10.content"},
    ),
    ("delete from ledger.line where line_no = 2", {"L1.balance", "L1.lines", "L5.balance"}),
    ("delete from ledger.line", {"L1.lines", "L5.totals"}),
    ("update ledger.line set booked_on = booked_on - 1", {"L2.orphan", "L5.balance", "L5.totals"}),
    ("update ledger.line set entry_id = entry_id + 5 where line_no = 1", {"L2.orphan"}),
    ("update ledger.entry set source = 'other' where source = 'first'", {"L10.content"}),
    ("update ledger.sub_account set balance_fen = balance_fen + 1 where id = 11", {"L5.balance", "B1.control"}),
    ("update ledger.sub_account set day_product = 0 where id = 11", {"L5.balance"}),
    ("update ledger.sub_account set held_fen = held_fen - 1 where id = 11", {"L5.held"}),
    ("update ledger.hold set amount_fen = 1 where released_at is null", {"L5.held"}),
    ("update ledger.hold set sub_account_id = 77", {"L5.held", "L6.sub_account"}),
    ("update ledger.day_total set debit_fen = debit_fen + 1 where code = '1001'", {"L5.totals", "B5.equation"}),
    ("update ledger.day_total set credit_fen = 9999 where code = '1001'", {"B4.money"}),
    ("update ledger.line set sub_account_id = 99 where sub_account_id = 11", {"L5.balance", "L6.sub_account"}),
    ("update ledger.line set sub_account_id = null", {"L5.balance", "B2.control_of_custody"}),
    ("update ledger.line set sub_account_id = 11 where code = '1001'", {"B3.sub_account"}),
    ("delete from ledger.account where code = '4001'", {"L6.account"}),
    ("update ledger.custody set fund = 'PUBLIC'", {"L6.account"}),
    ("update ledger.custody set fund = 'HIS_OWN'", {"B7.fund"}),
    ("insert into ledger.account values (1, 9, '6666')", {"B6.chart"}),
    ("delete from ledger.book", {"L6.book"}),
    (
        "update ledger.line l set code = '5001' from ledger.entry e"
        " where e.id = l.entry_id and e.reverses is not null and code = '4001'",
        {"L8.mirror"},
    ),
    (
        "update ledger.entry set reverses = (select id from ledger.entry where source = 'undo')"
        " where source = 'first'",
        {"L8.once"},
    ),
    ("update ledger.book set closed_through = '2020-01-01'", {"L11.closed"}),
    (
        "insert into ledger.period values (1, '2026-12-31', now(), 'x');"
        "update ledger.book set closed_through = '2026-12-31'",
        {"B9.carried_forward"},
    ),
    (
        "insert into ledger.account values (1, 9, '100199');"
        "insert into ledger.day_total values (1, 9, '100199', '2026-03-01', 0, 5)",
        {"B8.in_transit"},
    ),
    (
        "alter table ledger.sub_account drop constraint sub_account_never_below_held;"
        "update ledger.sub_account set balance_fen = -5 where id = 12",
        {"L4.floor"},
    ),
    (
        "alter table ledger.sub_account drop constraint sub_account_closed_is_empty;"
        "update ledger.sub_account set closed_on = '2026-03-01' where id = 11",
        {"L4.closed"},
    ),
    (
        "alter table ledger.line drop constraint line_is_debit_or_credit;"
        "update ledger.line set debit_fen = debit_fen + 3, credit_fen = credit_fen + 3 where line_no = 1",
        {"L3.amount"},
    ),
    (
        "alter table ledger.entry drop constraint entry_source_once;update ledger.entry set source = 'first'",
        {"L9.source"},
    ),
    (
        "insert into ledger.entry (id, area_id, source, reason, fund, booked_on, line_count, content)"
        " select id, 2, source, reason, fund, booked_on, line_count, content from ledger.entry where source = 'first'",
        {"L2.id", "L1.lines"},
    ),
]
_TABLES = ("book", "custody", "account", "sub_account", "entry", "line", "day_total", "hold", "period")


@pytest.fixture
def tampering(owner_connection: Db) -> Iterator[Db]:
    """The owner with the journal's triggers switched off."""
    open_area()
    deposit({A: 100, B: 50}, source="first")
    postings.entry_reversed(entry_id=deposit({A: 5}), source="undo", booked_on=DAY)
    postings.repair_paid(**event(amounts={B: 10}))
    sub_accounts.hold(area_id=AREA, amounts={A: 40}, source="order:1", at=AT)
    for table in _TABLES:
        owner_connection.execute(f"alter table ledger.{table} disable trigger user".encode())
    owner_connection.commit()
    yield owner_connection


class TestTheAudit:
    """`audit()` and the command over it."""

    def test_finds_every_kind_of_tampering(self, tampering: Db) -> None:
        assert audit() == []
        noticed = set()
        for act, rules in TAMPERING:
            before = _copy(tampering)
            tampering.execute(act.encode())
            tampering.commit()
            found = {finding.code for finding in audit()}
            assert rules <= found, (act, found)
            noticed |= rules
            _put_back(tampering, before)
            assert audit() == [], act
        assert noticed == _every_rule()

    def test_command_passes_on_sound_books(self, capsys: pytest.CaptureFixture[str]) -> None:
        open_area()
        deposit({A: 1})
        call_command("audit_ledger")
        assert "没有发现问题" in capsys.readouterr().out

    def test_command_ends_with_one_on_findings(self, tampering: Db, capsys: pytest.CaptureFixture[str]) -> None:
        tampering.execute("update ledger.sub_account set balance_fen = balance_fen + 1 where id = 11")
        tampering.commit()
        with pytest.raises(SystemExit) as ended:
            call_command("audit_ledger")
        assert ended.value.code == 1
        assert "L5.balance" in capsys.readouterr().out


_CONSTRAINTS = (
    "select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
    " where connamespace = 'ledger'::regnamespace and contype in ('c', 'u')"
)


def _copy(owner: Db) -> list[tuple[str, str, str]]:
    """Keep all rows aside; returns the checks and keys there are."""
    for table in _TABLES:
        owner.execute(f"create table public.kept_{table} as table ledger.{table}".encode())
    constraints = owner.execute(_CONSTRAINTS).fetchall()
    owner.commit()
    return constraints


def _put_back(owner: Db, constraints: list[tuple[str, str, str]]) -> None:
    for table in reversed(_TABLES):
        owner.execute(f"delete from ledger.{table}".encode())
    for table in _TABLES:
        owner.execute(f"insert into ledger.{table} overriding system value table public.kept_{table}".encode())
        owner.execute(f"drop table public.kept_{table}".encode())
    left = set(owner.execute(_CONSTRAINTS).fetchall())
    for table, name, definition in set(constraints) - left:
        owner.execute(f"alter table {table} add constraint {name} {definition}".encode())
    owner.commit()


def _every_rule() -> set[str]:
    return {*books_audit._CHECKS, *ledger_audit._CHECKS}
