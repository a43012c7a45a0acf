"""sandbox-bank: a bank to try the interface for banks with."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from sandbox_bank.cli import main


class Command(BaseCommand):
    """Hands its arguments to the bank, which is a program of its own and knows nothing of this one."""

    help = "试验用银行：按银行接口查询、确认、冲正、付款、结息、上送对账单，可按要求出错（--help 列出全部交易）"
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """The bank reads its own arguments."""
        sys.exit(main(argv[2:]))

    def handle(self, *args: Any, **_options: Any) -> None:
        """The same from within."""
        main([str(one) for one in args])
