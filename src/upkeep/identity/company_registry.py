"""质监校验: asking the business registry which name a social credit code belongs to.

One address, told by the environment; one question, `GET <address>/companies/<code>`; one shape of answer, a JSON object
of strings. Whatever else comes back, or does not come in time, is `RegistryFails`: nothing is taken for checked.
"""

import http.client
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from upkeep.kernel.asking import NoAnswer, Why, ask
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


_NAME = "工商登记系统"
_LATER = "填写的内容没有丢失，请稍后再试；急需办理的，请联系维修资金管理部门"


def look_up(code: str) -> RegisteredCompany | None:
    """The company with this code, or None where the registry knows none. Raises: RegistryFails."""
    if not settings.COMPANY_REGISTRY_URL:
        raise NotConnected("本系统尚未接入工商登记信息，暂不能质监校验，请联系维修资金管理部门")
    status, body = _ask(f"/companies/{social_credit_code(code)}")
    if status == http.client.NOT_FOUND:
        return None
    if status != http.client.OK:
        raise RegistryFails(f"{_NAME}出错（{status}），未能完成质监校验。{_LATER}")
    company = _read(body)
    if company.code != code:
        raise RegistryFails(f"{_NAME}答复的不是所查的代码，未能完成质监校验。{_LATER}")
    return company


def _ask(path: str) -> tuple[int, bytes]:
    seconds = settings.COMPANY_REGISTRY_SECONDS
    try:
        return ask(settings.COMPANY_REGISTRY_URL, path, seconds=seconds, most_bytes=_MOST_BYTES)
    except NoAnswer as failed:
        said = f"连接不上{_NAME}" if failed.why is Why.UNREACHABLE else f"{_NAME}{failed.why}"
        raise RegistryFails(f"{said}，未能完成质监校验。{_LATER}") from None


def _read(body: bytes) -> RegisteredCompany:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    right = isinstance(found, dict) and set(found) >= _SHAPE
    texts = {key: found[key] for key in _SHAPE} if right else {}
    if not right or not all(isinstance(one, str) and 0 < len(one) <= _MOST_TEXT for one in texts.values()):
        raise RegistryFails(f"{_NAME}的答复无法识别，未能完成质监校验。{_LATER}")
    return RegisteredCompany(**texts)
