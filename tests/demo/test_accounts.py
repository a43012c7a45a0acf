"""After the whole demo year strangers add up the journal to the platform's figure on every account and every house.

# covers: F7 X6
"""

import datetime as dt
import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import TODAY
from upkeep.books import statements
from upkeep.books.audit import audit
from upkeep.books.export import JournalFormat, journal_lines
from upkeep.closing.models import ClosingCase
from upkeep.closing.statements import Scope, StatementKind, parts_of, sheet_of, total_of
from upkeep.demo.load import load_demo
from upkeep.kernel.money import yuan

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HLEDGER = shutil.which("hledger")
BEAN_CHECK = shutil.which("bean-check")


def hledger(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(HLEDGER), "-f", str(path), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LANG": "C.UTF-8"})


def read_balances(shown: str) -> dict[str, int]:
    """hledger's CSV: account name -> fen, debit positive."""
    rows = (row.replace('"', "").rsplit(",", 1) for row in shown.splitlines()[1:])
    return {name: int(fen.split(" ")[0]) for name, fen in rows if fen not in ("0", "")}


def by_code(balances: dict[str, int]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for name, fen in balances.items():
        sums[name.split(":")[1].split("-")[0]] += fen
    return {code: fen for code, fen in sums.items() if fen}


class TestTheDemoYear:
    def test_adds_up_to_the_same_on_every_account_whoever_adds(self, tmp_path: Path) -> None:
        city = load_demo(today=TODAY)
        ours = {
            row.account.code: row.closing_fen
            for row in statements.trial_balance(first=dt.date(2000, 1, 1), last=TODAY)
            if row.closing_fen
        }
        assert ClosingCase.objects.filter(state="DONE").count() >= 12 and len(ours) >= 6
        assert audit() == []
        self.check_statements(city.jurisdiction.pk)
        path = tmp_path / "journal"
        path.write_text("\n".join(journal_lines(JournalFormat.HLEDGER, sub_accounts=True)) + "\n", encoding="utf-8")
        assert by_code(added_here(path)) == ours
        self.ask_hledger(path, ours)
        self.ask_beancount(tmp_path / "journal.beancount")

    def check_statements(self, city_id: int) -> None:
        """What was kept with the last close is what the books say of that month today, down to the accounts."""
        last = ClosingCase.objects.filter(state="DONE").order_by("-through")[0]
        scope = Scope(jurisdiction_id=city_id)
        sheet = sheet_of(StatementKind.BALANCE, scope=scope, period=last.period)
        shown = {row.label: row for row in sheet.rows}
        assert shown["资产总计"].cells == shown["负债和净资产总计"].cells and shown["资产总计"].cells[5] > 0
        figure = shown["负债和净资产总计"].figures[5]
        assert figure is not None
        assert yuan(total_of(parts_of(figure, scope=scope))) == yuan(shown["负债和净资产总计"].cells[5])

    def ask_hledger(self, path: Path, ours: dict[str, int]) -> None:
        if HLEDGER is None:
            pytest.skip("hledger is not installed (apt install hledger)")
        assert hledger(path, "check").returncode == 0
        theirs = read_balances(hledger(path, "balance", "--flat", "--no-total", "-O", "csv").stdout)
        assert by_code(theirs) == ours
        houses: defaultdict[int, int] = defaultdict(int)
        for name, fen in theirs.items():
            if house := re.search(r":H(\d+)$", name):
                houses[int(house[1])] -= fen
        with connection.cursor() as cursor:
            cursor.execute("select id, balance_fen from ledger.sub_account where balance_fen <> 0")
            assert dict(cursor.fetchall()) == {house_id: fen for house_id, fen in houses.items() if fen}

    def ask_beancount(self, path: Path) -> None:
        """A second voice, where it is there."""
        if BEAN_CHECK is None:
            return
        path.write_text("\n".join(journal_lines(JournalFormat.BEANCOUNT)) + "\n", encoding="utf-8")
        checked = subprocess.run([BEAN_CHECK, str(path)], capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")


def added_here(path: Path) -> dict[str, int]:
    """A dozen lines of arithmetic that know nothing of the platform: every posting of the export, added by name."""
    sums: defaultdict[str, int] = defaultdict(int)
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("    "):
            name, amount = line.strip().rsplit("  ", 1)
            sums[name] += int(amount.split(" ")[0])
    return dict(sums)
