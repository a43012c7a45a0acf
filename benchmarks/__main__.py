"""`python -m benchmarks [name ...]`: runs the measurements named (all of them if none is) and prints a Markdown table.

Each module listed has `run() -> list[Figure]`, and a throw-away cluster with the product's own durable settings, made under
`var/` and removed at the end; a server given by DATABASE_URL and DATABASE_OWNER_URL is never touched.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

import django

from benchmarks.figure import Figure
from launch.embedded_postgres import APP, OWNER, EmbeddedPostgres
from launch.places import ROOT, var

MODULES = (
    "posting",
    "sheets",
    "printing",
    "pages",
    "imports",
    "notices",
    "letters",
    "houses",
    "site",
    "building_table",
    "transactions",
    "votes",
    "allocation",
    "audit",
    "openings",
    "reconciliation",
    "bank_api",
    "interest",
)


@contextmanager
def scratch_database() -> Iterator[None]:
    """An empty, prepared database of its own, as the environment's."""
    folder = var() / "benchmark-postgres"
    cluster = EmbeddedPostgres(folder, secrets_folder=folder / "secrets", log=folder / "postgres.log")
    cluster.remove()
    with cluster.running():
        addresses = {"DATABASE_URL": cluster.url(APP), "DATABASE_OWNER_URL": cluster.url(OWNER)}
        os.environ.update(addresses, DJANGO_SETTINGS_MODULE="config.settings.test")
        os.environ["BENCHMARK_DATA_FOLDER"] = str(cluster.data)  # for the one that kills the server
        prepare = [sys.executable, "-m", "django", "prepare_database", "--no-check", "-v0"]
        subprocess.run(prepare, cwd=ROOT, env=os.environ | {"UPKEEP_AS_OWNER": "1"}, check=True)
        yield
    cluster.remove()


def as_markdown(figures: Sequence[Figure]) -> str:
    """The figures as a table."""
    lines = ["| work | ours | baseline | ratio | must | goal | | note |", "|---|---:|---:|---:|---:|---:|---|---|"]
    for figure in figures:
        limits = f"{figure.ratio:.2f} | ≤ {figure.must:g} | ≤ {figure.goal:g} | {verdict(figure)}"
        lines.append(
            f"| {figure.name} | {figure.ours_s:.3f} {figure.unit} | {figure.baseline_s:.3f} {figure.unit} | {limits} "
            f"| {figure.note} |"
        )
    return "\n".join(lines)


def verdict(figure: Figure) -> str:
    """How it stands against its limits."""
    if figure.ratio <= figure.goal:
        return "goal reached"
    return "within the limit" if figure.ratio <= figure.must else "TOO SLOW"


def main() -> int:
    """Ends with 1 when a figure passes its limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", choices=[*MODULES, []], metavar="name", help=", ".join(MODULES))
    names = parser.parse_args().names or MODULES
    if len(names) > 1:  # each begins with an empty database, and a process has but one
        return max(subprocess.run([sys.executable, "-m", "benchmarks", name], cwd=ROOT).returncode for name in names)
    with scratch_database():
        django.setup()
        figures = import_module(f"benchmarks.{names[0]}").run()
    print(as_markdown(figures))
    return 1 if any(verdict(figure) == "TOO SLOW" for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
