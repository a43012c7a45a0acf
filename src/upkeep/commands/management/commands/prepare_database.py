"""prepare-database: everything that turns a database, empty or old, into one that the product may serve from."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from upkeep.commands.serving_role import serving_role
from upkeep.kernel import guards


class Command(BaseCommand):
    """Migrate, guards, grants, comparison; run as the owner."""

    help = "升级数据库结构，安装护栏与权限，并与清单核对（以所有者角色运行）"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The comparison may be left out while a new manifest is being made."""
        parser.add_argument("--no-check", action="store_true", help="不与护栏清单核对（编写新护栏时用）")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Stops with a sentence when the database is not sound afterwards."""
        role = serving_role()
        call_command("migrate", interactive=False, verbosity=0)
        guards.apply(role=role)
        if options["no_check"]:
            return
        if found := guards.differences(role=role):
            raise CommandError("数据库与护栏清单不符：\n" + "\n".join(found))
        if options["verbosity"]:
            self.stdout.write("数据库已就绪")
