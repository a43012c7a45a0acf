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
from upkeep.repairs.models import FacilityShare, ProjectHouse, RepairProject
from upkeep.repairs.queries import project_houses
from upkeep.repairs.stages import ProjectKind

#: 立项公告 goes with the 预算清册, 验收公告 with the 决算清册 (004 §1.3.3); 撤销公示 stands alone (§1.3.5).
TITLES = {
    NoticeKind.PROJECT: "立项公告",
    NoticeKind.ACCEPTANCE: "验收公告",
    NoticeKind.CANCELLATION: "撤销公示",
}
LISTS = {NoticeKind.PROJECT: "预算清册", NoticeKind.ACCEPTANCE: "决算清册"}
#: Who bears a part of a share, by its place in `_parts`.
_BEARERS = {1: "分户账承担（元）", 2: "售房单位承担（元）", 3: "开发单位或业主承担（元）"}
#: Of so many facilities each has a column in the list; of more only the sum.
_MOST_COLUMNS = 3


def title_of(project: RepairProject, kind: NoticeKind) -> str:
    """The notice's headline."""
    return f"{project.area.name}“{project.title}”{TITLES[kind]}"


def body_of(project: RepairProject, kind: NoticeKind, *, content: str = "", reason: str = "") -> dict[str, Any]:
    """The notice as it would be published now, as JSON: `text`, `facts`, and the tables `works`, `plan`, `houses`.

    `content` is what an acceptance's notice says was accepted, `reason` why a project is to be cancelled (previewed).
    """
    facts = facts_of(project)
    if kind is NoticeKind.ACCEPTANCE and content:
        facts.append(("验收内容", content))
    body: dict[str, Any] = {
        "text": _text(project, kind, reason=reason),
        "facts": [list(pair) for pair in facts],
        "works": _as_json(works_of(project)),
    }
    if kind is NoticeKind.CANCELLATION:
        return body
    if kind is NoticeKind.PROJECT and (plan := plan_of(project)):
        body["plan"] = _as_json(plan)
    body["houses"] = _as_json(houses_of(project, kind))
    return body


def _as_json(table: Table) -> dict[str, Any]:
    *rows, total = table.rows
    parts = {"rows": [list(row) for row in rows], "total": list(total)}
    return {"title": table.title, "columns": list(table.columns), "numeric": sorted(table.numeric)} | parts


def _money(fen: int) -> str:
    return f"人民币 {yuan(fen)} 元（{in_capitals(fen)}）"


def _text(project: RepairProject, kind: NoticeKind, *, reason: str) -> list[str]:
    objects = (
        f"有异议的业主，请在公示期内登录本市维修资金公众服务网站提出，或向{project.organisation.name}书面提出；"
        "异议和答复在网站公示页面公开。"
    )
    if kind is NoticeKind.CANCELLATION:
        paid = f"已拨付的 {yuan(project.paid_fen)} 元退回原分户账后，" if project.paid_fen else ""
        return [
            f"各位业主：“{project.title}”因{reason or project.cancel_reason}，拟撤销，现予公示。",
            f"公示期满，{paid}项目撤销，已占用的分摊房屋同时解除，各户不再分摊该项目费用。",
            objects,
        ]
    basis = "由下列房屋业主按所列金额分摊，从住宅专项维修资金中列支"
    if kind is NoticeKind.PROJECT:
        urgent = "该项目属紧急维修，按规定不经业主表决，" if project.kind_now is ProjectKind.EMERGENCY else ""
        return [
            f"各位业主：{project.reason}",
            f"{urgent}现拟使用住宅专项维修资金实施“{project.title}”，预算{_money(project.budget_fen)}，{basis}，现予公示。",
            f"对维修项目、分摊范围或分摊金额{objects}",
        ]
    assert project.accepted_on is not None and project.settlement_fen is not None
    return [
        f"各位业主：“{project.title}”已于 {in_letters(project.accepted_on)} 验收。验收意见：{project.acceptance}",
        f"项目结算{_money(project.settlement_fen)}，{basis}，现予公示。",
        f"对工程质量、结算金额或分摊金额{objects}",
    ]


def facts_of(project: RepairProject) -> list[tuple[str, str]]:
    """What a project is, in the order in which it is read."""
    facts = [
        ("项目编号", project.number),
        ("项目名称", project.title),
        ("项目类型", str(project.kind_now.label)),
        ("物业区域", project.area.name),
        ("申报单位", project.organisation.name),
        ("计划工期", f"{in_letters(project.starts_on)}至{in_letters(project.ends_on)}"),
        ("分摊房屋", f"{project.house_count:,} 户，{square_metres(project.area_dm2)} ㎡"),
        ("预算金额", f"{yuan(project.budget_fen)} 元"),
    ]
    if project.emergency_cause:
        facts.insert(2, ("紧急原因", project.get_emergency_cause_display()))
    if project.payable_fen not in (0, project.budget_fen):
        facts.append(("预算应拨付金额", f"{yuan(project.payable_fen)} 元"))
    if project.due_on is not None:
        facts.append(("办结期限", in_letters(project.due_on)))
    if project.works_from and project.works_to:
        facts.append(("施工日期", f"{in_letters(project.works_from)}至{in_letters(project.works_to)}"))
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


def plan_of(project: RepairProject) -> Table | None:
    """拨付计划: phase by phase; None where all is paid at once."""
    phases = list(project.phases.order_by("number"))
    if not phases:
        return None
    rows = [
        (
            f"第 {one.number} 期",
            one.title,
            in_letters(one.planned_on) if one.planned_on else "",
            yuan(one.amount_fen),
        )
        for one in phases
    ]
    total = ("合计", "", "", yuan(sum(one.amount_fen for one in phases)))
    return Table("拨付计划", ("期次", "拨付条件", "计划拨付日", "金额（元）"), [*rows, total], frozenset({3}))


def houses_of(project: RepairProject, kind: NoticeKind) -> Table:
    """预算清册 or 决算清册: every sharing house with its owner (masked), area and share, and who bears which part of it where
    that is not the sub-account alone; the last row is the sum. Amounts of several facilities have columns of their own.
    """
    shares = list(project_houses(project))
    names = owner_names([share.house_id for share in shares])
    is_final = kind is NoticeKind.ACCEPTANCE
    money = [_parts(share, is_final=is_final) for share in shares]
    works = {} if is_final else _by_work(project)
    columns = ["序号", "楼栋", "房号", "业主", "建筑面积（㎡）", *works]
    columns.append("决算分摊金额（元）" if is_final else "分摊金额（元）")
    kept = [place for place in _BEARERS if any(part[place] for part in money)]
    if kept == [1]:
        kept = []
    columns += [_BEARERS[place] for place in kept]
    rows = [
        (
            str(place),
            share.house.building.name,
            share.house.label,
            names.get(share.house_id, "（未售）"),
            square_metres(share.area_dm2),
            *(yuan(part.get(share.house_id, 0)) for part in works.values()),
            yuan(parts[0]),
            *(yuan(parts[one]) for one in kept),
        )
        for place, (share, parts) in enumerate(zip(shares, money, strict=True), start=1)
    ]
    total = (
        "",
        "合计",
        f"{len(shares):,} 户",
        "",
        square_metres(project.area_dm2),
        *(yuan(sum(part.values())) for part in works.values()),
        yuan(sum(part[0] for part in money)),
        *(yuan(sum(part[one] for part in money)) for one in kept),
    )
    return Table(LISTS[kind], tuple(columns), [*rows, total], frozenset({0, *range(4, len(columns))}))


def _parts(share: ProjectHouse, *, is_final: bool) -> tuple[int, int, int, int]:
    """The whole share, and what sub-account, selling unit and others bear of it, in fen."""
    if is_final and share.final_fen is not None:
        return (
            share.final_fen,
            share.final_fund_fen or 0,
            share.final_unit_fen or 0,
            share.final_outside_fen or 0,
        )
    return share.share_fen, share.fund_fen, share.unit_fen, share.outside_fen


def _by_work(project: RepairProject) -> dict[str, dict[int, int]]:
    """What each house bears of each facility, by the facility's column; nothing where one or many are repaired."""
    works = list(project.facilities.select_related("facility").order_by("pk"))
    if not 1 < len(works) <= _MOST_COLUMNS:
        return {}
    found: dict[int, dict[int, int]] = {work.pk: {} for work in works}
    rows = FacilityShare.objects.filter(work__in=works).values_list("work_id", "house_id", "share_fen")
    for work_id, house_id, fen in rows:
        found[work_id][house_id] = fen
    return {f"{work.facility.name}（元）": found[work.pk] for work in works}
