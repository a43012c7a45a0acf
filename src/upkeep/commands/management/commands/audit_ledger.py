"""audit-ledger: proves the money's invariants over everything that is stored."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upkeep.books.audit import audit


class Command(BaseCommand):
    """Prints what is wrong and ends with 1; says that the books are sound and ends with 0."""

    help = "复核账簿：逐条检查分录平衡、分户余额、冻结、日合计、控制公式、冲正、流水号与结账，发现问题时以状态 1 结束"

    def add_arguments(self, parser: CommandParser) -> None:
        """How many findings to show."""
        parser.add_argument("--most", type=int, default=20, help="每条规则最多显示多少条问题（默认 20）")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run every check."""
        found = audit(most=options["most"])
        for finding in found:
            keys = json.dumps(finding.keys, ensure_ascii=False, default=str)
            self.stdout.write(f"{finding.code}  {finding.text}  {keys}")
        if found:
            self.stderr.write(f"账簿复核发现 {len(found)} 个问题")
            sys.exit(1)
        self.stdout.write("账簿复核通过，没有发现问题")
