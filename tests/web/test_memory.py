"""What a serving process keeps for good is not looked through at every collection of garbage."""

import os
import subprocess
import sys

from launch.places import ROOT

_PROGRAM = """
import gc, django
django.setup()
from upkeep.web.memory import keep_for_good
before = gc.get_freeze_count()
keep_for_good()
print(before, gc.get_freeze_count(), len(gc.get_objects()))
"""


class TestAServingProcess:
    def test_leaves_code_and_addresses_to_itself(self) -> None:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": f"src:{ROOT}"}
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )

        before, frozen, left = (int(part) for part in done.stdout.split())
        assert before == 0 and frozen > 100_000 and left < frozen / 50
