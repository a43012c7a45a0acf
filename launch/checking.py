"""./check: all that can be said about the code without running it, the independent tools beside each other."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from launch.environment import django_command, django_environment
from launch.places import PRODUCT, ROOT

_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Tool:
    """One tool: what it looks at, in a word, and how it is called."""

    title: str
    command: list[str]


@dataclass(frozen=True)
class Outcome:
    """How it went."""

    tool: Tool
    passed: bool
    output: str
    seconds: float


def tools() -> list[Tool]:
    """The longest first, so that two cores end together."""
    templates = sorted(str(path.relative_to(ROOT)) for path in PRODUCT.glob("**/*.html"))
    house_rules = ["-q", "-p", "no:randomly", "tests/house_rules"]
    found = [
        Tool("类型 mypy", [str(_BIN / "mypy")]),
        Tool("工程规则 tests/house_rules", [sys.executable, "-m", "pytest", *house_rules]),
        Tool("分层 import-linter", [str(_BIN / "lint-imports"), "--cache-dir", "var/cache/import-linter"]),
        Tool("迁移 makemigrations", django_command("makemigrations", "--check", "--dry-run")),
        Tool("代码 ruff check", [str(_BIN / "ruff"), "check", "."]),
        Tool("格式 ruff format", [str(_BIN / "ruff"), "format", "--check", "."]),
    ]
    if templates:
        found.append(Tool("模板 djangofmt", [str(_BIN / "djangofmt"), "check", *templates]))
    return found


def run(tool: Tool) -> Outcome:
    """Call one tool; nothing it says is lost."""
    environment = django_environment(settings="config.settings.check") | {"NO_COLOR": "1"}
    begun = time.monotonic()
    answer = subprocess.run(
        tool.command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Outcome(tool, answer.returncode == 0, answer.stdout, time.monotonic() - begun)


def main() -> int:
    """A line per tool, the output of those that object, exit status 1 if any does."""
    failed: list[Outcome] = []
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2)) as pool:
        for future in as_completed([pool.submit(run, tool) for tool in tools()]):
            outcome = future.result()
            print(
                f"{'通过' if outcome.passed else '不通过'}  {outcome.tool.title}  {outcome.seconds:.1f} 秒", flush=True
            )
            if not outcome.passed:
                failed.append(outcome)
    for outcome in failed:
        print(f"\n── {outcome.tool.title}\n{outcome.output.rstrip()}")
    print(f"\n{len(failed)} 项不通过" if failed else "\n全部通过")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
