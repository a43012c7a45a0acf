"""sandbox-registry: a housing registry to try 接口获取 with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upkeep.estate.sandbox_registry import Fault, SandboxRegistry


class Command(BaseCommand):
    """Serves until Ctrl-C. Its projects are invented; it asks no database."""

    help = "启动试验用房屋登记系统（供接口获取试用；自带虚构项目，可用 PUT /fault 制造故障，接口说明在 /openapi.json）"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens, who may ask and how it fails."""
        parser.add_argument("--port", type=int, default=8096, help="监听端口，默认 8096")
        parser.add_argument("--key", default="", help="要求来访者出示的接口密钥，默认不要求")
        parser.add_argument("--fault", choices=[one.value for one in Fault], default="none", help="一开始就有的故障")

    def handle(self, *_args: Any, port: int, key: str, fault: str, **_options: Any) -> None:
        """Say where it is and serve."""
        registry = SandboxRegistry(("127.0.0.1", port), key=key)
        registry.set_fault(Fault(fault))
        houses = sum(one.buildings * one.houses_each for one in registry.projects.values())
        self.stdout.write(f"试验用房屋登记系统：{registry.url}（{len(registry.projects)} 个项目，{houses:,} 户）")
        self.stdout.write(f"接口说明：{registry.url}/openapi.json")
        self.stdout.write(f"使用：UPKEEP_HOUSING_REGISTRY_URL={registry.url}")
        self.stdout.flush()
        try:
            registry.serve_forever()
        except KeyboardInterrupt:
            registry.shut()
