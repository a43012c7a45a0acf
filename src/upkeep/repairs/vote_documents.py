"""The printed forms of a vote: 投票表决签字表 before it, 表决结果 after it."""

from upkeep.estate.queries import owner_names
from upkeep.kernel.areas import square_metres
from upkeep.kernel.dates import day_of, in_letters, to_the_minute
from upkeep.kernel.masking import mask_name
from upkeep.kernel.money import yuan
from upkeep.policy.voting_rule import rule_from_json
from upkeep.printing.documents import Document
from upkeep.printing.forms.notices import Count, Resolution, SignatureSheet, Voter
from upkeep.printing.forms.parts import Fact, SignBox, Table
from upkeep.repairs.documents import subject_of
from upkeep.repairs.models import ProjectHouse, RepairProject
from upkeep.voting.models import BallotChoice, Channel, Vote, VoteEntry, VoteState
from upkeep.voting.proxies import proxies_of
from upkeep.voting.queries import HouseRow, Result, result_of, rows_of, scope_of

#: Ballots are read for so many houses at a time.
_PER_PAGE = 2_000


def signature_document(project: RepairProject, vote: Vote, *, city: str) -> Document:
    """投票表决签字表: one line per house of the vote's scope. It hangs nowhere; owners' names stand in full on it."""
    houses = list(scope_of(vote))
    shares = dict(ProjectHouse.objects.filter(project=project).values_list("house_id", "share_fen"))
    names = owner_names([one.house_id for one in houses], masked=False)
    proxies = {one.vote_house_id: f"{one.name}（{one.relation}）" for one in proxies_of(vote)}
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
            question=_question(project, vote),
            from_on=day_of(vote.opened_at),
            to_on=day_of(vote.closes_at),
            voters=tuple(
                Voter(
                    f"{one.house.building.name}{one.house.label}",
                    names.get(one.house_id, "（未售）"),
                    one.area_dm2,
                    yuan(shares[one.house_id]) if one.house_id in shares else "",
                    proxies.get(one.pk, ""),
                )
                for one in houses
            ),
            total_dm2=vote.total_dm2,
            facts=(
                Fact("预算金额", f"{yuan(project.budget_fen)} 元"),
                Fact("表决范围", f"{vote.house_count:,} 户，{square_metres(vote.total_dm2)} ㎡"),
            ),
            notes=(
                f"表决规则：{rule.words}（{rule.basis}）。",
                "每户由业主本人签字；同一业主的多套房屋按一人计算人数。",
                "委托他人的，由受托人签字，写明受托人，并附业主签名的委托书。",
                f"请在 {to_the_minute(vote.closes_at)} 前签字。",
            ),
        ),
    )


def _question(project: RepairProject, vote: Vote) -> str:
    if vote.source == project.supplement_source:
        settled = yuan(project.settlement_fen or 0)
        return (
            f"“{project.title}”结算金额 {settled} 元，超出预算 {yuan(project.budget_fen)} 元，是否同意超出部分的列支？"
        )
    return f"是否同意使用住宅专项维修资金 {yuan(project.budget_fen)} 元实施“{project.title}”？"


def result_document(project: RepairProject, vote: Vote, *, city: str) -> Document:
    """表决结果 as it is posted: the comparisons, and each house with what counts for it. Owners' names are masked."""
    result = result_of(vote)
    final = vote.is_decided
    passed = vote.state == VoteState.PASSED if final else result.would_pass
    tables = [_comparisons(result)]
    if vote.entry == VoteEntry.HOUSES:
        tables.append(_houses(vote))
    return Document(
        form="resolution",
        title="业主表决结果" if final else "业主表决初步统计结果",
        number=project.number,
        subject=subject_of(project),
        issuer=project.organisation.name,
        city=city,
        data=Resolution(
            area=project.area.name,
            matter=project.title,
            question=_question(project, vote),
            from_on=day_of(vote.opened_at),
            to_on=day_of(vote.closes_at),
            method=vote.get_channel_display(),
            passed=passed,
            counts=_counts(vote, result),
            conclusion=_conclusion(vote, result, passed),
            facts=(
                Fact("表决起止", f"{to_the_minute(vote.opened_at)} 至 {to_the_minute(vote.closes_at)}", wide=True),
                Fact(
                    "表决范围",
                    f"{vote.house_count:,} 户，{square_metres(vote.total_dm2)} ㎡，{vote.total_people:,} 人",
                ),
                Fact("录入方式", vote.get_entry_display()),
            ),
            tables=tuple(tables),
            signs=(SignBox("唱票人"), SignBox("监票人")),
        ),
    )


def _conclusion(vote: Vote, result: Result, passed: bool) -> str:
    basis = f"表决规则：{result.rule_words}（{result.rule_basis}）。"
    outcome = "通过" if passed else "未通过"
    if vote.is_decided:
        return f"{basis}经统计，本次表决{outcome}。"
    until = in_letters(vote.objects_until) if vote.objects_until else ""
    return f"{basis}经初步统计，本次表决{outcome}。业主认为本户意见登记有误的，请于 {until}前提出异议。"


def _percent(part: int, whole: int) -> str:
    """For reading only; rounded down, so that nothing looks reached that is not. What decides are the integers."""
    hundredths = part * 10_000 // whole if whole else 0
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def _counts(vote: Vote, result: Result) -> tuple[Count, ...]:
    tally = result.tally
    rows = (
        ("专有面积（㎡）", tally.total_dm2, tally.joined_dm2, tally.agreed_dm2, True),
        ("人数", tally.total_people, tally.joined_people, tally.agreed_people, False),
    )
    base = rule_from_json(vote.rule).base
    found = []
    for label, total, joined, agreed, is_area in rows:
        asked = [one for one in result.comparisons if one.is_area is is_area]
        shown = square_metres if is_area else "{:,}".format
        found.append(
            Count(
                label=label,
                total=shown(total),
                voted=shown(joined),
                voted_share=_percent(joined, total),
                agreed=shown(agreed),
                agreed_share=_percent(agreed, joined if base == "JOINED" else total),
                needed="；".join(one.needed for one in asked),
                reached=all(one.is_reached for one in asked),
            )
        )
    return tuple(found)


def _comparisons(result: Result) -> Table:
    rows = []
    for one in result.comparisons:
        shown, unit = (square_metres, " ㎡") if one.is_area else ("{:,}".format, " 人")
        reached = "达到" if one.is_reached else "未达到"
        rows.append((one.title, shown(one.part) + unit, shown(one.whole) + unit, one.needed, reached))
    headers = ("比较项", "已达", "基数", "要求", "是否达到")
    return Table("逐项比较", headers, tuple(rows), aligns="lrrcc", widths=(3.6, 2, 2, 1.6, 1.4))


_HOUSE_COLUMNS = ("序号", "房屋", "业主", "专有面积（㎡）", "意见", "说明")


def _houses(vote: Vote) -> Table:
    houses = list(scope_of(vote))
    names = owner_names([one.house_id for one in houses])
    rows: list[tuple[str, ...]] = []
    for start in range(0, len(houses), _PER_PAGE):
        for row in rows_of(vote, houses[start : start + _PER_PAGE]):
            place = row.vote_house
            rows.append(
                (
                    str(len(rows) + 1),
                    f"{place.house.building.name}{place.house.label}",
                    names.get(place.house_id, "（未售）"),
                    square_metres(place.area_dm2),
                    _said(row),
                    remark_of(row),
                )
            )
    widths = (0.8, 3.2, 2.2, 2, 1.4, 3)
    return Table("各户表决意见", _HOUSE_COLUMNS, tuple(rows), aligns="cllrcl", widths=widths)


def _said(row: HouseRow) -> str:
    return BallotChoice(row.choice).label if row.choice else BallotChoice.ABSENT.label


def remark_of(row: HouseRow) -> str:
    """How the counted ballot came: by which way, by whom, and that there is another one."""
    ballot = row.counted
    if ballot is None or ballot.choice == BallotChoice.ABSENT:
        return "—"
    parts = ["线上" if ballot.channel == Channel.ONLINE else "书面"]
    if ballot.proxy is not None:
        parts.append(f"受托人 {mask_name(ballot.proxy.name)} 代投")
    if ballot.online_place == 2:
        parts.append("改过一次")
    if row.standing.has_both:
        parts.append("另有书面意见" if ballot.channel == Channel.ONLINE else "另有线上意见")
    return "，".join(parts)
