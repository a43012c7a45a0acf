"""What both ways of registering an organisation share: which kinds a city takes which way, in which words, what is taken."""

import datetime as dt
import re
from collections.abc import Sequence

from pypinyin import lazy_pinyin

from upkeep.parties.models import OrganisationKind
from upkeep.policy.registration_rule import ORIGINALS, WAYS, RegistrationRule, registration_rule

#: The kinds that register; a bank's accounts are opened by the office.
KINDS = (
    OrganisationKind.DEVELOPER,
    OrganisationKind.PROPERTY_COMPANY,
    OrganisationKind.OWNERS_COMMITTEE,
    OrganisationKind.SELLING_UNIT,
)
TAKEN = "该代码已注册，请直接登录；如非本单位注册，请联系维修资金管理部门"


def kinds_by_way(*, jurisdiction_id: int, on: dt.date, is_unverified_first: bool) -> list[OrganisationKind]:
    """The kinds that register by way of an unverified user (未认证用户), or those that do so directly."""
    found = (
        (kind, registration_rule(jurisdiction_id=jurisdiction_id, on=on, organisation_kind=kind)) for kind in KINDS
    )
    return [kind for kind, rule in found if (rule.way == "UNVERIFIED_FIRST") is is_unverified_first]


def in_words(*, jurisdiction_id: int, on: dt.date) -> Sequence[tuple[str, str]]:
    """What the city asks of each kind, for those who have not begun."""
    return [
        (kind.label, _asks(registration_rule(jurisdiction_id=jurisdiction_id, on=on, organisation_kind=kind)))
        for kind in KINDS
    ]


def _asks(rule: RegistrationRule) -> str:
    said = [dict(WAYS)[rule.way]]
    said += ["须上传要件"] if rule.papers else []
    said += ["须打印注册申请表"] if rule.printed else []
    return "；".join([*said, *([dict(ORIGINALS)[rule.originals]] if rule.originals != "NONE" else [])])


def pinyin_code(name: str) -> str:
    """江南名邸业主委员会 → jiangnanmingdi: a code to begin with. Whether it is free is not said here."""
    named = re.sub(r"(小区)?(业主委员会|业委会).*$", "", name)
    pinyin = re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(named)).lower())[:30]
    return pinyin if len(pinyin) >= 4 and pinyin[0].isalpha() else ""
