"""Founds a city on this installation with one of the presets."""

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils import timezone

from upkeep.kernel.errors import Refusal
from upkeep.parties.actions import add_jurisdiction
from upkeep.policy.presets.applying import PRESETS, apply_preset


class Command(BaseCommand):
    """All or nothing: a city that cannot have its preset is not founded."""

    help = "新建城市并套用一种城市预设（甘肃、泸州、公众服务平台、北京、江门或通用）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--preset", required=True, choices=sorted(PRESETS), help="城市预设")
        parser.add_argument("--code", required=True, help="区划代码，如 510500")
        parser.add_argument("--slug", required=True, help="网址名，如 jiangcheng")
        parser.add_argument("--name", required=True, help="城市名称")
        parser.add_argument("--office", required=True, help="管理机构名称")
        parser.add_argument("--phone", default="", help="咨询电话")
        parser.add_argument("--address", default="", help="窗口地址")
        parser.add_argument("--district", action="append", default=[], help="下辖区县：代码:网址名:名称，可多次")
        parser.add_argument("--valid-from", type=dt.date.fromisoformat, help="政策生效日期，默认为当天")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run once per city, before anybody works there."""
        try:
            with transaction.atomic():
                count = _found(options)
        except IntegrityError:
            raise CommandError("区划代码或网址名已被其他城市或区县使用") from None
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"已新建 {options['name']}，设置 {count} 项政策。交存标准由本市另行设置；地址 /c/{options['slug']}/"
        )


def _found(options: dict[str, Any]) -> int:
    city = add_jurisdiction(
        code=options["code"],
        slug=options["slug"],
        name=options["name"],
        office_name=options["office"],
        phone=options["phone"],
        address=options["address"],
    )
    for text in options["district"]:
        parts = text.split(":")
        if len(parts) != 3 or not all(parts):
            raise CommandError(f"“{text}”应写作 代码:网址名:名称")
        code, slug, name = parts
        add_jurisdiction(code=code, slug=slug, name=name, office_name=f"{name}管理部", parent=city)
    valid_from = options["valid_from"] or timezone.localdate()
    done = apply_preset(
        code=options["preset"], jurisdiction_id=city.pk, valid_from=valid_from, by=None, at=timezone.now()
    )
    return len(done)
