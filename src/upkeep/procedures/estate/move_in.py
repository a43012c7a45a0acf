"""入驻申请 (E15): a property company asks to serve an area; the area's developer decides, or the office where it does so.

Source: manual 000, 物业 §2.1 and 开发商 §2.5. Begins from the list of areas; by itself when the developer names the company
(`estate.proposals`). Approval begins the service on that day; a company in service until then ends the day before.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case, PartyRole
from upkeep.casework.pages import FormPage
from upkeep.casework.procedure import Fact, Guide, Outcome, PartyGrant, Procedure, Summary, register
from upkeep.estate import service_requests
from upkeep.estate.models import Area
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.policy.service_rule import service_rule

_DEVELOPER_DAYS = 5


@register
class MoveIn(Procedure):
    code = "move_in"
    title = "入驻申请"
    prefix = "RZ"
    covers = ("E15",)
    starters = frozenset({Role.PROPERTY_COMPANY})
    steps = (ChainStep(Role.FIRST_REVIEWER, 3),)
    in_menu = False
    begins_at = "service:move_in"
    guide = Guide(
        overview="物业服务企业申请入驻小区，审批通过之日起服务该小区。",
        takes="开发建设单位 5 个工作日内审批",
    )
    pages = (FormPage("申请理由", fields=("reason",)),)

    class Form(forms.Form):
        reason = forms.CharField(
            label="入驻理由", max_length=500, widget=forms.Textarea(attrs={"rows": 4}), help_text="由审批单位查看"
        )

    def is_open(self, *, jurisdiction_id: int, on: dt.date) -> bool:
        return "MOVE_IN" in service_rule(jurisdiction_id=jurisdiction_id, on=on).ways

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        """The developer where the city says so; an area without a registered developer goes to the office."""
        rule = service_rule(jurisdiction_id=case.jurisdiction_id, on=on)
        if rule.move_in_decided_by != "DEVELOPER" or any(
            area.developer_id is None for area in service_requests.areas_of_case(case)
        ):
            return chain
        return ReviewChain(steps=(ChainStep(Role.DEVELOPER, _DEVELOPER_DAYS, party="developer"),))

    def office_id(self, case: Case) -> int | None:
        areas = service_requests.areas_of_case(case)
        return areas[0].jurisdiction_id if areas else None

    def area_id(self, case: Case) -> int | None:
        areas = service_requests.areas_of_case(case)
        return areas[0].pk if areas else None

    def subject(self, case: Case) -> str:
        return "、".join(area.name for area in service_requests.areas_of_case(case))

    def summary(self, case: Case) -> Summary:
        facts = [Fact(label, value) for area in service_requests.areas_of_case(case) for label, value in _facts(area)]
        replaced = "、".join(case.data.get(service_requests.REPLACES, {}).values())
        if replaced:
            facts.append(Fact("提交时的服务单位", f"{replaced}（通过后其服务关系于前一日终止）"))
        return Summary(facts=[*facts, *self.form_facts(case)])

    def parties(self, case: Case) -> Iterator[PartyGrant]:
        for area in service_requests.areas_of_case(case):
            if area.developer_id:
                yield PartyGrant(area.developer_id, PartyRole.DECIDER)

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome(f"查看{area.name}", "estate:area", area.pk) for area in service_requests.areas_of_case(case)]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        yield from service_requests.problems(case)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        service_requests.ask(case)
        if case.chain and case.chain[0]["role"] == Role.DEVELOPER and by.user_id:
            service_requests.tell_developer(case, at=at)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        service_requests.give_up(case)
        if by.organisation_id != case.applicant_organisation_id:
            service_requests.tell_refused(case, at=at)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        service_requests.grant(case, basis=self.title, by_id=by.user_id or None, at=at)


def _facts(area: Area) -> Iterable[tuple[str, str]]:
    yield "物业区域", area.name
    yield "地址", area.address
    if area.developer is not None:
        yield "开发建设单位", area.developer.name
