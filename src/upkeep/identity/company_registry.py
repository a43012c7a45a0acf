"""质监校验: asking the business registry which name a social credit code belongs to.

One address, told by the environment; one question, `GET <address>/companies/<code>`; one shape of answer, a JSON object
of strings. Whatever else comes back, or does not come in time, is `RegistryFails`: nothing is taken for checked.
"""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from upkeep.kernel.checks import social_credit_code
from upkeep.kernel.errors import Refusal

_MOST_BYTES = 16_384
_MOST_TEXT = 200
_SHAPE = {"code", "name", "legal_representative", "status"}
#: 在业、存续: how the registry calls a company that still exists.
EXISTING = "存续"


@dataclass(frozen=True, kw_only=True)
class RegisteredCompany:
    """What the registry says of a social credit code."""

    code: str
    name: str
    legal_representative: str
    status: str


class RegistryFails(Refusal):
    """The registry cannot be asked or answers what cannot be understood; nobody is to blame at the keyboard."""


class NotConnected(RegistryFails):
    """No registry has been named to this installation."""


_LATER = "填写的内容没有丢失，请稍后再试；急需办理的，请联系维修资金管理部门"


def look_up(code: str) -> RegisteredCompany | None:
    """The company with this code, or None where the registry knows none. Raises: RegistryFails."""
    if not settings.COMPANY_REGISTRY_URL:
        raise NotConnected("本系统尚未接入工商登记信息，暂不能质监校验，请联系维修资金管理部门")
    status, body = _ask(f"/companies/{social_credit_code(code)}", deadline=_now() + settings.COMPANY_REGISTRY_SECONDS)
    if status == http.client.NOT_FOUND:
        return None
    if status != http.client.OK:
        raise RegistryFails(f"工商登记系统出错（{status}），未能完成质监校验。{_LATER}")
    company = _read(body)
    if company.code != code:
        raise RegistryFails(f"工商登记系统答复的不是所查的代码，未能完成质监校验。{_LATER}")
    return company


def _now() -> float:
    return time.monotonic()


def _ask(path: str, *, deadline: float) -> tuple[int, bytes]:
    """Status and body. No redirect is followed, no more is read than an answer can hold, nobody waits past the deadline."""
    address = urlsplit(settings.COMPANY_REGISTRY_URL)
    kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
    connection = kind(address.hostname or "", address.port, timeout=settings.COMPANY_REGISTRY_SECONDS)
    try:
        connection.request("GET", address.path + path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        body = b""
        while piece := answer.read1(4096):
            body += piece
            if len(body) > _MOST_BYTES:
                raise RegistryFails(f"工商登记系统的答复过长，未能完成质监校验。{_LATER}")
            left = deadline - _now()
            if left <= 0:
                raise TimeoutError
            if connection.sock is not None:
                connection.sock.settimeout(left)
        return answer.status, body
    except TimeoutError:
        raise RegistryFails(f"工商登记系统没有及时答复，未能完成质监校验。{_LATER}") from None
    except (OSError, http.client.HTTPException):
        raise RegistryFails(f"连接不上工商登记系统，未能完成质监校验。{_LATER}") from None
    finally:
        connection.close()


def _read(body: bytes) -> RegisteredCompany:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    right = isinstance(found, dict) and set(found) >= _SHAPE
    texts = {key: found[key] for key in _SHAPE} if right else {}
    if not right or not all(isinstance(one, str) and 0 < len(one) <= _MOST_TEXT for one in texts.values()):
        raise RegistryFails(f"工商登记系统的答复无法识别，未能完成质监校验。{_LATER}")
    return RegisteredCompany(**texts)
