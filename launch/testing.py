"""./test: runs pytest with workers on a throw-away cluster, never on the product's database."""

import os
import sys

from launch.places import ROOT, var


def worker_count() -> int:
    """As many workers as cores, from two to eight; each brings a Django and some connections."""
    return min(8, max(2, os.cpu_count() or 2))


def pytest_arguments(given: list[str]) -> list[str]:
    """What the caller gave, and workers unless he chose their number himself."""
    chosen = any(argument == "-n" or argument.startswith(("-n", "--numprocesses")) for argument in given)
    return given if chosen else ["-n", str(worker_count()), *given]


def main() -> None:
    """Become pytest, so that its summary is the last line and its exit status is ours."""
    os.chdir(ROOT)
    os.environ["UPKEEP_VAR"] = str(var())
    if not os.environ.get("DATABASE_OWNER_URL"):
        os.environ.pop("DATABASE_URL", None)  # a product's database is never a place for tests
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *pytest_arguments(sys.argv[1:])])


if __name__ == "__main__":
    main()
