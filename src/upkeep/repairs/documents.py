"""The printed forms of a project: 公告 with its 清册 as published, 投票表决签字表, 表决结果."""

from typing import Any

from upkeep.estate.queries import owner_names
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.money import yuan
from upkeep.policy.voting_rule import rule_from_json
from upkeep.printing.documents import Document
from upkeep.printing.forms.notices import PublicNotice as NoticeForm
from upkeep.printing.forms.notices import SignatureSheet, Voter
from upkeep.printing.forms.parts import Fact, Table
from upkeep.publishing.models import NoticeKind, PublicNotice
from upkeep.repairs.models import RepairProject
from upkeep.repairs.notices import LISTS, TITLES
from upkeep.repairs.queries import project_houses
from upkeep.voting.models import Vote


def subject_of(project: RepairProject) -> str:
    """Under which the project's prints are kept."""
    return project.source


def notice_document(project: RepairProject, notice: PublicNotice, *, city: str) -> Document:
    """立项公告 with 预算清册, or 验收公告 with 决算清册, from what was published."""
    kind = NoticeKind(notice.kind)
    until = in_letters(notice.open_until)
    published = day_of(notice.published_at)
    return Document(
        form="public_notice",
        title=f"{TITLES[kind]}及{LISTS[kind]}",
        number=notice.number,
        subject=subject_of(project),
        issuer=notice.publisher,
        city=city,
        data=NoticeForm(
            to=f"{project.area.name}各位业主",
            paragraphs=tuple(notice.body["text"]),
            published_on=published,
            facts=tuple(Fact(label, value) for label, value in notice.body["facts"]),
            tables=(_table(notice.body["works"]), _table(notice.body["houses"])),
            period=f"{in_letters(published)}至{until}",
        ),
    )


def _table(kept: dict[str, Any]) -> Table:
    numeric = set(kept["numeric"])
    return Table(
        title=kept["title"],
        headers=tuple(kept["columns"]),
        rows=tuple(tuple(row) for row in kept["rows"]),
        aligns="".join("r" if place in numeric else "l" for place in range(len(kept["columns"]))),
        total=tuple(kept["total"]),
    )


def signature_document(project: RepairProject, vote: Vote, *, city: str) -> Document:
    """投票表决签字表: one line per house of the vote's scope. It hangs nowhere; owners' names stand in full on it."""
    shares = list(project_houses(project))
    names = owner_names([share.house_id for share in shares], masked=False)
    rule = rule_from_json(vote.rule)
    return Document(
        form="signature_sheet",
        title="业主投票表决签字表",
        number=project.number,
        subject=subject_of(project),
        issuer=project.organisation.name,
        city=city,
        data=SignatureSheet(
            area=project.area.name,
            matter=project.title,
            question=f"是否同意使用住宅专项维修资金 {yuan(project.budget_fen)} 元实施“{project.title}”？",
            from_on=day_of(vote.opened_at),
            to_on=vote.closes_on,
            voters=tuple(
                Voter(
                    f"{share.house.building.name}{share.house.label}",
                    names.get(share.house_id, "（未售）"),
                    share.area_dm2,
                    yuan(share.share_fen),
                )
                for share in shares
            ),
            total_dm2=vote.total_dm2,
            facts=(
                Fact("预算金额", f"{yuan(project.budget_fen)} 元"),
                Fact("表决范围", f"{vote.house_count:,} 户，{square_metres(vote.total_dm2)} ㎡"),
            ),
            notes=(
                f"表决规则：{rule.words}（{rule.basis}）。",
                "每户由业主本人签字；同一业主的多套房屋按一人计算人数。",
            ),
        ),
    )
