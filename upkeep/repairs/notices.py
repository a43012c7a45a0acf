"""What a project's public notices say: facts, text and the list of houses, names masked, no ID number, no phone.

The same content is previewed, published and printed; once published, print and page read the stored copy.
"""

from typing import Any

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
    """The notice as it would be published now: `text`, `facts`, `works` and `houses` tables, as JSON."""
    return {
        "text": _text(project, kind),
        "facts": _facts(project, kind),
        "works": _works(project),
        "houses": _houses(project, kind),
    }


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


def _facts(project: RepairProject, kind: NoticeKind) -> list[list[str]]:
    facts = [
        ["项目编号", project.number],
        ["项目名称", project.title],
        ["物业区域", project.area.name],
        ["申报单位", project.organisation.name],
        ["计划工期", f"{in_letters(project.starts_on)}至{in_letters(project.ends_on)}"],
        ["分摊房屋", f"{project.house_count:,} 户，{square_metres(project.area_dm2)} ㎡"],
        ["预算金额", f"{yuan(project.budget_fen)} 元"],
    ]
    if kind is NoticeKind.ACCEPTANCE and project.settlement_fen is not None and project.accepted_on is not None:
        facts += [
            ["结算金额", f"{yuan(project.settlement_fen)} 元"],
            ["验收日期", in_letters(project.accepted_on)],
        ]
    return facts


def _works(project: RepairProject) -> dict[str, Any]:
    rows = [
        [work.facility.name, _place(work.facility), work.content, work.contractor, yuan(work.budget_fen)]
        for work in project.facilities.select_related("facility__building").order_by("pk")
    ]
    columns = ["设施设备", "位置", "维修内容", "施工单位", "预算金额（元）"]
    return {"title": "维修内容", "columns": columns, "numeric": [4], "rows": rows}


def _place(facility: Any) -> str:
    building = facility.building.name if facility.building else "小区"
    return f"{building} {facility.unit}".strip()


def _houses(project: RepairProject, kind: NoticeKind) -> dict[str, Any]:
    shares = list(project_houses(project))
    names = owner_names([share.house_id for share in shares])
    rows = [
        [
            str(place),
            share.house.building.name,
            share.house.label,
            names.get(share.house_id, "（未售）"),
            square_metres(share.area_dm2),
            yuan(share.share_fen),
        ]
        for place, share in enumerate(shares, start=1)
    ]
    total = ["", "合计", f"{len(shares):,} 户", "", square_metres(project.area_dm2), yuan(project.budget_fen)]
    amount = "分摊金额（元）" if kind is NoticeKind.PROJECT else "决算分摊金额（元）"
    return {
        "title": LISTS[kind],
        "columns": ["序号", "楼栋", "房号", "业主", "建筑面积（㎡）", amount],
        "numeric": [0, 4, 5],
        "rows": rows,
        "total": total,
    }
