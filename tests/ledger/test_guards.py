"""The database itself refuses what must not happen to the journal. covers: F1"""

import pytest

from tests.ledger.attacks import ATTACKS, Attack, Db, add, begin, post
from tests.ledger.conftest import put_guards_back

_GUARDS = """
select 'trigger', c.relname, t.tgname, ''
from pg_trigger t join pg_class c on c.oid = t.tgrelid
where not t.tgisinternal and c.relnamespace = 'ledger'::regnamespace
and t.tgname <> 'new_book_is_closed_with_its_city' -- of the cities' closes, and tried with them
union all
select 'constraint', c.relname, k.conname, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid
where c.relnamespace = 'ledger'::regnamespace and k.contype in ('c', 'u')
union all
select 'index', c.relname, i.relname, pg_get_indexdef(i.oid)
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
where c.relnamespace = 'ledger'::regnamespace and x.indisunique
and not exists (select from pg_constraint k where k.conindid = i.oid)
order by 1, 2, 3
"""


class TestTheJournalRefuses:
    """Each attack is refused, and by the guard that is meant to refuse it."""

    @pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
    def test(self, attack: Attack, connections_by_role: dict[str, Db]) -> None:
        assert attack.refused_by(connections_by_role[attack.role]) == attack.rule


class TestTheJournalAccepts:
    """Guards that refuse everything would pass every attack above."""

    def test_a_deposit_of_two_houses(self, connections_by_role: dict[str, Db]) -> None:
        app = connections_by_role["app"]
        post(app, ("1001", None, -300), ("4001", 11, 100), ("4001", 12, 200))
        app.execute("set constraints all immediate")
        balances = app.execute(
            "select balance_fen from ledger.sub_account where id in (11, 12) order by id"
        ).fetchall()
        app.rollback()
        assert balances == [(400,), (200,)]

    def test_spending_down_to_what_is_held(self, connections_by_role: dict[str, Db]) -> None:
        app = connections_by_role["app"]
        post(app, ("5001", 11, -200), ("1001", None, 200))
        left = app.execute("select balance_fen - held_fen from ledger.sub_account where id = 11").fetchone()
        app.rollback()
        assert left == (0,)

    def test_the_first_day_after_a_closed_period(self, connections_by_role: dict[str, Db]) -> None:
        app = connections_by_role["app"]
        entry = begin(app, area=3, day="2026-02-01")
        add(app, entry, ("1001", None, -10), ("4001", 31, 10), area=3, day="2026-02-01")
        booked = app.execute("select count(*) from ledger.line where entry_id = %s", [entry]).fetchone()
        app.rollback()
        assert booked == (2,)


class TestEveryGuard:
    """No guard stands for show: with any one of them gone, some attack succeeds or is refused by another."""

    def test_is_missed_by_an_attack_when_it_is_dropped(self, connections_by_role: dict[str, Db]) -> None:
        owner = connections_by_role["owner"]
        guards = owner.execute(_GUARDS).fetchall()
        owner.commit()
        assert len(guards) >= 33
        idle = []
        for kind, table, name, definition in guards:
            self._drop(owner, kind, table, name)
            if all(bool(a.refused_by(connections_by_role[a.role])) == bool(a.rule) for a in ATTACKS):
                idle.append(f"{table}.{name}")
            self._restore(owner, kind, table, name, definition)
        assert not idle, idle
        assert [a.name for a in ATTACKS if a.refused_by(connections_by_role[a.role]) != a.rule] == []

    def _drop(self, owner: Db, kind: str, table: str, name: str) -> None:
        owner.execute(
            {
                "trigger": f"drop trigger {name} on ledger.{table}",
                "constraint": f"alter table ledger.{table} drop constraint {name}",
                "index": f"drop index ledger.{name}",
            }[kind].encode()
        )
        owner.commit()

    def _restore(self, owner: Db, kind: str, table: str, name: str, definition: str) -> None:
        if kind == "trigger":
            put_guards_back(owner)
            return
        again = definition if kind == "index" else f"alter table ledger.{table} add constraint {name} {definition}"
        owner.execute(again.encode())
        owner.commit()
