"""write-guard-manifest: for developers who changed a guard; the changed manifest is part of the review."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from upkeep.commands.serving_role import serving_role
from upkeep.kernel import guards


class Command(BaseCommand):
    """Prepares the database first, so that the manifest follows the files and nothing else."""

    help = "按当前的护栏文件重写清单 src/upkeep/guards.json（开发者用）"
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run as the owner on a database that nobody has tampered with."""
        call_command("prepare_database", no_check=True, verbosity=0)
        guards.write_manifest(role=serving_role())
        self.stdout.write(f"已写入 {guards.MANIFEST}")
