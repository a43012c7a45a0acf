"""A policy's value in plain Chinese, line by line: what overview, preview and history show."""

from collections.abc import Mapping
from typing import Any

from upkeep.parties.roles import Role
from upkeep.policy.deposit_standard import StandardRow, standard_from_json
from upkeep.policy.models import PolicyKind
from upkeep.policy.review_chain import ChainStep, chain_from_json
from upkeep.policy.settings import Setting, from_json, settings_of
from upkeep.policy.shapes import SHAPES
from upkeep.policy.voting_rule import rule_from_json

Lines = list[tuple[str, str]]
PARTIES = (("", "管理部门"), ("developer", "该物业区域的开发建设单位"))


def lines_of(kind: PolicyKind, value: Mapping[str, Any] | None, *, words: Mapping[str, str]) -> Lines:
    """Name and text of each line; `words` are the Chinese labels of codes that belong to packages above."""
    if value is None:
        return []
    if kind is PolicyKind.REVIEW_CHAIN:
        return _lines_of_chain(value)
    if kind is PolicyKind.DEPOSIT_STANDARD:
        rows = standard_from_json(dict(value)).rows
        return [(f"第 {place} 档", _text_of_row(row, words)) for place, row in enumerate(rows, start=1)]
    if kind is PolicyKind.VOTING_RULE:
        rule = rule_from_json(dict(value))
        return [("规则", rule.title), ("通过条件", rule.words), ("规则依据", rule.basis or "—")]
    shape = SHAPES[kind].rule
    assert shape is not None
    found = from_json(shape, value)
    return [(about.label, text_of(about, getattr(found, name))) for name, about in settings_of(shape).items()]


def text_of(about: Setting, value: object) -> str:
    """One field in words."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        labels = dict(about.choices)
        return "、".join(labels.get(str(one), str(one)) for one in value) or "无"
    if about.choices:
        return dict(about.choices).get(str(value), str(value))
    return f"{value} {about.unit}".strip()


def _lines_of_chain(value: Mapping[str, Any]) -> Lines:
    chain = chain_from_json(dict(value))
    steps = " → ".join(_text_of_step(step) for step in chain.steps) or "提交即办结，无须审核"
    starters = "、".join(Role(role).label for role in chain.starters) or "按业务规定"
    return [("可以办理", starters), ("办理环节", steps)]


def _text_of_step(step: ChainStep) -> str:
    who = dict(PARTIES)[step.party] if step.party else step.label
    return f"{who}（{step.working_days} 个工作日）"


def _text_of_row(row: StandardRow, words: Mapping[str, str]) -> str:
    codes = (*row.building_kinds, *row.uses, *row.natures)
    conditions = [words.get(code, code) for code in codes]
    if row.has_lift is not None:
        conditions.append("有电梯" if row.has_lift else "无电梯")
    if row.asks_storeys:
        bounds = (row.least_storeys, row.most_storeys)
        conditions.append("{} 至 {} 层".format(*bounds) if all(bounds) else _open_bound(*bounds))
    return f"{row.text}；适用：{'、'.join(conditions) or '其余房屋'}"


def _open_bound(least: int, most: int) -> str:
    return f"{least} 层以上" if least else f"{most} 层以下"
