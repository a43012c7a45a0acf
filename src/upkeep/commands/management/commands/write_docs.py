"""write-docs: the pages of docs/ that say what the code says."""

from typing import Any

from django.core.management.base import BaseCommand

from config.environment import ROOT
from upkeep.commands.bank_api_page import DESCRIPTION_FILE, bank_api_description, bank_api_page
from upkeep.commands.permissions_page import permissions_page
from upkeep.commands.procedures_page import procedures_page


class Command(BaseCommand):
    """Needs no database."""

    help = "按代码重写文档 docs/procedures.md（业务清单）、docs/permissions.md（权限表）和银行接口说明（开发者用）"
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write them and say where."""
        pages = (
            ("procedures.md", procedures_page()),
            ("permissions.md", permissions_page()),
            ("bank-api.md", bank_api_page((ROOT / "docs" / "bank-api.md").read_text(encoding="utf-8"))),
            (DESCRIPTION_FILE, bank_api_description()),
        )
        for name, page in pages:
            (ROOT / "docs" / name).write_text(page, encoding="utf-8")
            self.stdout.write(f"已写入 docs/{name}")
