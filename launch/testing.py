"""./test: runs pytest with workers on a throw-away cluster, never on the product's database."""

import os
import shutil
import subprocess
import sys

from launch.places import ROOT, var


def worker_count() -> int:
    """As many workers as cores, from two to eight; each brings a Django and some connections."""
    return min(8, max(2, os.cpu_count() or 2))


def pytest_arguments(given: list[str]) -> list[str]:
    """What the caller gave, and workers unless he chose their number himself."""
    chosen = any(argument == "-n" or argument.startswith(("-n", "--numprocesses")) for argument in given)
    return given if chosen else ["-n", str(worker_count()), *given]


#: Programs that some tests need and no wheel brings: a browser to look at the pages, a stranger to add up the journal.
PROGRAMS = ("chromium", "hledger")


def bring_programs() -> None:
    """As root on Debian, install what is missing; elsewhere, or when that fails, the tests that need it skip loudly."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not missing or os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"安装测试需要的程序：{'、'.join(missing)}……", file=sys.stderr)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *missing]):
        outcome = subprocess.run(["apt-get", *command], env=quiet, stdin=subprocess.DEVNULL, capture_output=True)
        if outcome.returncode != 0:
            print("安装未成功，需要这些程序的测试将跳过", file=sys.stderr)
            return


def keep_bytecode() -> None:
    """Workers and the dozens of processes that tests start compile each module once, not once each; below `var/`, so that
    it is done even where nothing may be written beside the sources."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(var() / "cache" / "bytecode")


def main() -> None:
    """Become pytest, so that its summary is the last line and its exit status is ours."""
    os.chdir(ROOT)
    bring_programs()
    os.environ["UPKEEP_VAR"] = str(var())
    keep_bytecode()
    if not os.environ.get("DATABASE_OWNER_URL"):
        os.environ.pop("DATABASE_URL", None)  # a product's database is never a place for tests
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *pytest_arguments(sys.argv[1:])])


if __name__ == "__main__":
    main()
