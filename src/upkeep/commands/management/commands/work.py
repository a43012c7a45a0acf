"""work: run background jobs until told to stop."""

import os
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from procrastinate.contrib.django import app

from upkeep.jobs import actions

#: How long a worker whose launcher was killed may take to leave by itself.
_ALONE_SECONDS = 10


def leave_when_alone() -> None:
    """End the process some seconds after its parent died: the database may be gone with it, and then nothing that is
    tried in good order ever ends. A job broken off like this is done anew.
    """
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    time.sleep(_ALONE_SECONDS)
    os._exit(1)


class Command(BaseCommand):
    """On SIGTERM or Ctrl-C it takes no new job, finishes the one at hand and leaves; killed, its job is done anew."""

    help = "执行后台任务（导入、批量打印、结息等），直到收到停止信号；正在执行的任务会先做完"

    def add_arguments(self, parser: CommandParser) -> None:
        """How many at once, and whether to stay."""
        parser.add_argument("--concurrency", type=int, default=2, help="同时执行的任务数，默认 2")
        parser.add_argument("--once", action="store_true", help="做完现有任务后退出")

    def handle(self, *_args: Any, concurrency: int, once: bool, **_options: Any) -> None:
        """Take up what was left behind, then work."""
        threading.Thread(target=leave_when_alone, daemon=True).start()
        if resumed := actions.resume_abandoned():
            self.stdout.write(f"接着执行上次中断的任务 {resumed} 个")
        connections.close_all()
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            app.run_worker(wait=not once, concurrency=concurrency, delete_jobs="successful", listen_notify=not once)
