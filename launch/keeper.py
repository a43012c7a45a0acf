"""The process above PostgreSQL: starts it, restarts it when it dies, and stops it when its last user has gone.

Every user of the server holds a shared lock on `users.lock`. This process waits for the exclusive one, which the
kernel grants when the last user has let go or has died, however it died. Run as a file by `embedded_postgres`.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType

GIVE_UP_AFTER = 20
QUICK_DEATH_SECONDS = 2.0


class Keeper:
    """One server and the wish to stop it."""

    def __init__(self, command: list[str], account: tuple[int, int] | None) -> None:
        self.command = command
        self.account = account
        self.stopping = threading.Event()
        self.server: subprocess.Popen[bytes] | None = None

    def stop(self, *_signal: int | FrameType | None) -> None:
        """Ask the server to end its sessions and stop (PostgreSQL's fast shutdown)."""
        self.stopping.set()
        if self.server is not None and self.server.poll() is None:
            self.server.send_signal(signal.SIGINT)

    def stop_when_unused(self, users: Path) -> None:
        """Wait for the last user; the lock stays held so that a newcomer waits until the server is down."""
        self.users = users.open("a")
        fcntl.flock(self.users, fcntl.LOCK_EX)
        self.stop()

    def keep(self) -> int:
        """Run the server until it is no longer wanted; give up when it dies at once again and again."""
        quick_deaths = 0
        while not self.stopping.is_set():
            begun = time.monotonic()
            if self.account is None:
                self.server = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)
            else:
                user, group = self.account
                self.server = subprocess.Popen(
                    self.command, stdin=subprocess.DEVNULL, user=user, group=group, extra_groups=[]
                )
            if self.stopping.is_set():
                self.stop()
            self.server.wait()
            quick_deaths = quick_deaths + 1 if time.monotonic() - begun < QUICK_DEATH_SECONDS else 0
            if quick_deaths >= GIVE_UP_AFTER:
                return 1
            self.stopping.wait(0.5)
        return 0


def main() -> int:
    folder, user, group = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    keeper = Keeper(sys.argv[4:], None if user < 0 else (user, group))
    alive = (folder / "keeper.lock").open("a")
    fcntl.flock(alive, fcntl.LOCK_EX)
    os.chdir("/")
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    threading.Thread(target=keeper.stop_when_unused, args=(folder / "users.lock",), daemon=True).start()
    result = keeper.keep()
    # First this lock, then, by exiting, the users': whoever waits for that one sees at once that we are gone.
    alive.close()
    return result


if __name__ == "__main__":
    sys.exit(main())
