"""表决规则: when owners have decided, as integer fractions; which rule holds where and when is a policy."""

import datetime as dt
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from upkeep.policy.models import PolicyKind
from upkeep.policy.queries import value_in_force

Base = Literal["SCOPE", "JOINED"]
#: EXPLICIT counts what was said. DEFAULT (默认表决) counts silence as agreement, OBJECTION (异议表决) asks only for objectors;
#: both stand on the owners' agreement (业主规约), never on the law alone.
Method = Literal["EXPLICIT", "DEFAULT", "OBJECTION"]
SCOPES = (("use", "使用维修资金"), ("raise", "续筹维修资金"))


@dataclass(frozen=True)
class Threshold:
    """A fraction to be reached; “以上” (`inclusive`) counts the number itself (民法典 1259 条), “过” does not."""

    numerator: int
    denominator: int
    inclusive: bool

    def __post_init__(self) -> None:
        if not (0 <= self.numerator <= self.denominator and self.denominator > 0):
            raise ValueError("a threshold is a fraction between 0 and 1")

    def is_reached(self, part: int, whole: int) -> bool:
        """Whether `part` of `whole` reaches the fraction; integers only, so no rounding can decide a vote."""
        mine, needed = part * self.denominator, whole * self.numerator
        return whole > 0 and (mine >= needed if self.inclusive else mine > needed)

    @property
    def words(self) -> str:
        """三分之二以上 in digits: 2/3 以上, 过 1/2."""
        fraction = f"{self.numerator}/{self.denominator}"
        return f"{fraction} 以上" if self.inclusive else f"过 {fraction}"


@dataclass(frozen=True)
class VotingRule:
    """What both the floor area and the heads must reach: those who take part, and those who agree.

    `base` says of what the agreeing are a fraction: of the whole scope, or of those who took part.
    """

    code: str
    title: str
    joined: Threshold
    agreed: Threshold
    base: Base
    basis: str = ""
    method: Method = "EXPLICIT"
    agreement: str = ""

    def by(self, method: Method, *, agreement: str) -> "VotingRule":
        """The rule under a silent method, with the clause of the owners' agreement that it stands on."""
        return replace(self, method=method, agreement=agreement)

    @property
    def words(self) -> str:
        """The rule as the signature sheet and the result page say it."""
        if self.method == "OBJECTION":
            return f"异议表决（{self.agreement}）：反对的专有部分面积和人数均不足 1/3 的，通过"
        silent = f"。默认表决（{self.agreement}）：未参与表决的计为同意" if self.method == "DEFAULT" else ""
        return self._fractions + silent

    @property
    def _fractions(self) -> str:
        of = "参与表决" if self.base == "JOINED" else "列支范围内"
        agreed = f"经{of}专有部分面积{self.agreed.words}且人数{self.agreed.words}的业主同意"
        if self.joined.numerator == 0:
            return agreed
        return f"由专有部分面积占比 {self.joined.words}且人数占比 {self.joined.words}的业主参与表决，{agreed}"


TWO_THIRDS = Threshold(2, 3, inclusive=True)
#: What objectors must not reach under 异议表决.
ONE_THIRD = Threshold(1, 3, inclusive=True)
#: Where a rule asks nothing of those who take part.
ANY = Threshold(0, 1, inclusive=True)

CC278_USE = VotingRule(
    code="CC278_USE",
    title="使用维修资金（参与三分之二以上，参与者过半数同意）",
    joined=TWO_THIRDS,
    agreed=Threshold(1, 2, inclusive=False),
    base="JOINED",
    basis="《民法典》第二百七十八条第一款第五项",
)
CC278_RAISE = VotingRule(
    code="CC278_RAISE",
    title="筹集维修资金（参与三分之二以上，参与者四分之三以上同意）",
    joined=TWO_THIRDS,
    agreed=Threshold(3, 4, inclusive=True),
    base="JOINED",
    basis="《民法典》第二百七十八条第一款第六项",
)
OLD_DOUBLE_2_3 = VotingRule(
    code="OLD_DOUBLE_2_3",
    title="双三分之二（列支范围内全体业主）",
    joined=ANY,
    agreed=TWO_THIRDS,
    base="SCOPE",
    basis="《住宅专项维修资金管理办法》第二十二条",
)
PRESETS = {rule.code: rule for rule in (CC278_USE, CC278_RAISE, OLD_DOUBLE_2_3)}


def rule_to_json(rule: VotingRule) -> dict[str, Any]:
    """What `Policy.value` and a vote's snapshot hold."""
    return asdict(rule)


def rule_from_json(value: dict[str, Any]) -> VotingRule:
    """Read a policy's value or a vote's snapshot: the code of a preset alone, or a rule of the city's own in full."""
    if set(value) == {"code"}:
        return PRESETS[value["code"]]
    parts = value | {"joined": Threshold(**value["joined"]), "agreed": Threshold(**value["agreed"])}
    return VotingRule(**parts)


def voting_rule(*, jurisdiction_id: int, on: dt.date, scope: str = "use") -> VotingRule:
    """The rule in force for a decision of that scope; the Civil Code's where none is set."""
    value = value_in_force(kind=PolicyKind.VOTING_RULE, jurisdiction_id=jurisdiction_id, on=on, scope=scope)
    return default_rule(scope) if value is None else rule_from_json(value)


def default_rule(scope: str) -> VotingRule:
    """What the Civil Code says of a decision of that scope."""
    return CC278_RAISE if scope == "raise" else CC278_USE
