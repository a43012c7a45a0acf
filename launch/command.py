"""./upkeep COMMAND: a management command with a running database around it."""

import signal
import subprocess
import sys
from collections.abc import Callable

from launch import backup, restore
from launch.children import die_with_parent
from launch.environment import django_command, django_environment, with_database
from launch.places import ROOT, LaunchError

#: These change the structure of the database, which the serving role cannot.
AS_OWNER = frozenset({"prepare_database", "write_guard_manifest", "migrate"})
WITHOUT_DATABASE = frozenset(
    {
        "list_commands",
        "write_docs",
        "help",
        "makemessages",
        "compilemessages",
        "collectstatic",
        "sandbox_registry",
        "sandbox_bank",
    }
)
#: Commands of the launcher itself: they work where the product cannot start yet.
OURS: dict[str, tuple[Callable[[list[str]], int], str]] = {
    "backup": (backup.main, backup.HELP),
    "restore": (restore.main, restore.HELP),
}


def django_arguments(given: list[str]) -> list[str]:
    """`load-demo --today …` as Django spells it; nothing at all lists our commands."""
    if not given or given[0] in ("-h", "--help", "help"):
        return ["list_commands"]
    return [given[0].replace("-", "_"), *given[1:]]


def run_command(given: list[str]) -> int:
    """Run it and answer with its exit status. Ctrl-C is left to the command, which shares the terminal."""
    if given and given[0] in OURS:
        return OURS[given[0]][0](given[1:])
    arguments = django_arguments(given)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if arguments[0] in WITHOUT_DATABASE:
        status = _run(arguments, django_environment())
        if arguments[0] == "list_commands":
            print("".join(f"  {name:<24}{help}\n" for name, (_, help) in OURS.items()), end="")
        return status
    with with_database() as environment:
        if arguments[0] in AS_OWNER:
            environment = environment | {"UPKEEP_AS_OWNER": "1"}
        return _run(arguments, environment)


def _run(arguments: list[str], environment: dict[str, str]) -> int:
    process = subprocess.Popen(django_command(*arguments), cwd=ROOT, env=environment, preexec_fn=_prepare_child)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    status = process.wait()
    return 128 - status if status < 0 else status  # ended by a signal: as a shell reports it


def _prepare_child() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    die_with_parent()


def main() -> int:
    """Exit status of the command; a Chinese sentence when it could not even start."""
    try:
        return run_command(sys.argv[1:])
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
