"""./run: the demo city at http://127.0.0.1:8000, with everything it needs started before and stopped after."""

import argparse
import contextlib
import datetime as dt
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from launch.children import Child, die_with_parent, stop_all
from launch.embedded_postgres import product_cluster
from launch.environment import django_command, has_own_database, private_folder, with_database
from launch.places import PRODUCT, ROOT, LaunchError, var

HOST = "127.0.0.1"
READY_SECONDS = 60.0
FRESH_FOLDERS = ("files", "static", "cache")


class Stopped(Exception):
    """Ctrl-C or SIGTERM: an orderly end."""


def main() -> int:
    """Exit status 0 after an orderly end, 1 with a Chinese sentence when it cannot go on."""
    options = _options(sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        port = _free_port(os.environ.get("PORT") or "8000")
        private_folder(var())
        private_folder(var() / "log")
        if options.fresh:
            start_over()
        with with_database() as environment:
            serve(environment, port=port, today=options.today)
    except Stopped:
        print("\n已停止。")
    except LaunchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _options(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run", description="启动演示城市。环境变量 PORT 改端口（默认 8000）。")
    parser.add_argument("--fresh", action="store_true", help="清空数据重新开始")
    parser.add_argument("--today", type=dt.date.fromisoformat, metavar="YYYY-MM-DD", help="演示数据以这一天为今天")
    return parser.parse_args(given)


def _stop(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not interrupt the stopping
    raise Stopped


def _free_port(text: str) -> int:
    """The port as a number.

    Raises: LaunchError when it is no port or somebody listens on it.
    """
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise LaunchError(f"PORT={text} 不是端口号，请写 1 到 65535 之间的数字。")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(text)))
        except OSError:
            raise LaunchError(
                f"端口 {text} 已被占用或不允许使用。可能已有一个 ./run 在运行；也可以换一个端口：PORT=8001 ./run"
            ) from None
    return int(text)


def start_over() -> None:
    """Delete the product's data. The keys stay: they are no data, and a copy of a page may still need them.

    Raises: LaunchError on a database of the user's own, which only he may empty.
    """
    if has_own_database():
        raise LaunchError("--fresh 只清空内置数据库。自备数据库请由管理员自行清空，然后执行 ./run。")
    product_cluster(var()).remove()
    for name in FRESH_FOLDERS:
        shutil.rmtree(var() / name, ignore_errors=True)


def serve(environment: dict[str, str], *, port: int, today: dt.date | None) -> None:
    """Prepare, start, announce, and watch until told to stop."""
    environment = environment | {"PORT": str(port)}
    prepare(environment, today=today)
    sandboxes, where = _sandboxes(environment)
    environment |= where
    children = [_web(environment, port), _worker(environment), *sandboxes]
    try:
        for child in children:
            child.start()
        _wait_until_serving(children[0], port)
        print(f"\n已启动：http://{HOST}:{port}", flush=True)
        if "demo_logins" in _our_commands():
            _start_django(environment, "demo_logins", "--skip-checks").wait()
        print("按 Ctrl-C 停止。", flush=True)
        _watch(children)
    finally:
        stop_all(children)


def prepare(environment: dict[str, str], *, today: dt.date | None) -> None:
    """Bring database, static files and demo city up to date; the static files meanwhile."""
    with _static_files(environment):
        _django(environment | {"UPKEEP_AS_OWNER": "1"}, "prepare_database", "-v0", doing="准备数据库")
        if "load_demo" in _our_commands():
            dated = ["--today", today.isoformat()] if today else []
            _django(environment, "load_demo", "--if-empty", "--skip-checks", *dated, doing="装入演示数据")


def _our_commands() -> set[str]:
    """The names of the product's management commands, from its files: the launcher imports nothing of it."""
    return {path.stem for path in (PRODUCT / "commands" / "management" / "commands").glob("*.py")}


def _django(environment: dict[str, str], *arguments: str, doing: str) -> None:
    print(f"{doing}……", flush=True)
    answer = subprocess.run(
        django_command(*arguments), cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    if answer.returncode != 0:
        raise LaunchError(f"{doing}没有成功，原因见上。")


def _start_django(environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        django_command(*arguments),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        process_group=0,  # Ctrl-C reaches only the launcher
        preexec_fn=die_with_parent,
    )


@contextlib.contextmanager
def _static_files(environment: dict[str, str]) -> Iterator[None]:
    """Collect and compress the static files beside the work of the block, when they have changed."""
    stamp, wanted = var() / "static" / ".collected", _static_state()
    if stamp.exists() and stamp.read_text() == wanted:
        yield
        return
    process = _start_django(environment, "collectstatic", "--noinput", "-v0")
    try:
        yield
        if process.wait() != 0:
            raise LaunchError("静态文件没有备齐，原因见上。")
    finally:
        process.terminate()
        process.wait()
    stamp.write_text(wanted)


def _static_state() -> str:
    """Changes when a file of ours or an installed package does."""
    files = [path for path in sorted(PRODUCT.glob("*/static/**/*")) if path.is_file()]
    files += sorted((ROOT / "requirements").glob("*.lock"))
    digest = hashlib.sha256(sys.prefix.encode())
    for path in files:
        found = path.stat()
        digest.update(f"{path.relative_to(ROOT)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _web(environment: dict[str, str], port: int) -> Child:
    options = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "1", "--blocking-threads", "4"]
    options += ["--respawn-failed-workers", "--workers-kill-timeout", "8", "--log-level", "warning"]
    command = [str(Path(sys.executable).parent / "granian"), *options, "config.wsgi:application"]
    return Child(
        title="网页服务", command=command, log=var() / "log" / "web.log", environment=environment, folder=ROOT
    )


def _worker(environment: dict[str, str]) -> Child:
    command = django_command("work", "--concurrency", "1")
    return Child(
        title="后台任务", command=command, log=var() / "log" / "worker.log", environment=environment, folder=ROOT
    )


#: The outside systems of the demo: the option that says where each listens, the variable that says where it is found.
_SANDBOXES = {"--company-port": "UPKEEP_COMPANY_REGISTRY_URL", "--housing-port": "UPKEEP_HOUSING_REGISTRY_URL"}


def _sandboxes(environment: dict[str, str]) -> tuple[list[Child], dict[str, str]]:
    """The outside systems to try the demo with, and where they are found; none when real ones are named."""
    if "sandboxes" not in _our_commands() or any(environment.get(variable) for variable in _SANDBOXES.values()):
        return [], {}
    ports = _ports_nobody_uses(len(_SANDBOXES))
    options = [f"{option}={port}" for option, port in zip(_SANDBOXES, ports, strict=True)]
    command = django_command("sandboxes", *options, "--skip-checks")
    child = Child(
        title="试验用外部系统",
        command=command,
        log=var() / "log" / "sandboxes.log",
        environment=environment,
        folder=ROOT,
    )
    return [child], {one: f"http://{HOST}:{port}" for one, port in zip(_SANDBOXES.values(), ports, strict=True)}


def _ports_nobody_uses(count: int) -> list[int]:
    """Ports that are free now. All are held until the last is found, so that none is named twice."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def _wait_until_serving(web: Child, port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    answer = ""
    while time.monotonic() < deadline:
        if not web.is_alive():
            raise LaunchError(f"网页服务没有启动（{web.log}）：\n{web.last_words()}")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=10)
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            answer = response.read().decode()
            connection.close()
            if response.status == 200:
                return
        time.sleep(0.1)
    raise LaunchError(f"网页服务 {READY_SECONDS:.0f} 秒内没有就绪：{answer or web.last_words()}")


def _watch(children: list[Child]) -> None:
    """Start again what dies; end the whole when it keeps dying."""
    while True:
        for child in children:
            if child.is_alive():
                continue
            if not child.may_restart():
                raise LaunchError(f"{child.title}反复退出（{child.log}），已全部停止：\n{child.last_words()}")
            print(f"{child.title}意外退出，正在重新启动（{child.log}）。", file=sys.stderr, flush=True)
            child.start()
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
