"""sandboxes: every outside system that the demo talks to, in one process."""

import threading
from http.server import ThreadingHTTPServer
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from upkeep.estate.sandbox_registry import SandboxRegistry as HousingRegistry
from upkeep.identity.sandbox_registry import SandboxRegistry as CompanyRegistry
from upkeep.parties.models import Organisation


class Command(BaseCommand):
    """Serves until it is stopped. `./run` starts it beside the demo; each system can also be started by itself."""

    help = "启动演示所用的全部外部系统：工商登记、房屋登记（各自的命令可以制造故障）"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where each of them listens."""
        parser.add_argument("--company-port", type=int, default=8095, help="工商登记的端口，默认 8095")
        parser.add_argument("--housing-port", type=int, default=8096, help="房屋登记的端口，默认 8096")

    def handle(self, *_args: Any, company_port: int, housing_port: int, **_options: Any) -> None:
        """Fill the registers and serve."""
        companies = CompanyRegistry(("127.0.0.1", company_port), {})
        for one in Organisation.objects.exclude(social_credit_code=""):
            companies.enter(one.social_credit_code, one.name, one.legal_representative)
        serving: list[ThreadingHTTPServer] = [companies, HousingRegistry(("127.0.0.1", housing_port))]
        threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in serving]
        for thread in threads:
            thread.start()
        self.stdout.write(f"工商登记 http://127.0.0.1:{company_port}，房屋登记 http://127.0.0.1:{housing_port}")
        self.stdout.flush()
        for thread in threads:
            thread.join()
