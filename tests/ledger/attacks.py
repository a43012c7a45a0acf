"""What an attacker, or a bug, may try on the journal with plain SQL. Each names the guard that must refuse it.

The seeded journal: areas 1 and 2 with books, 3 closed through 2026-01-31; houses 11, 12, 13 (area 1), 21 (area 2), 31
(area 3); custody account 9 keeps COMMODITY books, 8 PUBLIC ones; house 11 has 300 fen of which 100 are held, 12 has 0,
13 is closed.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg

Db = psycopg.Connection[tuple[Any, ...]]
Leg = tuple[str, int | None, int]
NO_RIGHT = "42501"  # SQLSTATE insufficient_privilege
_ids = itertools.count(10_000)


def begin(db: Db, source: str = "attack", *, area: int = 1, day: str = "2026-03-01", fund: str = "COMMODITY",
          reverses: int | None = None, lines: int = 2) -> int:  # fmt: skip
    """An entry's head, as the serving role may write it."""
    entry = next(_ids)
    db.execute(
        "insert into ledger.entry (id, area_id, source, reason, fund, booked_on, reverses, line_count, content)"
        " values (%s, %s, %s, 'attack', %s, %s, %s, %s, '')",
        [entry, area, source, fund, day, reverses, lines],
    )
    return entry


def add(
    db: Db, entry: int, *legs: Leg, area: int = 1, day: str = "2026-03-01", custody: int = 9, first: int = 1
) -> None:
    """Lines of (code, sub-account, fen: credit positive), in one statement."""
    values = ", ".join(
        f"({entry}, {first + n}, {area}, '{day}', {custody}, '{code}', {sub or 'null'}, {max(-fen, 0)}, {max(fen, 0)})"
        for n, (code, sub, fen) in enumerate(legs)
    )
    db.execute(
        "insert into ledger.line"
        " (entry_id, line_no, area_id, booked_on, custody_id, code, sub_account_id, debit_fen, credit_fen)"
        f" values {values}"
    )


def post(db: Db, *legs: Leg, custody: int = 9, **head: Any) -> int:
    """A whole entry."""
    entry = begin(db, lines=len(legs), **head)
    add(db, entry, *legs, area=head.get("area", 1), day=head.get("day", "2026-03-01"), custody=custody)
    return entry


def seed(owner: Db, app: Db) -> None:
    """Fill the journal as the docstring says; everything by the serving role but what only time can do."""
    app.execute("insert into ledger.book (area_id) values (1), (2), (3)")
    app.execute("insert into ledger.custody (id, fund) values (9, 'COMMODITY'), (8, 'PUBLIC')")
    app.execute(
        "insert into ledger.account (area_id, custody_id, code)"
        " select area, custody, code from unnest(array[1, 3]) area, unnest(array[8, 9]) custody,"
        " unnest(array['1001', '3001', '4001', '5001']) code"
    )
    app.execute("insert into ledger.account (area_id, custody_id, code) values (2, 9, '1001'), (2, 9, '6001')")
    app.execute("insert into ledger.sub_account (id, area_id) values (11, 1), (12, 1), (13, 1), (21, 2), (31, 3)")
    app.execute("update ledger.sub_account set closed_on = '2026-02-01' where id = 13")
    post(app, ("1001", None, -300), ("4001", 11, 300), source="deposit")
    mistake = post(app, ("1001", None, -5), ("4001", 11, 5), source="mistake")
    post(app, ("1001", None, 5), ("4001", 11, -5), source="corrected", reverses=mistake)
    deposit3 = post(app, ("1001", None, -5), ("4001", 31, 5), source="numbered", area=3)
    app.execute(
        "insert into ledger.voucher (entry_id, area_id, month, number) values (%s, 3, '2026-03-01', 1)", [deposit3]
    )
    app.execute(
        "insert into ledger.hold (id, area_id, sub_account_id, source, amount_fen, created_at)"
        " values (1, 1, 11, 'order:1', 100, '2026-03-01'), (2, 1, 11, 'order:2', 50, '2026-03-01')"
    )
    app.execute("update ledger.hold set released_at = '2026-03-02' where id = 2")
    app.execute(
        "insert into ledger.period (area_id, through, closed_at, closed_by)"
        " values (3, '2025-12-31', '2026-01-05', 'x'), (3, '2026-01-31', '2026-02-05', 'x')"
    )
    app.commit()
    owner.commit()


def entry_id(db: Db, source: str) -> int:
    """The seeded entry of a source."""
    found = db.execute("select id from ledger.entry where source = %s", [source]).fetchone()
    assert found is not None
    return int(found[0])


@dataclass(frozen=True)
class Attack:
    """One try: `rule` is the guard (constraint name) or SQLSTATE that refuses it; "" when it must be allowed."""

    name: str
    rule: str
    act: Callable[[Db], object] = field(repr=False)
    role: str = "app"

    def refused_by(self, db: Db) -> str:
        """Which guard refuses, "" when the attack succeeds. Nothing stays."""
        try:
            self.act(db)
            db.execute("set constraints all immediate")
        except psycopg.Error as error:
            return error.diag.constraint_name or error.sqlstate or str(error)
        finally:
            db.rollback()
        return ""


def _sql(text: str, rule: str = NO_RIGHT, *, role: str = "app") -> Attack:
    return Attack(f"{role}: {text}", rule, lambda db: db.execute(text), role)


def _insert(db: Db, table: str, **values: Any) -> None:
    """A row with what is given; everything else the table demands is blank."""
    blank = {"boolean": False, "date": "2026-01-01", "timestamp with time zone": "2026-01-01", "jsonb": "{}"}
    demanded = db.execute(
        "select column_name, data_type from information_schema.columns where table_name = %s and is_nullable = 'NO'"
        " and column_default is null and is_identity = 'NO'",
        [table],
    ).fetchall()
    row = {name: blank.get(kind, "" if kind.startswith(("character", "text")) else 0) for name, kind in demanded}
    row |= values
    names, places = ", ".join(f'"{name}"' for name in row), ", ".join(["%s"] * len(row))
    db.execute(f"insert into {table} ({names}) values ({places})".encode(), list(row.values()))


def _a_house_that_left(db: Db, house: int) -> None:
    """A cancelled house with nothing around it but what the keys ask for."""
    _insert(db, "parties_jurisdiction", id=77, code="990000", slug="attacked", name="被攻市", level="CITY")
    _insert(db, "estate_area", id=77, number="WY77", jurisdiction_id=77)
    _insert(db, "estate_building", id=77, area_id=77)
    _insert(db, "estate_house", id=house, area_id=77, building_id=77, floor=1, area_dm2=1, state="CANCELLED", room="1")


def _open_for_a_house_that_left(db: Db) -> None:
    _a_house_that_left(db, 4711)
    db.execute("insert into ledger.sub_account (id, area_id) values (4711, 1)")


def _reopen_for_a_house_that_left(db: Db) -> None:
    _a_house_that_left(db, 13)
    db.execute("update ledger.sub_account set closed_on = null where id = 13")


def _open_a_selling_units_account_elsewhere(db: Db) -> None:
    _insert(db, "parties_jurisdiction", id=77, code="990000", slug="attacked", name="被攻市", level="CITY")
    _insert(db, "parties_organisation", id=78, jurisdiction_id=77, kind="SELLING_UNIT")
    _insert(db, "estate_area", id=77, number="WY77", jurisdiction_id=77)
    _insert(db, "estate_building", id=77, area_id=77)
    _insert(db, "estate_sellingunitaccount", id=4712, organisation_id=78, building_id=77)
    db.execute("insert into ledger.sub_account (id, area_id) values (4712, 1)")


def _two_statements(db: Db) -> None:
    entry = begin(db)
    add(db, entry, ("1001", None, -10))
    add(db, entry, ("4001", 11, 10), first=2)


def _more_lines_later(db: Db) -> None:
    entry = post(db, ("1001", None, -10), ("4001", 11, 10))
    add(db, entry, ("1001", None, -10), ("4001", 11, 10), first=3)


def _unbalanced_between_custody_accounts(db: Db) -> None:
    entry = begin(db, lines=2)
    db.execute(
        "insert into ledger.line (entry_id, line_no, area_id, booked_on, custody_id, code, debit_fen, credit_fen)"
        " values (%(e)s, 1, 1, '2026-03-01', 9, '1001', 10, 0), (%(e)s, 2, 1, '2026-03-01', 8, '1001', 0, 10)",
        {"e": entry},
    )


def _hold(
    sub: int, fen: int, *, source: str = "order:3", area: int = 1, released: bool = False
) -> Callable[[Db], object]:
    columns = "id, area_id, sub_account_id, source, amount_fen, created_at" + (", released_at" if released else "")
    values = f"99, {area}, {sub}, '{source}', {fen}, '2026-03-01'" + (", '2026-03-02'" if released else "")
    return lambda db: db.execute(f"insert into ledger.hold ({columns}) values ({values})")


def _number(*given: tuple[str, str, int]) -> Callable[[Db], object]:
    """Voucher numbers of area 1 for the seeded entries: (source, month, number)."""

    def act(db: Db) -> None:
        values = ", ".join(f"({entry_id(db, source)}, 1, '{month}', {number})" for source, month, number in given)
        db.execute(f"insert into ledger.voucher (entry_id, area_id, month, number) values {values}".encode())

    return act


_MARCH = "2026-03-01"


def _two(first: Attack, second: Callable[[Db], object]) -> Callable[[Db], object]:
    def act(db: Db) -> None:
        first.act(db)
        second(db)

    return act


ATTACKS = [
    Attack("unbalanced by one fen", "entry_balances", lambda db: post(db, ("1001", None, -100), ("4001", 11, 99))),
    Attack("balanced in all but not per custody account", "entry_balances", _unbalanced_between_custody_accounts),
    Attack("an entry of one line", "entry_balances", lambda db: post(db, ("1001", None, -100))),
    Attack("an entry without lines", "entry_has_lines", begin),
    Attack("lines in two statements", "entry_balances", _two_statements),
    Attack("a second balanced pair in a second statement", "entry_complete_in_one_statement", _more_lines_later),
    Attack(
        "more lines than the entry says",
        "entry_complete_in_one_statement",
        lambda db: add(db, begin(db), ("1001", None, -100), ("4001", 11, 60), ("4001", 12, 40)),
    ),
    Attack("a line of nothing", "line_is_debit_or_credit", lambda db: post(db, ("1001", None, 0), ("4001", 11, 0))),
    Attack(
        "a line on both sides",
        "line_is_debit_or_credit",
        lambda db: db.execute(
            "insert into ledger.line (entry_id, line_no, area_id, booked_on, custody_id, code, debit_fen, credit_fen)"
            " values (%(e)s, 1, 1, '2026-03-01', 9, '1001', 5, 5), (%(e)s, 2, 1, '2026-03-01', 9, '1001', 5, 5)",
            {"e": begin(db)},
        ),
    ),
    Attack(
        "overdraw a sub-account",
        "sub_account_never_below_held",
        lambda db: post(db, ("5001", 11, -301), ("1001", None, 301)),
    ),
    Attack(
        "spend what is held",
        "sub_account_never_below_held",
        lambda db: post(db, ("5001", 11, -201), ("1001", None, 201)),
    ),
    Attack(
        "the same source twice",
        "entry_source_once",
        lambda db: post(db, ("1001", None, -300), ("4001", 11, 300), source="deposit"),
    ),
    Attack(
        "an account that is not open",
        "line_of_known_account",
        lambda db: post(db, ("9999", None, -10), ("4001", 11, 10)),
    ),
    Attack(
        "an account of another area",
        "line_of_known_account",
        lambda db: post(db, ("6001", None, -10), ("4001", 11, 10)),
    ),
    Attack(
        "a sub-account of another area",
        "line_of_known_sub_account",
        lambda db: post(db, ("1001", None, -10), ("4001", 21, 10)),
    ),
    Attack(
        "an unknown sub-account",
        "line_of_known_sub_account",
        lambda db: post(db, ("1001", None, -10), ("4001", 555, 10)),
    ),
    Attack("lines of no entry", "line_of_known_entry", lambda db: add(db, 77, ("1001", None, -10), ("4001", 11, 10))),
    Attack(
        "lines in another area than their entry",
        "line_of_known_entry",
        lambda db: add(db, begin(db), ("1001", None, -10), ("1001", None, 10), area=2),
    ),
    Attack(
        "a late balanced pair on an old entry",
        "line_of_own_transaction",
        lambda db: add(db, entry_id(db, "deposit"), ("1001", None, -10), ("4001", 11, 10), first=3),
    ),
    Attack(
        "lines of another day than their entry",
        "line_of_same_day",
        lambda db: add(db, begin(db), ("1001", None, -10), ("4001", 11, 10), day="2026-03-02"),
    ),
    Attack(
        "the other set of books",
        "entry_of_one_fund",
        lambda db: post(db, ("1001", None, -10), ("4001", 11, 10), custody=8),
    ),
    Attack(
        "an area without a book",
        "entry_of_known_book",
        lambda db: post(db, ("1001", None, -10), ("1001", None, 10), area=4),
    ),
    Attack(
        "a closed period",
        "period_is_open",
        lambda db: post(db, ("1001", None, -10), ("4001", 31, 10), area=3, day="2026-01-31"),
    ),
    Attack(
        "reverse an entry a second time",
        "entry_reversed_once",
        lambda db: post(db, ("1001", None, 5), ("4001", 11, -5), source="again", reverses=entry_id(db, "mistake")),
    ),
    Attack(
        "a reversal of another amount",
        "reversal_is_mirror",
        lambda db: post(db, ("1001", None, 200), ("4001", 11, -200), reverses=entry_id(db, "deposit")),
    ),
    Attack(
        "a reversal on another account",
        "reversal_is_mirror",
        lambda db: post(db, ("1001", None, 100), ("5001", 11, -100), reverses=entry_id(db, "deposit")),
    ),
    Attack(
        "reverse a reversal",
        "reversal_is_mirror",
        lambda db: post(db, ("1001", None, -5), ("4001", 11, 5), reverses=entry_id(db, "corrected")),
    ),
    Attack(
        "book on a closed sub-account",
        "sub_account_closed_takes_nothing",
        lambda db: post(db, ("1001", None, -10), ("4001", 13, 10)),
    ),
    Attack(
        "book in and out of a closed sub-account at once",
        "sub_account_closed_takes_nothing",
        lambda db: post(db, ("3001", 13, -10), ("3001", 13, 10)),
    ),
    Attack("open a sub-account of a house that has left", "account_is_of_a_live_house", _open_for_a_house_that_left),
    Attack(
        "open a selling unit's sub-account in an area that is not its building's",
        "unit_account_in_its_area",
        _open_a_selling_units_account_elsewhere,
    ),
    Attack("open it again when the house has left", "account_stays_closed", _reopen_for_a_house_that_left),
    _sql("update ledger.sub_account set closed_on = '2026-03-01' where id = 11", "sub_account_closed_is_empty"),
    Attack("hold more than there is", "sub_account_never_below_held", _hold(11, 201)),
    Attack("hold a negative amount", "hold_is_positive", _hold(11, -50)),
    Attack("hold on no sub-account", "hold_of_known_sub_account", _hold(555, 10)),
    Attack("hold on another area's sub-account", "hold_of_known_sub_account", _hold(21, 10)),
    Attack("hold twice for one source", "hold_once", _hold(11, 10, source="order:1")),
    Attack("a hold that begins released", "hold_begins_open", _hold(11, 10, released=True), "owner"),
    _sql("update ledger.hold set released_at = null where id = 2", "hold_is_only_released"),
    _sql("update ledger.hold set released_at = '2026-03-05' where id = 2", "hold_is_only_released"),
    _sql(
        "update ledger.hold set amount_fen = 1, released_at = now() where id = 1",
        "hold_is_only_released",
        role="owner",
    ),
    Attack("a voucher number that leaves a gap", "voucher_without_gap", _number(("mistake", _MARCH, 2))),
    Attack("a voucher number in another month", "voucher_of_own_month", _number(("mistake", "2026-04-01", 1))),
    Attack(
        "one voucher number for two entries",
        "voucher_numbered_once",
        _number(("mistake", _MARCH, 2), ("corrected", _MARCH, 2)),
    ),
    Attack(
        "a voucher numbered 0",
        "voucher_number_is_positive",
        _number(("deposit", _MARCH, 0), ("mistake", _MARCH, 2)),
    ),
    Attack("voucher numbers as they should be", "", _number(("mistake", _MARCH, 1), ("deposit", _MARCH, 2))),
    _sql(
        "insert into ledger.period (area_id, through, closed_at, closed_by) values (3, '2026-01-31', now(), 'y')",
        "period_closed_once",
    ),
    _sql("update ledger.period set reopened_at = now()", "period_reopened_by_someone"),
    _sql("update ledger.period set through = '2024-01-01'", "period_is_only_reopened", role="owner"),
    Attack(
        "reopen a period and book into it unseen",
        "period_is_only_reopened",
        _two(
            _sql("update ledger.period set reopened_at = now(), reopened_by = 'x'"),
            lambda db: db.execute("update ledger.period set reopened_at = null, reopened_by = null"),
        ),
    ),
    Attack(
        "close a period and book into it",
        "period_is_open",
        _two(
            _sql(
                "insert into ledger.period (area_id, through, closed_at, closed_by)"
                " values (1, '2026-03-31', now(), 'x')"
            ),
            lambda db: post(db, ("1001", None, -10), ("4001", 11, 10)),
        ),
    ),
    Attack(
        "reopen the last period and book into it",
        "",
        _two(
            _sql("update ledger.period set reopened_at = now(), reopened_by = 'x' where through = '2026-01-31'"),
            lambda db: post(db, ("1001", None, -10), ("4001", 31, 10), area=3, day="2026-01-31"),
        ),
    ),
    Attack(
        "reopen the last period and book into the one before",
        "period_is_open",
        _two(
            _sql("update ledger.period set reopened_at = now(), reopened_by = 'x' where through = '2026-01-31'"),
            lambda db: post(db, ("1001", None, -10), ("4001", 31, 10), area=3, day="2025-12-31"),
        ),
    ),
    *(
        _sql(text)
        for text in (
            "update ledger.line set debit_fen = 1",
            "delete from ledger.line",
            "truncate ledger.line",
            "update ledger.entry set reason = 'x'",
            "delete from ledger.entry",
            "update ledger.sub_account set balance_fen = 5",
            "update ledger.sub_account set held_fen = 0",
            "update ledger.sub_account set day_product = 5",
            "insert into ledger.sub_account (id, area_id, balance_fen) values (70, 1, 99)",
            "delete from ledger.sub_account",
            "update ledger.account set code = '9'",
            "update ledger.custody set fund = 'PUBLIC'",
            "update ledger.book set closed_through = '-infinity'",
            "insert into ledger.day_total values (1, 9, '1001', '2026-03-01', 1, 1)",
            "update ledger.day_total set debit_fen = 0",
            "update ledger.hold set amount_fen = 1",
            "delete from ledger.hold",
            "update ledger.voucher set number = 7",
            "delete from ledger.voucher",
            "delete from ledger.period",
            "update ledger.period set through = '2020-01-01'",
            "alter table ledger.line disable trigger all",
            "drop trigger line_after_insert on ledger.line",
            "set session_replication_role = replica",
            "create table ledger.mine (id int)",
            "insert into ledger.entry (id, area_id, source, reason, fund, booked_on, line_count, content, txid)"
            " values (999, 1, 't', 'x', 'COMMODITY', '2026-03-01', 2, '', '1')",
        )
    ),
    *(
        _sql(text, role="owner")
        for text in (
            "update ledger.line set debit_fen = 1",
            "delete from ledger.line",
            "update ledger.entry set reason = 'x'",
            "delete from ledger.entry",
            "update ledger.account set code = '9'",
            "delete from ledger.account",
            "update ledger.custody set fund = 'PUBLIC'",
            "delete from ledger.sub_account",
            "delete from ledger.book",
            "delete from ledger.day_total",
            "delete from ledger.hold",
            "delete from ledger.period",
            "truncate ledger.line",
            "truncate ledger.entry cascade",
            "truncate ledger.account",
            "truncate ledger.custody cascade",
            "truncate ledger.sub_account",
            "truncate ledger.book",
            "truncate ledger.day_total",
            "truncate ledger.hold",
            "truncate ledger.period",
            "delete from ledger.voucher",
            "truncate ledger.voucher",
        )
    ),
]
