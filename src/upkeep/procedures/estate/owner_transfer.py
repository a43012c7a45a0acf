"""业主过户 (E11): a house passes from its owners to new ones; the balance stays on the house.

Source: manual 000, 物业 §2.2-2.3 and 业主委员会 §2.2 (户室管理, no review is named); 165号令 第二十八条. Begins from a house.
Where the city names nobody to review it, handing it in decides. Both sides are told; the login of the former owner no
longer shows the house, the new one finds it by his ID number.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.banking.models import PaySlip
from upkeep.books import sub_accounts
from upkeep.casework.models import Case
from upkeep.casework.pages import OwnersPage
from upkeep.casework.procedure import Fact, Guide, Outcome, Print, Procedure, Summary, register
from upkeep.estate import claims, owner_cases, owners
from upkeep.estate.models import House, HouseClaim
from upkeep.estate.models.case_house import ClaimKind
from upkeep.estate.owner_messages import tell_transferred
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.forms import DayField
from upkeep.kernel.money import yuan
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep
from upkeep.voting.queries import open_votes_on

_CAUSES = ("买卖", "赠与", "继承", "离婚析产", "人民法院或仲裁文书", "其他")
_BREAKING = (ClaimKind.DEPOSIT, ClaimKind.REGISTER, ClaimKind.REFUND)


@register
class OwnerTransfer(Procedure):
    code = "owner_transfer"
    title = "业主过户"
    prefix = "GH"
    covers = ("E11",)
    starters = frozenset({Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE, Role.WINDOW_CLERK})
    steps = (ChainStep(Role.FIRST_REVIEWER, 3),)
    in_menu = False
    begins_at = "owners:search"
    guide = Guide(
        overview="房屋转让后变更登记的业主。维修资金结余随房屋转移，不退还原业主。",
        bring=("过户协议或不动产权证书", "新业主身份证明"),
        takes="即时生效；须审核的，审核通过后生效",
    )
    pages = (
        OwnersPage(
            "新业主",
            help="多位业主的点“增加共有人”：按份共有的填写份额（如 1/2 或 50%），共同共有的不填份额。",
            fields=("cause", "since", "certificate"),
        ),
    )
    prints = (Print("application", "业主过户申请表"),)

    class Form(forms.Form):
        cause = forms.ChoiceField(label="过户原因", choices=[("", "请选择"), *((one, one) for one in _CAUSES)])
        since = DayField(label="过户日期", help_text="新业主取得房屋之日，不晚于今天")
        certificate = forms.CharField(label="不动产权证书号或合同编号", max_length=60, required=False)

    def proposals(self, case: Case, *, on: dt.date) -> Mapping[str, Any]:
        return {"since": on}

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return self.prints if case.chain else ()

    def area_id(self, case: Case) -> int | None:
        house = owner_cases.house_of(case)
        return house.area_id if house else None

    def place(self, case: Case, data: dict[str, Any]) -> int:
        house = owner_cases.house_of(case)
        return house.area.jurisdiction_id if house else 0

    def subject(self, case: Case) -> str:
        house = owner_cases.named_house(case)
        return f"{house.area.name} {house.building.name} {house.label}" if house else ""

    def summary(self, case: Case) -> Summary:
        house = owner_cases.named_house(case)
        if house is None:
            return Summary()
        balance = sub_accounts.balances([house.pk])[house.pk].balance_fen
        facts = [
            *owner_cases.house_facts(house),
            *self.form_facts(case),
            Fact("维修资金结余", f"{yuan(balance)} 元，随房屋转移"),
        ]
        former, new = owner_cases.former_table(case, "原业主"), owner_cases.named_table(case, "新业主")
        return Summary(facts=facts, tables=[former, new])

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        house = owner_cases.named_house(case)
        return [Outcome("查看房屋", "estate:house", house.pk)] if house else []

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        yield from owner_cases.problems(case)
        house = owner_cases.house_of(case)
        if house is None:
            return
        owned = list(owners.current([house.pk]))
        if not owned:
            yield Problem("", "该房屋尚未登记业主，请办理业主绑定")
        elif any(one.since > data["since"] for one in owned):
            latest = in_letters(max(one.since for one in owned))
            yield Problem("since", f"过户日期不能早于原业主取得房屋之日（{latest}）")
        yield from _in_the_way(case, house)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        house = owner_cases.house_of(case)
        assert house is not None
        if data["since"] > day_of(at):
            raise HasProblems([Problem("since", "过户日期不能晚于今天")])
        claims.claim(house_ids=[house.pk], kind=ClaimKind.REGISTER, source=owner_cases.source_of(case), at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        claims.release(source=owner_cases.source_of(case))

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        house = owner_cases.house_of(case)
        assert house is not None
        found = owner_cases.named(case)
        former = [one.owner for one in owners.current([house.pk]).select_related("owner")]
        owners.transfer(
            house.pk,
            found.new,
            since=data["since"],
            basis=f"{self.title} {case.number}（{data['cause']}）",
            case_id=case.pk,
            by=by,
            at=at,
            joint=found.joint,
        )
        new = [one.owner for one in owners.current([house.pk]).select_related("owner")]
        tell_transferred(case, house, former=former, new=new, since=data["since"], at=at)
        claims.release(source=owner_cases.source_of(case))


def _in_the_way(case: Case, house: House) -> Iterator[Problem]:
    """The businesses that a change of owners would break, each by its number."""
    for claim in owner_cases.engagements(case, house.pk, *_BREAKING):
        yield Problem("", f"该房屋{claim.get_kind_display()}{_number(claim)}，请先办结或作废后再过户")
    for vote in open_votes_on([house.pk]):
        yield Problem("", f"该房屋正在参加“{vote.title}”的业主表决，请待表决结束后再过户")


def _number(claim: HouseClaim) -> str:
    kind, _, pk = claim.source.partition(":")
    found = {"case": Case.objects, "slip": PaySlip.objects}.get(kind)
    number = found.filter(pk=int(pk)).values_list("number", flat=True).first() if found and pk.isdigit() else None
    return f"（{number}）" if number else ""
