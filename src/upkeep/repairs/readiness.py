"""What a draft still lacks before it may be published, all at once, each with what to do."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from upkeep.kernel.errors import Refusal
from upkeep.repairs.models import ProjectPaper, RepairProject, TypedPage
from upkeep.repairs.plan import plan_problem
from upkeep.repairs.shares import shortfall_sentence, shortfalls
from upkeep.repairs.stages import ProjectKind
from upkeep.repairs.warranty import warranties_of
from upkeep.repairs.works import works_of


class Part(StrEnum):
    """The parts of a draft, by the page on which they are mended."""

    BASICS = "basics"
    WORKS = "works"
    HOUSES = "houses"
    SHARES = "shares"
    PLAN = "plan"


@dataclass(frozen=True)
class Lack:
    """One thing that keeps a draft from being published."""

    part: Part
    text: str


class NotReady(Refusal):
    """The draft is not complete; the sentence says all that it lacks."""


def lacks(project: RepairProject, *, on: dt.date | None = None, thoroughly: bool = True) -> list[Lack]:
    """What keeps the draft from being published. `thoroughly` looks at the sub-accounts too, `on` at the warranties of
    that day.
    """
    found = [*_of_basics(project), *_of_works(project, on=on), *_of_plan(project)]
    if thoroughly and (short := shortfalls(project)):
        found.append(Lack(Part.SHARES, shortfall_sentence(short)))
    return found


def check_ready(project: RepairProject, *, on: dt.date) -> None:
    """Raises: NotReady with all that the draft lacks; its sub-accounts are checked by `check_sub_accounts`."""
    if found := lacks(project, on=on, thoroughly=False):
        raise NotReady("；".join(one.text for one in found))


def _of_basics(project: RepairProject) -> Iterator[Lack]:
    names = {"BASICS": "基本信息", "WORKS": "设施设备", "PLAN": "拨付计划"}
    parts = {"BASICS": Part.BASICS, "WORKS": Part.WORKS, "PLAN": Part.PLAN}
    for page, faults in TypedPage.objects.filter(project=project).values_list("page", "faults"):
        yield Lack(parts[page], f"“{names[page]}”有 {faults} 处填写有误，请改正后保存")
    if not project.reason.strip():
        yield Lack(Part.BASICS, "请在“基本信息”填写维修原因")
    if project.kind_now is ProjectKind.EMERGENCY:
        if not project.emergency_cause:
            yield Lack(Part.BASICS, "请在“基本信息”选择紧急原因")
        if not ProjectPaper.objects.filter(project=project).exists():
            yield Lack(Part.BASICS, "请在“基本信息”上传紧急情况证明")


def _of_works(project: RepairProject, *, on: dt.date | None) -> Iterator[Lack]:
    works = works_of(project)
    if not works:
        yield Lack(Part.WORKS, "请选择要维修的设施设备")
        return
    shared = set(project.facilities.filter(shares__isnull=False).values_list("pk", flat=True))
    for work in works:
        name = f"“{work.facility.name}”"
        if not work.content or not work.contractor:
            yield Lack(Part.WORKS, f"请填写{name}的维修内容和施工单位")
        if work.pk not in shared:
            yield Lack(Part.HOUSES, f"请选择{name}的分摊房屋")
        elif not work.budget_fen:
            yield Lack(Part.WORKS, f"请填写{name}的预算金额，或逐户填写分摊金额后分摊合并")
    for warranty in warranties_of(project, on=on).values() if on else ():
        if warranty.blocks:
            yield Lack(Part.WORKS, warranty.sentence)


def _of_plan(project: RepairProject) -> Iterator[Lack]:
    if project.house_count and project.budget_fen:
        if problem := plan_problem(project):
            yield Lack(Part.PLAN, problem)
        if not project.payable_fen:
            text = "分摊金额全部由维修资金之外承担，没有可从维修资金拨付的金额，无须在此立项"
            yield Lack(Part.SHARES, text)
