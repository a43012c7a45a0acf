"""sandbox-company-registry: a business registry to try 质监校验 with."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upkeep.identity.sandbox_registry import Fault, SandboxRegistry
from upkeep.parties.models import Organisation


class Command(BaseCommand):
    """Serves until Ctrl-C. Knows the organisations of this installation's database by their present names."""

    help = "启动试验用工商登记系统（供质监校验试用；数据取自本库单位，可用 PUT /fault 制造故障）"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where it listens and how it fails."""
        parser.add_argument("--port", type=int, default=8095, help="监听端口，默认 8095")
        parser.add_argument("--fault", choices=[one.value for one in Fault], default="none", help="一开始就有的故障")

    def handle(self, *_args: Any, port: int, fault: str, **_options: Any) -> None:
        """Fill the register and serve."""
        registry = SandboxRegistry(("127.0.0.1", port), {})
        registry.fault = Fault(fault)
        for one in Organisation.objects.exclude(social_credit_code=""):
            registry.enter(one.social_credit_code, one.name, one.legal_representative or "林法")
        self.stdout.write(f"试验用工商登记系统：{registry.url}（{len(registry.companies)} 家单位）")
        self.stdout.write(f"使用：UPKEEP_COMPANY_REGISTRY_URL={registry.url}")
        self.stdout.flush()
        try:
            registry.serve_forever()
        except KeyboardInterrupt:
            registry.shut()
