"""check-guards: does the live database still hold every guard of the manifest?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from upkeep.commands.serving_role import serving_role
from upkeep.kernel import guards


class Command(BaseCommand):
    """Prints every difference; fails when there is one."""

    help = "把数据库里的护栏（触发器、函数、约束、权限）与清单逐项核对"
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Read only; any role may run it."""
        if found := guards.differences(role=serving_role()):
            raise CommandError("数据库与护栏清单不符：\n" + "\n".join(found))
        self.stdout.write("护栏齐全，与清单一致")
