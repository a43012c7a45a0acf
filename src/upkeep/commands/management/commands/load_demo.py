"""Loads the demo cities into an empty database."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from upkeep.demo.load import CityExists, load_demo


class Command(BaseCommand):
    help = "把演示城市（江城市和五种预设各一个城市）载入空数据库（日期相对于 --today 推算，结果固定）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--today", type=dt.date.fromisoformat, help="演示数据的“今天”，如 2026-11-21；默认为当天")
        parser.add_argument("--if-empty", action="store_true", help="数据库中已有城市时什么也不做")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_demo(today=options["today"] or timezone.localdate(), tell=self.stdout.write)
        except CityExists as exists:
            if not options["if_empty"]:
                raise CommandError(str(exists)) from None
