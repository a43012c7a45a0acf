"""The processes that ./run starts: none outlives it, and one that dies is started again or ends the whole."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 10.0
QUICK_DEATH_SECONDS = 10.0
GIVE_UP_AFTER = 3


def die_with_parent() -> None:
    """For `preexec_fn`: Linux ends the child when the launcher is killed and has no time to do so itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One long-running program with its log file."""

    def __init__(
        self, *, title: str, command: list[str], log: Path, environment: dict[str, str], folder: Path
    ) -> None:
        self.title = title
        self.command = command
        self.log = log
        self.environment = environment
        self.folder = folder
        self.quick_deaths = 0
        self.begun = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches only the launcher, which stops all in order."""
        self.begun = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self.environment,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )

    def is_alive(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.poll() is None

    def may_restart(self) -> bool:
        """Whether another try makes sense: not when it has died at once several times running."""
        quick = time.monotonic() - self.begun < QUICK_DEATH_SECONDS
        self.quick_deaths = self.quick_deaths + 1 if quick else 0
        return self.quick_deaths < GIVE_UP_AFTER

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").strip().splitlines()[-8:])


def stop_all(children: list[Child]) -> None:
    """Ask all to stop, wait, and end with their whole process group those that do not."""
    living = [child.process for child in children if child.process is not None]
    for process in living:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for process in living:
        try:
            process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
