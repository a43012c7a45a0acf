"""The one place that reads the process environment. Everything else takes typed values from here."""

import contextlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent


class MissingSetting(Exception):
    """A production server was started without a value it cannot do without."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the process was told from outside.

    `database_url` is the serving role, which owns nothing; `database_owner_url` is the role that migrates. With
    `as_owner` the process connects as the owner (migrations, guards, test templates) and must not serve.
    """

    var: Path
    database_url: str
    database_owner_url: str
    as_owner: bool
    secret_key: str
    data_key: str
    allowed_hosts: tuple[str, ...]
    public_url: str
    font_dirs: tuple[str, ...]
    company_registry_url: str
    company_registry_seconds: float
    housing_registry_url: str
    housing_registry_seconds: float
    housing_registry_key: str
    trusted_proxies: int
    mail: "MailServer | None"
    sms: "SmsServer | None"


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where e-mails go: `UPKEEP_SMTP_URL` and the address they come from, `UPKEEP_MAIL_FROM`."""

    host: str
    port: int
    user: str
    password: str
    tls: bool
    starttls: bool
    sender: str


@dataclass(frozen=True, kw_only=True)
class SmsServer:
    """Where SMS go: `UPKEEP_SMS_URL`, with the key and the secret that documents are signed with."""

    url: str
    key: str
    secret: str


def _kept_secret(var: Path, name: str) -> str:
    """A random value made once and kept under `var/` (0600): for the demo and development, never for production."""
    path = var / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):  # two processes at first start: one wins, both read the same
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


#: Scheme → port, TLS from the first byte, STARTTLS.
_SMTP = {"smtp": (25, False, False), "smtp+starttls": (587, False, True), "smtps": (465, True, False)}


def _mail_server(url: str, sender: str) -> MailServer | None:
    """`smtps://user:password@host:465`, also `smtp+starttls://` and, inside one machine room, `smtp://`."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in _SMTP or not parts.hostname or not sender:
        raise MissingSetting("UPKEEP_SMTP_URL is smtps://user:password@host and needs UPKEEP_MAIL_FROM beside it")
    port, tls, starttls = _SMTP[parts.scheme]
    return MailServer(
        host=parts.hostname,
        port=parts.port or port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        starttls=starttls,
        sender=sender,
    )


def _sms_server(url: str, key: str, secret: str, *, production: bool) -> SmsServer | None:
    if not url:
        return None
    allowed = ("https",) if production else ("https", "http")
    if urlsplit(url).scheme not in allowed or not (key and secret):
        raise MissingSetting("UPKEEP_SMS_URL begins with https:// and needs UPKEEP_SMS_KEY and UPKEEP_SMS_SECRET")
    return SmsServer(url=url, key=key, secret=secret)


def read_environment(*, production: bool = False) -> Environment:
    """Read and check `os.environ`.

    Raises: MissingSetting in production when a required value is absent.
    """
    get = os.environ.get
    var = Path(get("UPKEEP_VAR") or ROOT / "var")
    required = ("DATABASE_URL", "UPKEEP_SECRET_KEY", "UPKEEP_DATA_KEY", "UPKEEP_HOSTS", "UPKEEP_PUBLIC_URL")
    if production and (missing := [name for name in required if not get(name)]):
        raise MissingSetting(f"set {', '.join(missing)} (docs/runbooks/install.md)")
    url = get("DATABASE_URL") or "postgresql:///upkeep"
    return Environment(
        var=var,
        database_url=url,
        database_owner_url=get("DATABASE_OWNER_URL") or url,
        as_owner=get("UPKEEP_AS_OWNER") == "1",
        secret_key=get("UPKEEP_SECRET_KEY") or _kept_secret(var, "secret_key"),
        data_key=get("UPKEEP_DATA_KEY") or _kept_secret(var, "data_key"),
        allowed_hosts=tuple(host for host in (get("UPKEEP_HOSTS") or "127.0.0.1,localhost").split(",") if host),
        public_url=(get("UPKEEP_PUBLIC_URL") or f"http://127.0.0.1:{get('PORT') or 8000}").rstrip("/"),
        font_dirs=tuple(part for part in (get("PDF_FONT_DIRS") or "").split(os.pathsep) if part),
        mail=_mail_server(get("UPKEEP_SMTP_URL") or "", get("UPKEEP_MAIL_FROM") or ""),
        sms=_sms_server(
            get("UPKEEP_SMS_URL") or "",
            get("UPKEEP_SMS_KEY") or "",
            get("UPKEEP_SMS_SECRET") or "",
            production=production,
        ),
        trusted_proxies=int(get("UPKEEP_TRUSTED_PROXIES") or 0),
        company_registry_url=(get("UPKEEP_COMPANY_REGISTRY_URL") or "").rstrip("/"),
        company_registry_seconds=float(get("UPKEEP_COMPANY_REGISTRY_SECONDS") or 5),
        housing_registry_url=(get("UPKEEP_HOUSING_REGISTRY_URL") or "").rstrip("/"),
        housing_registry_seconds=float(get("UPKEEP_HOUSING_REGISTRY_SECONDS") or 8),
        housing_registry_key=get("UPKEEP_HOUSING_REGISTRY_KEY") or "",
    )
