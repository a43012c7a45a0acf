"""list-commands: what ./upkeep alone prints."""

import pkgutil
from typing import Any

from django.core.management import load_command_class
from django.core.management.base import BaseCommand

from upkeep.commands.management import commands


class Command(BaseCommand):
    """Our own commands with their help, and not Django's."""

    help = "列出全部管理命令"
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Names with hyphens, as they are typed."""
        names = sorted(module.name for module in pkgutil.iter_modules(commands.__path__))
        self.stdout.write("用法：./upkeep 命令 [参数]；./upkeep 命令 --help 显示参数\n")
        for name in names:
            command = load_command_class("upkeep.commands", name)
            self.stdout.write(f"  {name.replace('_', '-'):<24}{command.help}")
