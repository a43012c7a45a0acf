"""`python -m benchmarks.start`: seconds from `./run` to the first page, on nothing and once more, and memory when idle.

Runs the launcher that `./run` runs, once everything is installed, in a folder of its own under `var/`. Memory is the sum
of what each process has for itself plus its part of what is shared (PSS), of launcher, database, web server and worker.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from launch.places import ROOT, var

PORT = "8917"
IDLE_S = 20


def main() -> None:
    """Print the three figures as table rows."""
    folder = var() / "benchmark-start"
    shutil.rmtree(folder, ignore_errors=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    environment |= {"UPKEEP_VAR": str(folder), "PORT": PORT}
    try:
        cold, _ = _start(environment, idle_s=0)
        warm, memory = _start(environment, idle_s=IDLE_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"| first start: new database, demo city loaded, static files collected | {cold:.1f} s |")
    print(f"| second start | {warm:.1f} s |")
    print(f"| memory {IDLE_S} s after it | {memory / 1024:,.0f} MiB |")


def _start(environment: dict[str, str], *, idle_s: int) -> tuple[float, int]:
    began = time.monotonic()
    command = [sys.executable, "-m", "launch.serve"]
    launcher = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        while not _answers():
            if launcher.poll() is not None or time.monotonic() - began > 300:
                raise SystemExit("the product did not start")
            time.sleep(0.05)
        taken = time.monotonic() - began
        time.sleep(idle_s)
        return taken, sum(_pss_kib(pid) for pid in _family(launcher.pid)) if idle_s else 0
    finally:
        launcher.send_signal(signal.SIGTERM)
        launcher.wait(timeout=60)


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/login/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _family(pid: int) -> list[int]:
    """The process and all that descend from it, and what serves its database under a user of its own."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    family, before = {pid}, set[int]()
    while family != before:
        before = set(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return sorted(family)


def _pss_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
