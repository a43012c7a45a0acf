"""房屋权属批量变更 (E12): many houses of an area pass to new owners with one application.

Source: manual 001 §2.11. The houses are chosen on the building table; the new owners are named for many at once, house by
house, or by workbook, with shares where there are several. While it is decided the houses are claimed; on approval all
of them pass, or none. The balance of a house passes with it: no money moves.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.changing import AFTER, ChangeProcedure, ChangingPage, Line
from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, HousesPage, PapersPage
from upkeep.casework.procedure import Guide, Outcome, Paper, Print, Summary, Table, register
from upkeep.estate import changes, claims
from upkeep.estate.house_choice import chosen_ids
from upkeep.estate.models import Area
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owner_shares import share_words
from upkeep.estate.owners import transfer_many
from upkeep.estate.ownership_sheet import (
    OWNERS,
    OwnershipChangeSheet,
    by_house,
    new_owners,
    owned_houses,
    owner_problems,
    shares_of,
)
from upkeep.estate.queries import areas_of
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.forms import DayField, ReferenceField
from upkeep.kernel.masking import mask_id_number, mask_phone
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.sheets.columns import Fault, Reading, Values


@register
class OwnershipChangeProcedure(ChangeProcedure):
    code = "ownership_change"
    title = "房屋权属批量变更"
    prefix = "QS"
    covers = ("E12",)
    starters = frozenset({Role.DEVELOPER})
    thing = "所选房屋"
    guide = Guide(
        overview="多户房屋的业主一次变更。房屋的维修资金余额随房屋转移给新业主，不退还原业主。",
        bring=("打印的房屋权属批量变更申请表（加盖公章）", "权属变更证明（不动产权证、生效判决等）复印件"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("物业区域与变更原因", fields=("area", "since", "reason")),
        HousesPage("选择房屋", help="可按单元格、行、列、单元选择；正在办理其他变更的房屋不能选择"),
        ChangingPage(
            "填写变更", help="勾选后可批量填写新业主；也可逐户填写，或导出后在 Excel 中填写再导入。共有的房屋每人一行"
        ),
        PapersPage("上传要件"),
    )
    papers = (Paper("deed", "权属变更证明", required=False, help="不动产权证、买卖合同、生效判决等"),)
    prints = (Print("application", "房屋权属批量变更申请表"),)
    sheets = {AFTER: OwnershipChangeSheet}

    class Form(forms.Form):
        area = ReferenceField(label="物业区域")
        since = DayField(label="权属变更日期")
        reason = forms.CharField(label="变更原因", max_length=150, widget=forms.Textarea(attrs={"rows": 3}))

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        if field != "area" or not case.applicant_organisation_id:
            return ()
        return [(area.pk, area.name) for area in areas_of(case.applicant_organisation_id)]

    def place(self, case: Case, data: dict[str, Any]) -> int:
        return Area.objects.get(pk=data["area"]).jurisdiction_id

    def subject(self, case: Case) -> str:
        area = Area.objects.filter(pk=self.area_id(case) or 0).first()
        houses = case.houses.count()
        return (area.name if area else "") + (f" · {houses:,} 户" if houses else "")

    def blocked_houses(self, case: Case, house_ids: Sequence[int]) -> Mapping[int, str]:
        return changes.busy_with_changes(house_ids, case=case)

    def present(self, case: Case) -> Mapping[int, Values]:
        return owned_houses(chosen_ids(case), area_id=self.area_id(case) or 0)

    def line_notes(self, line: Line) -> Sequence[str]:
        return (f"现业主：{line.before[OWNERS] or '未登记'}",)

    def check_reading(self, case: Case, part: str, reading: Reading) -> Iterable[Fault]:
        yield from super().check_reading(case, part, reading)
        rows: dict[str, list[Any]] = {}
        for row in reading.rows:
            rows.setdefault(row.values["id"], []).append(row)
        for mine in rows.values():
            lines = [Line(0, place, {}, row.values, ()) for place, row in enumerate(mine)]
            try:
                shares_of(lines)
            except ValueError as wrong:
                yield reading.fault_at(mine[0].number, "share", str(wrong))

    def summary(self, case: Case) -> Summary:
        columns = ("房屋", "变更前业主", "变更后业主", "证件类型", "证件号码", "联系电话", "份额")
        rows = [row for lines in by_house(self.lines(case)).values() for row in _rows(lines)]
        return Summary(facts=self.form_facts(case), tables=[Table("变更前后对照", columns, rows)])

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome("查看楼盘表", "estate:area", self.area_id(case) or 0)]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        lines = self.lines(case)
        yield from self.line_problems(case, lines)
        yield from owner_problems([line for line in lines if line.changed], since=data["since"])
        yield from changes.broken_claims({line.id: (OWNERS,) for line in lines}, case=case)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        if data["since"] > day_of(at):
            raise HasProblems([Problem("since", "权属变更日期不能晚于今天")])
        claims.claim(house_ids=chosen_ids(case), kind=ClaimKind.REGISTER, source=changes.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=changes.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        houses = by_house(self.lines(case))
        transfer_many(
            {house_id: new_owners(lines) for house_id, lines in houses.items()},
            since=data["since"],
            basis=f"{self.title}：{data['reason']}",
            case_id=case.pk,
            by=by,
            at=at,
            joint=[house_id for house_id, lines in houses.items() if shares_of(lines).joint],
        )
        self.release(case, by=by, at=at)


def _rows(lines: Sequence[Line]) -> Iterable[tuple[str, ...]]:
    """One row per new owner, the paper and the telephone masked; the house and its present owners stand once."""
    try:
        shares = shares_of(lines)
        parts = ["共同共有"] * len(lines) if shares.joint else [share_words(ppm) for ppm in shares.ppm]
    except ValueError:
        parts = [line.after["share"] or "" for line in lines]
    for place, (line, part) in enumerate(zip(lines, parts, strict=True)):
        after = {key: value or "" for key, value in line.after.items()}
        yield (
            *((line.label, line.before[OWNERS] or "未登记") if not place else ("", "")),
            *(after["owner_name"], after["id_kind"], mask_id_number(after["id_number"]), mask_phone(after["phone"])),
            part,
        )
