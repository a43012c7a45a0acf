"""接口获取: asking the housing registry (房屋登记系统) of the city for projects, their buildings and their houses.

One address, told by the environment. Whatever else comes back than `registry.openapi.json` beside this file describes,
or does not come in time, is `HousingRegistryFails`, and nothing of it is kept. Source: manual 001 §2.2 and §2.9, 接口获取.
"""

import http.client
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import quote

from django.conf import settings

from upkeep.estate.registry_shapes import (
    Building,
    Misshapen,
    Project,
    RegisteredHouse,
    read_buildings,
    read_houses,
    read_projects,
)
from upkeep.kernel.asking import NoAnswer, Why, ask
from upkeep.kernel.errors import Refusal

__all__ = ["Building", "Found", "HousingRegistryFails", "Project", "RegisteredHouse", "is_connected"]

NAME = "房屋登记系统"
#: Houses asked for at once, and projects shown of those found.
HOUSES_AT_ONCE, MOST_PROJECTS = 500, 20
#: Characters of a name or an address that are sent.
MOST_TYPED = 60
_MOST_BYTES = 2 * 1024 * 1024
#: Seconds between one try and the next; a page that somebody waits for tries once again, background work all of them.
PAUSES = (0.3, 1.0, 3.0)
_LATER = "已填写的内容没有丢失，请稍后再试，或改用表格导入"
_TELL = "没有获取任何数据，请联系房屋登记系统的管理单位，或改用表格导入"

T = TypeVar("T")


class HousingRegistryFails(Refusal):
    """The registry cannot be asked or answers what cannot be understood; nobody is to blame at the keyboard."""


class NothingAsked(Refusal):
    """Neither a name nor an address was given."""


@dataclass(frozen=True)
class Found:
    """The first projects that a search found, and how many there are."""

    projects: list[Project]
    total: int


def is_connected() -> bool:
    """Whether this installation has been told of a registry."""
    return bool(settings.HOUSING_REGISTRY_URL)


def find_projects(*, name: str = "", address: str = "") -> Found:
    """Projects whose name and address hold the words given, in part. Raises: NothingAsked, HousingRegistryFails."""
    typed = {"name": name.strip()[:MOST_TYPED], "address": address.strip()[:MOST_TYPED]}
    query = {key: text for key, text in typed.items() if text}
    if not query:
        raise NothingAsked("请填写项目名称或地址，填写其中一部分即可")
    page = _read(read_projects, "/projects", {**query, "limit": str(MOST_PROJECTS)}, pauses=PAUSES[:1])
    return Found(page.items[:MOST_PROJECTS], page.total)


def buildings_of(project_id: str, *, patient: bool = False) -> tuple[Project, list[Building]]:
    """A project and its buildings. Raises: HousingRegistryFails, also when the registry does not know the project."""
    pauses = PAUSES if patient else PAUSES[:1]
    return _read(read_buildings, f"/projects/{quote(project_id, safe='')}/buildings", {}, pauses=pauses)


def houses_of(building: Building) -> Iterator[list[RegisteredHouse]]:
    """The houses of a building, page by page; as many as the registry announced, or it has failed.

    Raises: HousingRegistryFails.
    """
    path, received, total = f"/buildings/{quote(building.id, safe='')}/houses", 0, None
    while total is None or received < total:
        query = {"offset": str(received), "limit": str(HOUSES_AT_ONCE)}
        page = _read(partial(read_houses, building=building.name, start=received), path, query)
        if (
            total not in (None, page.total)
            or (page.total and not page.items)
            or received + len(page.items) > page.total
        ):
            got = f"应有 {page.total:,} 户，收到 {received + len(page.items):,} 户"
            raise HousingRegistryFails(f"{NAME}的答复不完整：{building.name}{got}。{_TELL}")
        received, total = received + len(page.items), page.total
        yield page.items


def _read(read: Callable[[bytes], T], path: str, query: dict[str, str], *, pauses: tuple[float, ...] = PAUSES) -> T:
    try:
        return read(_ask(path, query, pauses=pauses))
    except Misshapen as wrong:
        raise HousingRegistryFails(f"{NAME}的答复有误：{wrong}。{_TELL}") from None


def _ask(path: str, query: dict[str, str], *, pauses: tuple[float, ...]) -> bytes:
    """The body of an answer that is right, tried again after each pause when the fault may pass."""
    if not is_connected():
        raise HousingRegistryFails("本系统尚未接入房屋登记系统，请改用表格导入")
    failed = HousingRegistryFails(f"{NAME}没有答复。{_LATER}")
    for pause in (*pauses, None):
        try:
            status, body = ask(
                settings.HOUSING_REGISTRY_URL,
                path,
                query=query,
                seconds=settings.HOUSING_REGISTRY_SECONDS,
                most_bytes=_MOST_BYTES,
                headers={"Authorization": f"Bearer {key}"} if (key := settings.HOUSING_REGISTRY_KEY) else {},
            )
        except NoAnswer as silent:
            said = f"连接不上{NAME}" if silent.why is Why.UNREACHABLE else f"{NAME}{silent.why}"
            failed = HousingRegistryFails(f"{said}。{_LATER}")
            if silent.why is Why.TOO_LONG:
                break
        else:
            if status == http.client.OK:
                return body
            failed = _refused(status)
            if status < 500:
                break
        if pause is not None:
            time.sleep(pause)
    raise failed


def _refused(status: int) -> HousingRegistryFails:
    if status == http.client.NOT_FOUND:
        return HousingRegistryFails(f"{NAME}中已没有这个项目或楼栋，请重新查询")
    if status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
        return HousingRegistryFails(
            f"{NAME}不接受本系统的查询（{status}），请联系系统管理员核对接口密钥，或改用表格导入"
        )
    return HousingRegistryFails(f"{NAME}出错（{status}）。{_LATER}")
