"""Prints the accounts of the demo city."""

from typing import Any

from django.core.management.base import BaseCommand

from upkeep.demo.city import PASSWORD
from upkeep.parties.queries import demo_accounts


class Command(BaseCommand):
    help = "列出演示账号（每种角色一个）和密码"

    def handle(self, *args: Any, **options: Any) -> None:
        seen = set()
        for account in demo_accounts():
            if account.roles[0] in seen:
                continue
            seen.add(account.roles[0])
            self.stdout.write(
                f"  {account.username:<24}{account.roles[0].label}  {account.name}  {account.organisation}"
            )
        if seen:
            self.stdout.write(f"  密码均为 {PASSWORD}")
