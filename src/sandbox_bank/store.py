"""The bank's own books: accounts, their movements, and the messages to the platform. One SQLite file, amounts in whole fen."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
create table if not exists account (number text primary key, opening_fen integer not null);
create table if not exists movement (
    serial text primary key, account text not null references account, at text not null,
    fen integer not null check (fen <> 0), counterparty text not null, summary text not null, paper text not null
) strict;
create index if not exists movement_of_day on movement (account, at);
create table if not exists message (
    idempotency_key text primary key, path text not null, body text not null, serial text not null,
    state text not null check (state in ('WAITING', 'DONE', 'REFUSED')), status integer, answer text
) strict;
create table if not exists counter (day text primary key, last integer not null);
"""


@dataclass(frozen=True)
class Movement:
    """One line of an account; `fen` is positive for money that came in."""

    serial: str
    account: str
    at: dt.datetime
    fen: int
    counterparty: str
    summary: str
    paper: str


@dataclass(frozen=True)
class Message:
    """A message to the platform, as it was first written."""

    idempotency_key: str
    path: str
    body: dict[str, Any]
    state: str
    status: int | None
    answer: dict[str, Any] | None


class Store:
    """The file. Every method that writes is one transaction."""

    def __init__(self, file: Path | str) -> None:
        self._connection = sqlite3.connect(str(file), isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("pragma foreign_keys = on")
        self._connection.executescript(_TABLES)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; nothing else writes meanwhile."""
        self._connection.execute("begin immediate")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("rollback")
            raise
        self._connection.execute("commit")

    def open_account(self, number: str, *, opening_fen: int = 0) -> None:
        """An account as the bank took it over; one that is open stays as it is."""
        with self.writing() as connection:
            connection.execute("insert or ignore into account values (?, ?)", (number, opening_fen))

    def accounts(self) -> list[str]:
        """All account numbers."""
        return [row["number"] for row in self._connection.execute("select number from account order by number")]

    def next_serial(self, on: dt.date) -> str:
        """The bank's next serial number of the day."""
        with self.writing() as connection:
            connection.execute(
                "insert into counter values (?, 1) on conflict (day) do update set last = last + 1", (f"{on}",)
            )
            (last,) = connection.execute("select last from counter where day = ?", (f"{on}",)).fetchone()
        return f"SB{on:%Y%m%d}{last:06d}"

    def move(self, movement: Movement, *, path: str = "", body: dict[str, Any] | None = None) -> None:
        """Write a movement, and in the same moment the message that tells the platform of it."""
        with self.writing() as connection:
            connection.execute("insert or ignore into account values (?, 0)", (movement.account,))
            connection.execute(
                "insert into movement values (?, ?, ?, ?, ?, ?, ?)",
                (
                    movement.serial,
                    movement.account,
                    movement.at.isoformat(timespec="seconds"),
                    movement.fen,
                    movement.counterparty,
                    movement.summary,
                    movement.paper,
                ),
            )
            if body is not None:
                _write_message(connection, movement.serial, path, body)

    def write_message(self, idempotency_key: str, path: str, body: dict[str, Any]) -> None:
        """A message that tells of no movement."""
        with self.writing() as connection:
            _write_message(connection, idempotency_key, path, body)

    def answered(self, idempotency_key: str, *, status: int, answer: dict[str, Any]) -> None:
        """Keep what the platform said; a refusal is final too."""
        state = "DONE" if status == 200 else "REFUSED"
        with self.writing() as connection:
            connection.execute(
                "update message set state = ?, status = ?, answer = ? where idempotency_key = ?",
                (state, status, json.dumps(answer, ensure_ascii=False), idempotency_key),
            )

    def message(self, idempotency_key: str) -> Message:
        """One message."""
        row = self._connection.execute(
            "select * from message where idempotency_key = ?", (idempotency_key,)
        ).fetchone()
        return _message(row)

    def waiting(self) -> list[Message]:
        """What the platform has not answered yet, in the order of the serials."""
        rows = self._connection.execute("select * from message where state = 'WAITING' order by rowid").fetchall()
        return [_message(row) for row in rows]

    def movement(self, serial: str) -> Movement | None:
        """The movement with that serial."""
        row = self._connection.execute("select * from movement where serial = ?", (serial,)).fetchone()
        return _movement(row) if row else None

    def payment_of(self, paper: str) -> Movement | None:
        """The movement that stands for the paper's present payment. What the platform refused counts as never done."""
        rows = self._connection.execute(
            "select movement.* from movement join message on message.idempotency_key = movement.serial"
            " where movement.paper = ? and message.state <> 'REFUSED' order by movement.rowid",
            (paper,),
        ).fetchall()
        return _movement(rows[-1]) if len(rows) % 2 else None

    def movements(self, account: str, on: dt.date) -> list[Movement]:
        """An account's movements of a day in their order."""
        rows = self._connection.execute(
            "select * from movement where account = ? and substr(at, 1, 10) = ? order by rowid", (account, f"{on}")
        )
        return [_movement(row) for row in rows]

    def balance(self, account: str, *, before: dt.date) -> int:
        """What an account held when the day began."""
        (opening,) = self._connection.execute(
            "select opening_fen from account where number = ?", (account,)
        ).fetchone()
        (moved,) = self._connection.execute(
            "select coalesce(sum(fen), 0) from movement where account = ? and substr(at, 1, 10) < ?",
            (account, f"{before}"),
        ).fetchone()
        return int(opening) + int(moved)


def _write_message(connection: sqlite3.Connection, key: str, path: str, body: dict[str, Any]) -> None:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    connection.execute(
        "insert into message values (?, ?, ?, ?, 'WAITING', null, null)", (key, path, text, body.get("serial", ""))
    )


def _message(row: sqlite3.Row) -> Message:
    answer = json.loads(row["answer"]) if row["answer"] else None
    return Message(row["idempotency_key"], row["path"], json.loads(row["body"]), row["state"], row["status"], answer)


def _movement(row: sqlite3.Row) -> Movement:
    return Movement(
        row["serial"],
        row["account"],
        dt.datetime.fromisoformat(row["at"]),
        row["fen"],
        row["counterparty"],
        row["summary"],
        row["paper"],
    )
