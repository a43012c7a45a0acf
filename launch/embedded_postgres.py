"""The product's own PostgreSQL: made on first use, shared by all commands, stopped when the last of them has ended.

It refuses to open a TCP port, to let anyone in without a password, and to lose what it has confirmed: the durable
settings stand on the command line, where no edited file overrules them. Only `for_tests` gives them up.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from launch import keeper
from launch.binaries import find_binaries, major_version
from launch.identity import Identity, choose_identity, private_home, short_hash
from launch.locks import exclusively, open_lock, try_lock
from launch.places import LaunchError

SUPERUSER, OWNER, APP = "upkeep_superuser", "upkeep_owner", "upkeep_app"
DATABASE = "upkeep"
LONGEST_SOCKET_PATH = 100
START_SECONDS, STOP_SECONDS = 90.0, 30.0
LOG_BYTES = 20_000_000

#: What a session of the serving role may take at most. The job runner raises its own where a job needs longer.
APP_LIMITS = {"lock_timeout": "10s", "statement_timeout": "60s", "idle_in_transaction_session_timeout": "120s"}

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "log_timezone": "Asia/Shanghai",
    "log_checkpoints": "off",
    # Statements and DETAIL lines carry people's names and numbers, which must never stand in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_THROW_AWAY = {
    "fsync": "off",
    # It would take a table that one long transaction fills for an empty one, and spoil that transaction's plans.
    "autovacuum": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
}


class EmbeddedPostgres:
    """One cluster below `folder`. `start` and `stop` say that *we* need it, not that it runs only for us."""

    def __init__(
        self, folder: Path, *, secrets_folder: Path, log: Path, for_tests: bool = False, namespaces: bool = True
    ) -> None:
        self.folder = folder
        self.secrets_folder = secrets_folder
        self.log = log
        self.for_tests = for_tests
        self.namespaces = namespaces
        self.identity = Identity(home=folder, binaries=Path())
        self._users: IO[str] | None = None
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.identity.home / "data"

    @property
    def socket_folder(self) -> Path:
        """Where the socket lies: by the data, or in /tmp when that path is too long for a socket."""
        near = self.identity.home / "socket"
        fits = len(str(near / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH
        return near if fits else self._far_socket_folder

    @property
    def _far_socket_folder(self) -> Path:
        return Path("/tmp") / f"upkeep-{short_hash(self.folder)}"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for one role, password included."""
        password = self._secret(role)
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def start(self) -> None:
        """Have the server running and ready, whoever started it.

        Raises: LaunchError with the reason.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._users = open_lock(self.folder / "users.lock")
        fcntl.flock(self._users, fcntl.LOCK_SH)  # waits while the keeper is stopping the server
        with exclusively(self.folder / "start.lock"):
            binaries = find_binaries()
            self.identity = choose_identity(self.folder, binaries, namespaces=self.namespaces)
            self._make_cluster()
            self._make_socket_folder()
            if not self._is_kept():
                self._remove_remains()
                self._start_keeper()
            self._wait_until_ready()
            self._make_roles()

    def stop(self) -> bool:
        """Let go of the server; True when it has stopped, False when others still use it."""
        if self._users is not None:
            self._users.close()
            self._users = None
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not self._is_kept():
                if self._keeper is not None:
                    self._keeper.wait()
                return True
            if self._has_other_users():
                return False
            time.sleep(0.02)
        raise LaunchError(f"数据库没有在 {STOP_SECONDS:.0f} 秒内停止，请查看 {self.log}")

    @contextlib.contextmanager
    def running(self) -> Iterator["EmbeddedPostgres"]:
        """Started for the length of the block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def is_running(self) -> bool:
        """Whether the server takes connections."""
        if not self.folder.exists():
            return False
        self.identity = choose_identity(self.folder, find_binaries(), namespaces=self.namespaces)
        return self._is_ready()

    def remove(self) -> None:
        """Delete the cluster and all its data.

        Raises: LaunchError while somebody uses it.
        """
        private = private_home(self.folder)
        if not self.folder.exists() and not private.exists():
            return
        if self.folder.exists() and (self._is_kept() or self._has_other_users()):
            raise LaunchError("数据库正在使用中：请先停止正在运行的 ./run 或 ./upkeep，再重新开始。")
        for folder in (self.folder, private, self._far_socket_folder):
            if folder.exists():
                shutil.rmtree(folder)

    def _is_kept(self) -> bool:
        path = self.folder / "keeper.lock"
        if not path.exists():
            return False
        with open_lock(path) as file:
            return not try_lock(file, fcntl.LOCK_SH)

    def _has_other_users(self) -> bool:
        path = self.folder / "users.lock"
        if not path.exists():
            return False
        with open_lock(path) as file:
            return not try_lock(file, fcntl.LOCK_EX) and try_lock(file, fcntl.LOCK_SH)

    def _secret(self, role: str) -> str:
        path = self.secrets_folder / f"postgres_{role}"
        if not path.exists():
            self.secrets_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = path.with_name(f"{path.name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_hex(24), encoding="ascii")
            with contextlib.suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return path.read_text(encoding="ascii").strip()

    def _make_cluster(self) -> None:
        """initdb into a folder of another name, so that a half-made cluster is never taken for a whole one."""
        version = major_version(self.identity.binaries)
        if self.data.exists():
            self._check_existing(version)
            return
        draft, password = self.identity.home / "data.new", self.identity.home / "password"
        shutil.rmtree(draft, ignore_errors=True)
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self._secret(SUPERUSER), encoding="ascii")
        self.identity.own(password)
        options = ["-D", str(draft), "-U", SUPERUSER, "--pwfile", str(password), "-A", "scram-sha-256"]
        options += ["--data-checksums", "-E", "UTF8", "--locale=C.UTF-8", "--lc-messages=C"]
        if version and version >= 17:  # the same order on every system, whatever its C library
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--no-sync"] if self.for_tests else []
        try:
            answer = subprocess.run(
                self.identity.command("initdb", *options),
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
                **self.identity.account,
            )
        finally:
            password.unlink()
        if answer.returncode != 0:
            raise LaunchError(f"数据库没有建成：{(answer.stderr or answer.stdout).strip()}")
        draft.rename(self.data)
        (self.folder / "made").touch()

    def _check_existing(self, version: int | None) -> None:
        made_with = (self.data / "PG_VERSION").read_text().strip()
        if made_with != str(version):
            raise LaunchError(
                f"{self.data} 由 PostgreSQL {made_with} 建立，而现有程序是 {version}。"
                f"请装回 {made_with}，或按 docs/runbooks/install.md 升级数据。"
            )
        if not (self.folder / "made").exists():
            raise LaunchError(
                f"在 {self.data} 找到旧数据，而 {self.folder} 已被删除，密码也随之丢失。"
                "确认不再需要旧数据后，请执行 ./run --fresh 重新开始。"
            )

    def _make_socket_folder(self) -> None:
        folder = self.socket_folder
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
            self.identity.own(folder)
        owner = self.identity.account.get("user", os.geteuid())
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise LaunchError(f"{folder} 不是本程序建立的私有目录（应为 0700），请移走后重试。")

    def _remove_remains(self) -> None:
        """Clear away what a killed server left. No keeper runs, so whatever is found is an orphan or stale."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            pid = int(pid_file.read_text().split("\n", 1)[0])
            if self._is_our_server(pid):
                os.kill(pid, signal.SIGINT)
                self._wait_for_end(pid)
            # As root the number may by now be another process's, which would keep PostgreSQL from starting.
            pid_file.unlink(missing_ok=True)
        (self.socket_folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _is_our_server(self, pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve()
        except OSError:
            return not Path("/proc/self").exists() and self._is_ready()

    def _wait_for_end(self, pid: int) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while self._is_our_server(pid):
            if time.monotonic() > deadline:
                raise LaunchError(f"上次遗留的数据库进程 {pid} 没有停止，请查看 {self.log}")
            time.sleep(0.05)

    def _start_keeper(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        settings = _SETTINGS | (_THROW_AWAY if self.for_tests else _DURABLE)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        server = self.identity.command("postgres", "-D", str(self.data), "-k", str(self.socket_folder), *options)
        account = self.identity.account
        who = (str(account.get("user", -1)), str(account.get("group", -1)))
        with self.log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, str(self.folder), *who, *server],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for the launcher, which then lets go in order
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            )

    def _is_ready(self) -> bool:
        program = str(self.identity.binaries / "pg_isready")
        command = [program, "-q", "-h", str(self.socket_folder), "-p", "5432"]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            gone = self._keeper is not None and self._keeper.poll() is not None
            if gone or time.monotonic() > deadline:
                last = self.log.read_text(errors="replace").strip().splitlines()[-3:] if self.log.exists() else []
                raise LaunchError(f"数据库没有启动，请查看 {self.log}：{' / '.join(last)}")
            time.sleep(0.03)

    def _make_roles(self) -> None:
        """The owner, who migrates, the serving role, who owns nothing, and the database. Once per cluster."""
        done = self.folder / "roles"
        script = _roles_script(self._secret(OWNER), self._secret(APP), may_create_databases=self.for_tests)
        if done.exists() and done.read_text() == short_hash(Path(script)):
            return
        command = [str(self.identity.binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        environment = os.environ | {
            "PGPASSWORD": self._secret(SUPERUSER)
        }  # not on the command line, which all can read
        command += ["-h", str(self.socket_folder), "-U", SUPERUSER, "postgres"]
        answer = subprocess.run(command, env=environment, input=script, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise LaunchError(f"数据库角色没有建成：{answer.stderr.strip()}")
        done.write_text(short_hash(Path(script)))


def _roles_script(owner_password: str, app_password: str, *, may_create_databases: bool) -> str:
    create = "CREATEDB" if may_create_databases else "NOCREATEDB"
    limits = "\n".join(f"ALTER ROLE {APP} SET {name} = '{value}';" for name, value in APP_LIMITS.items())
    roles = "\n".join(
        f"SELECT 'CREATE ROLE {role}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec"
        for role in (OWNER, APP)
    )
    return f"""
{roles}
ALTER ROLE {OWNER} LOGIN NOSUPERUSER NOCREATEROLE {create} PASSWORD '{owner_password}';
ALTER ROLE {APP} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD '{app_password}';
{limits}
SELECT 'CREATE DATABASE {DATABASE} OWNER {OWNER}'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP};
"""


def product_cluster(var: Path) -> EmbeddedPostgres:
    """The cluster that keeps the product's data."""
    return EmbeddedPostgres(var / "postgres", secrets_folder=var / "secrets", log=var / "log" / "postgres.log")


def test_cluster(var: Path) -> EmbeddedPostgres:
    """The cluster of the test suite: quick, careless of power cuts, and never the product's."""
    folder = var / "test-postgres"
    return EmbeddedPostgres(folder, secrets_folder=folder / "secrets", log=folder / "postgres.log", for_tests=True)
