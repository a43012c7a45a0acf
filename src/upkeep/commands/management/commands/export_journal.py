"""export-journal: the journal for hledger or beancount, in whole fen."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upkeep.books.export import JournalFormat, journal_lines


class Command(BaseCommand):
    """Writes to standard output."""

    help = "导出全部分录，供 hledger 或 beancount 独立核对（金额单位为分 FEN，写到标准输出）"

    def add_arguments(self, parser: CommandParser) -> None:
        """The format, and whether houses' sub-accounts are told apart."""
        parser.add_argument("--format", choices=JournalFormat.values, default=JournalFormat.HLEDGER, help="导出格式")
        parser.add_argument("--sub-accounts", action="store_true", help="科目名细到每户分户账")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Stream, so that a journal of any length fits."""
        for line in journal_lines(JournalFormat(options["format"]), sub_accounts=options["sub_accounts"]):
            self.stdout.write(line)
