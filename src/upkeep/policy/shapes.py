"""What may stand in a policy of each kind: its shape and scopes, who may propose it, and what holds where nobody set it.

A value is checked here before it is put in force, whoever set it; a kind that is missing here cannot be set at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from upkeep.kernel.errors import Refusal
from upkeep.parties.models import OrganisationKind
from upkeep.parties.roles import Role
from upkeep.policy import password_rule, refund_rule, voting_rule
from upkeep.policy.balance_message_rule import BalanceMessageRule
from upkeep.policy.closing_rule import ClosingRule
from upkeep.policy.collection_rule import CollectionRule
from upkeep.policy.deposit_standard import standard_from_json
from upkeep.policy.further_rule import FurtherRule
from upkeep.policy.interest_rule import InterestRule
from upkeep.policy.login_rule import LoginRule
from upkeep.policy.models import TWO_PERSON_KINDS, PolicyKind
from upkeep.policy.notice_rule import NoticeRule
from upkeep.policy.organisation_rule import OrganisationRule
from upkeep.policy.pay_slip_rule import PaySlipRule
from upkeep.policy.payout_gate import PayoutGate
from upkeep.policy.project_rule import ProjectRule
from upkeep.policy.public_query_rule import PublicQueryRule
from upkeep.policy.receipt_rule import ReceiptRule
from upkeep.policy.registration_rule import RegistrationRule
from upkeep.policy.retention_rule import RetentionRule
from upkeep.policy.review_chain import MOST_DAYS, MOST_STEPS, chain_from_json
from upkeep.policy.service_rule import ServiceRule
from upkeep.policy.settings import from_json, problem_of, settings_of
from upkeep.policy.unit_deposit_rule import UnitDepositRule
from upkeep.policy.voting_conduct import VotingConduct
from upkeep.policy.warranty_rule import WarrantyRule
from upkeep.policy.wording import Wording

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Value = dict[str, Any]

_REGISTERING = tuple((kind.value, kind.label) for kind in OrganisationKind if kind != OrganisationKind.BANK)


class WrongValue(Refusal):
    """The value does not have the shape of its kind, or its scope is unknown."""


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One kind of policy. `rule` is its dataclass where `setting` describes its fields; `scopes` are code and Chinese
    name, None where any procedure may be named.
    """

    rule: "type[DataclassInstance] | None" = None
    scopes: tuple[tuple[str, str], ...] | None = (("", "全部"),)
    proposer: Role = Role.SYSTEM_ADMIN
    problem: Callable[[Value], str] = lambda value: ""
    default: Callable[[str], Value | None] = lambda scope: None


def _plain(value: "DataclassInstance") -> Value:
    return {name: list(part) if isinstance(part, tuple) else part for name, part in asdict(value).items()}


def _of(rule: "type[DataclassInstance]", **more: Any) -> Shape:
    """The shape of a kind whose fields are settings."""
    more.setdefault("default", lambda scope: _plain(rule()))
    return Shape(rule=rule, problem=lambda value: _problem_of_settings(rule, value), **more)


def _problem_of_settings(rule: "type[DataclassInstance]", value: Value) -> str:
    unknown = set(value) - {one.name for one in fields(rule)}
    if unknown:
        return f"没有名为 {'、'.join(sorted(unknown))} 的内容"
    plain = _plain(rule())
    for name, part in value.items():
        if type(plain[name]) is not type(list(part) if isinstance(part, tuple) else part):
            return f"“{settings_of(rule)[name].label}”的内容不正确，请重新填写"
    return problem_of(from_json(rule, value))


def _problem_of_chain(value: Value) -> str:
    chain = chain_from_json(value)
    if not {step.role for step in chain.steps} | set(chain.starters) <= set(Role.values):
        return "办理环节或申请人中有未知的角色"
    if len(chain.steps) > MOST_STEPS:
        return f"办理环节不超过 {MOST_STEPS} 个"
    if not all(0 < step.working_days <= MOST_DAYS for step in chain.steps):
        return f"每个环节的办理期限应为 1 至 {MOST_DAYS} 个工作日"
    if len({step.role for step in chain.steps}) < len(chain.steps):
        return "同一角色不能办理两个环节：一张业务单的两个环节须由不同的人办理"
    return ""


def _problem_of_standard(value: Value) -> str:
    return "" if standard_from_json(value).rows else "请至少填写一档交存标准"


def _problem_of_vote(value: Value) -> str:
    rule = voting_rule.rule_from_json(value)
    if rule.base not in ("SCOPE", "JOINED"):
        return "请选择同意比例的计算基数"
    return "" if rule.agreed.numerator else "同意比例应大于 0"


SHAPES: dict[PolicyKind, Shape] = {
    PolicyKind.REVIEW_CHAIN: Shape(scopes=None, problem=_problem_of_chain),
    PolicyKind.DEPOSIT_STANDARD: Shape(problem=_problem_of_standard),
    PolicyKind.VOTING_RULE: Shape(
        scopes=voting_rule.SCOPES,
        problem=_problem_of_vote,
        default=lambda scope: voting_rule.rule_to_json(voting_rule.default_rule(scope)),
    ),
    PolicyKind.PAY_SLIP_RULE: _of(PaySlipRule),
    PolicyKind.NOTICE_RULE: _of(NoticeRule),
    PolicyKind.REGISTRATION_RULE: _of(RegistrationRule, scopes=(("", "全部单位"), *_REGISTERING)),
    PolicyKind.LOGIN_RULE: _of(LoginRule, proposer=Role.SECURITY_ADMIN),
    PolicyKind.PASSWORD_RULE: _of(
        password_rule.PasswordRule,
        scopes=password_rule.SCOPES,
        proposer=Role.SECURITY_ADMIN,
        default=lambda scope: _plain(password_rule.NIST if scope == "owner" else password_rule.DENGBAO),
    ),
    PolicyKind.ORGANISATION_RULE: _of(OrganisationRule),
    PolicyKind.SERVICE_RULE: _of(ServiceRule),
    PolicyKind.PUBLIC_QUERY_RULE: _of(PublicQueryRule),
    PolicyKind.PROJECT_RULE: _of(ProjectRule),
    PolicyKind.PAYOUT_GATE: _of(PayoutGate),
    PolicyKind.INTEREST_RULE: _of(InterestRule),
    PolicyKind.WORDING: _of(Wording),
    PolicyKind.COLLECTION_RULE: _of(CollectionRule),
    PolicyKind.RECEIPT_RULE: _of(ReceiptRule),
    PolicyKind.REFUND_RULE: _of(
        refund_rule.RefundRule,
        scopes=refund_rule.REASONS,
        default=lambda scope: _plain(refund_rule.DEFAULTS[scope]),
    ),
    PolicyKind.BALANCE_MESSAGE_RULE: _of(BalanceMessageRule),
    PolicyKind.RETENTION_RULE: _of(RetentionRule),
    PolicyKind.FURTHER_RULE: _of(FurtherRule),
    PolicyKind.WARRANTY_RULE: _of(WarrantyRule),
    PolicyKind.UNIT_DEPOSIT_RULE: _of(UnitDepositRule),
    PolicyKind.VOTING_CONDUCT: _of(VotingConduct),
    PolicyKind.CLOSING_RULE: _of(ClosingRule),
}


def check_value(kind: PolicyKind, value: Mapping[str, Any], *, scope: str) -> None:
    """Raises: WrongValue with what is wrong, in a sentence for the one who typed it."""
    shape = SHAPES[kind]
    if scope not in dict(shape.scopes) if shape.scopes is not None else not scope:
        raise WrongValue(f"“{kind.label}”没有这个适用对象")
    try:
        problem = shape.problem(dict(value))
    except (KeyError, TypeError, ValueError, AttributeError):
        problem = "内容不完整或格式不正确，请重新填写"
    if problem:
        raise WrongValue(problem)


def default_value(kind: PolicyKind, scope: str) -> Value | None:
    """What holds where nobody has set the kind; None where a procedure's own chain holds, or nothing at all."""
    return SHAPES[kind].default(scope)


def takes_two(kind: PolicyKind) -> bool:
    """Whether one proposes and another puts in force."""
    return kind in TWO_PERSON_KINDS
