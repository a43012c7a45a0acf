"""表决办法: by which ways owners vote, which ballot counts when there are two, who may vote for another, how long a result may
be objected to. The fractions themselves are the voting rule's.
"""

import datetime as dt
from dataclasses import dataclass

from upkeep.policy.models import PolicyKind
from upkeep.policy.settings import in_force, setting

CHANNELS = (("PAPER", "书面表决"), ("ONLINE", "线上表决"), ("BOTH", "线上和书面表决"))
PRECEDENCES = (("ONLINE_FIRST", "以线上表决为准"), ("LATER", "以后提交或录入的为准"))
#: 建办房〔2015〕52号 names them; since the Civil Code they stand on the owners' own agreement only.
SILENT_METHODS = (("DEFAULT", "默认表决：未参与的计为同意"), ("OBJECTION", "异议表决：反对不足三分之一即通过"))


@dataclass(frozen=True, kw_only=True)
class VotingConduct:
    """How the owners of a city vote. `silent_methods` are off unless the city allows them, and each vote that uses one
    names the clause of the owners' agreement (业主规约) that it stands on.
    """

    channels: tuple[str, ...] = setting("可用的表决方式", ("PAPER", "ONLINE", "BOTH"), choices=CHANNELS)
    precedence: str = setting(
        "同一房屋线上、书面都有意见时",
        "ONLINE_FIRST",
        choices=PRECEDENCES,
        help="两份意见都保存、都显示，只有一份计票",
    )
    objection_days: int = setting("初步统计结果询异", 0, most=30, unit="天", help="0 表示统计后直接公布最终结果")
    proxies: bool = setting("业主可以委托他人代为表决", True)
    most_proxies: int = setting("一人最多受托", 0, most=100, unit="户", help="0 表示不限")
    silent_methods: tuple[str, ...] = setting(
        "可用的特别表决方法", (), choices=SILENT_METHODS, help="须有业主规约约定，发起表决时填写条款；一般不开启"
    )

    @property
    def ways(self) -> tuple[str, ...]:
        """The channels that may be chosen; a city that names none votes on paper."""
        return self.channels or ("PAPER",)


def voting_conduct(*, jurisdiction_id: int, on: dt.date) -> VotingConduct:
    """What holds in the city on that day."""
    return in_force(VotingConduct, kind=PolicyKind.VOTING_CONDUCT, jurisdiction_id=jurisdiction_id, on=on)
