"""Programs that are not ours add up the journal to the same figures. covers: F1"""

import io
import shutil
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.books.cast import AREA, AT, DAY, HOUSES, PUBLIC_CUSTODY, deposit, event
from upkeep.books import closing, postings, statements
from upkeep.books.chart import FundKind
from upkeep.books.export import JournalFormat, journal_lines

A, B, C = HOUSES
HLEDGER = shutil.which("hledger")
pytestmark = pytest.mark.usefixtures("business")
needs_hledger = pytest.mark.skipif(HLEDGER is None, reason="hledger is not installed (apt install hledger)")


@pytest.fixture
def business(area: None) -> None:
    """A bit of everything, closed at the end."""
    mistake = deposit({A: 12_345, B: 1})
    postings.entry_reversed(entry_id=mistake, source="undo;(x)", booked_on=DAY)
    deposit({A: 700, B: 300, C: 1})
    deposit({21: 40}, custody_id=PUBLIC_CUSTODY, fund_kind=FundKind.PUBLIC)
    postings.repair_paid(**event(amounts={A: 30, B: 20}))
    postings.interest_received(**event(fen=9))
    closing.close_period(area_ids=[AREA], through=DAY, at=AT, by="test")


def written(tmp_path: Path, wanted: str, *options: str) -> Path:
    out = io.StringIO()
    call_command("export_journal", "--format", wanted, *options, stdout=out)
    path = tmp_path / f"journal.{wanted}"
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def hledger(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(HLEDGER), "-f", "-", *arguments]
    return subprocess.run(
        command, input=path.read_text(encoding="utf-8"), capture_output=True, text=True, env={"LANG": "C.UTF-8"}
    )


@needs_hledger
class TestHledger:
    """hledger, reading the export."""

    def test_accepts_it(self, tmp_path: Path) -> None:
        for options in ((), ("--sub-accounts",)):
            checked = hledger(written(tmp_path, "hledger", *options), "check")
            assert (checked.returncode, checked.stderr) == (0, "")

    def test_refuses_it_when_a_fen_is_changed(self, tmp_path: Path) -> None:
        path = written(tmp_path, "hledger")
        path.write_text(path.read_text(encoding="utf-8").replace("1001 FEN", "1002 FEN", 1), encoding="utf-8")
        assert hledger(path, "check").returncode != 0

    def test_finds_the_same_balance_on_every_account(self, tmp_path: Path) -> None:
        shown = hledger(written(tmp_path, "hledger"), "balance", "--flat", "--no-total", "-O", "csv", "-E").stdout
        theirs: dict[str, int] = {}
        for row in shown.splitlines()[1:]:
            name, fen = row.replace('"', "").rsplit(",", 1)
            code = name.split(":")[1].split("-")[0]
            theirs[code] = theirs.get(code, 0) + int(fen.removesuffix(" FEN"))
        ours = {row.account.code: row.closing_fen for row in statements.trial_balance(first=DAY, last=DAY)}
        assert theirs == ours

    def test_finds_the_same_balance_of_a_house(self, tmp_path: Path) -> None:
        path = written(tmp_path, "hledger", "--sub-accounts")
        shown = hledger(path, "balance", f":H{A}$", "-N", "--depth", "1").stdout
        total = sum(int(row.split()[0]) for row in shown.splitlines())
        assert -total == statements.house_statement(A).balance_fen == 670


class TestBeancount:
    """The same for beancount, whose grammar is stricter."""

    def test_is_given_every_account_opened_before_use(self) -> None:
        opened = set()
        for line in journal_lines(JournalFormat.BEANCOUNT, sub_accounts=True):
            if " open " in line:
                opened.add(line.split()[2])
            elif line.startswith("    "):
                assert line.split()[0] in opened
        assert len(opened) > 10

    def test_is_given_entries_that_sum_to_zero(self) -> None:
        sums: list[int] = []
        for line in journal_lines(JournalFormat.BEANCOUNT):
            if " * " in line:
                sums.append(0)
            elif line.startswith("    "):
                sums[-1] += int(line.split()[1])
        assert len(sums) >= 8 and not any(sums)
