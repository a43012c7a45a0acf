"""What a project's public notices say: facts, text and the list of houses, names masked, no ID number, no phone.

The same content is previewed, published and printed; once published, print and page read the stored copy.
"""

from typing import Any

from upkeep.casework.procedure import Table
from upkeep.estate.queries import owner_names
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import in_letters
from upkeep.kernel.money import in_capitals, yuan
from upkeep.publishing.models import NoticeKind
from upkeep.repairs.models import RepairProject
from upkeep.repairs.queries import project_houses

#: 立项公告 goes with the 预算清册, 验收公告 with the 决算清册 (004 §1.3.3).
TITLES = {NoticeKind.PROJECT: "立项公告", NoticeKind.ACCEPTANCE: "验收公告"}
LISTS = {NoticeKind.PROJECT: "预算清册", NoticeKind.ACCEPTANCE: "决算清册"}


def title_of(project: RepairProject, kind: NoticeKind) -> str:
    """The notice's headline."""
    return f"{project.area.name}“{project.title}”{TITLES[kind]}"


def body_of(project: RepairProject, kind: NoticeKind) -> dict[str, Any]:
    """The notice as it would be published now, as JSON: `text`, `facts`, and the tables `works` and `houses`."""
    return {
        "text": _text(project, kind),
        "facts": [list(pair) for pair in facts_of(project)],
        "works": _as_json(works_of(project)),
        "houses": _as_json(houses_of(project, kind)),
    }


def _as_json(table: Table) -> dict[str, Any]:
    *rows, total = table.rows
    parts = {"rows": [list(row) for row in rows], "total": list(total)}
    return {"title": table.title, "columns": list(table.columns), "numeric": sorted(table.numeric)} | parts


def _text(project: RepairProject, kind: NoticeKind) -> list[str]:
    amount = f"人民币 {yuan(project.budget_fen)} 元（{in_capitals(project.budget_fen)}）"
    basis = "由下列房屋业主按专有部分建筑面积比例分摊，从各户住宅专项维修资金分户账中列支"
    if kind is NoticeKind.PROJECT:
        return [
            f"各位业主：{project.reason}",
            f"现拟使用住宅专项维修资金实施“{project.title}”，预算{amount}，{basis}，现予公示。",
            f"业主对维修项目、分摊范围或分摊金额有异议的，请在公示期内向{project.organisation.name}提出。",
        ]
    assert project.accepted_on is not None and project.settlement_fen is not None
    settled = f"人民币 {yuan(project.settlement_fen)} 元（{in_capitals(project.settlement_fen)}）"
    return [
        f"各位业主：“{project.title}”已于 {in_letters(project.accepted_on)} 验收。验收意见：{project.acceptance}",
        f"项目结算{settled}，{basis}，现予公示。",
        f"业主对工程质量、结算金额或分摊金额有异议的，请在公示期内向{project.organisation.name}提出。",
    ]


def facts_of(project: RepairProject) -> list[tuple[str, str]]:
    """What a project is, in the order in which it is read."""
    facts = [
        ("项目编号", project.number),
        ("项目名称", project.title),
        ("物业区域", project.area.name),
        ("申报单位", project.organisation.name),
        ("计划工期", f"{in_letters(project.starts_on)}至{in_letters(project.ends_on)}"),
        ("分摊房屋", f"{project.house_count:,} 户，{square_metres(project.area_dm2)} ㎡"),
        ("预算金额", f"{yuan(project.budget_fen)} 元"),
    ]
    if project.payable_fen != project.budget_fen:
        facts.append(("预算应拨付金额", f"{yuan(project.payable_fen)} 元"))
    if project.emergency_cause:
        facts.insert(2, ("紧急原因", project.get_emergency_cause_display()))
    if project.due_on is not None:
        facts.append(("办结期限", in_letters(project.due_on)))
    if project.settlement_fen is not None and project.accepted_on is not None:
        facts += [
            ("结算金额", f"{yuan(project.settlement_fen)} 元"),
            ("验收日期", in_letters(project.accepted_on)),
        ]
    return facts


def works_of(project: RepairProject) -> Table:
    """What is repaired, where, by whom, for how much; the last row is the sum."""
    works = list(project.facilities.select_related("facility__building").order_by("pk"))
    rows = [
        (work.facility.name, work.facility.place, work.content, work.contractor, yuan(work.budget_fen))
        for work in works
    ]
    total = ("合计", "", "", "", yuan(sum(work.budget_fen for work in works)))
    columns = ("设施设备", "位置", "维修内容", "施工单位", "预算金额（元）")
    return Table("维修内容", columns, [*rows, total], frozenset({4}))


def houses_of(project: RepairProject, kind: NoticeKind) -> Table:
    """预算清册 or 决算清册: every sharing house with its owner (masked), area and share; the last row is the sum."""
    shares = list(project_houses(project))
    names = owner_names([share.house_id for share in shares])
    rows = [
        (
            str(place),
            share.house.building.name,
            share.house.label,
            names.get(share.house_id, "（未售）"),
            square_metres(share.area_dm2),
            yuan(share.share_fen),
        )
        for place, share in enumerate(shares, start=1)
    ]
    total = ("", "合计", f"{len(shares):,} 户", "", square_metres(project.area_dm2), yuan(project.budget_fen))
    amount = "分摊金额（元）" if kind is NoticeKind.PROJECT else "决算分摊金额（元）"
    columns = ("序号", "楼栋", "房号", "业主", "建筑面积（㎡）", amount)
    return Table(LISTS[kind], columns, [*rows, total], frozenset({0, 4, 5}))
