"""物业区域关联 (E16): a property company or committee asks to be joined to areas that it serves; the office decides.

Source: manual 003 §7. The areas are found by developer and district and ticked; the papers are uploaded one by one, or
skipped and brought to the office (管理部) of the district. Approval begins the service of every area on that day; a
company in service until then ends the day before.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS, FormPage, Page, PapersPage
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Procedure, Summary, Table, register
from upkeep.estate import service_requests
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.parties.actor import Actor
from upkeep.parties.models import OrganisationKind
from upkeep.parties.roles import Role
from upkeep.policy.review_chain import ChainStep, ReviewChain, review_chain
from upkeep.policy.service_rule import service_rule

UPLOAD, BRING = "UPLOAD", "BRING"
_WAYS_OF_PAPERS = ((UPLOAD, "上传影像"), (BRING, "跳过，携带实体材料到所在区的管理部办理"))
_OF_A_COMPANY = (
    Paper("contract", "物业服务合同", help="含服务期限和小区名称的各页"),
    Paper("licence", "营业执照"),
    Paper("other", "其他证明材料", required=False),
)
_OF_A_COMMITTEE = (
    Paper("filing", "业主委员会备案证明"),
    Paper("other", "其他证明材料", required=False),
)


@register
class AreaAssociation(Procedure):
    code = "area_association"
    title = "物业区域关联"
    prefix = "GL"
    covers = ("E16",)
    starters = frozenset({Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE})
    steps = (ChainStep(Role.FIRST_REVIEWER, 3),)
    in_menu = False
    begins_at = "service:association"
    guide = Guide(
        overview="将本单位与所服务的小区关联，审核通过之日起可办理该小区的业务。",
        takes="管理部在期限内审核；逾期未审核的，请联系管理部并提供业务单编号。",
    )
    pages = (
        FormPage("附件方式", fields=("papers_by", "remark")),
        PapersPage("上传附件", help="按要求逐张添加；支持 JPG、JPEG、PNG，手机照片会自动压缩到 1 MB 以内"),
    )
    papers = _OF_A_COMPANY

    class Form(forms.Form):
        papers_by = forms.ChoiceField(label="附件", choices=_WAYS_OF_PAPERS, initial=UPLOAD, widget=forms.RadioSelect)
        remark = forms.CharField(label="备注", max_length=200, required=False)

    def is_open(self, *, jurisdiction_id: int, on: dt.date) -> bool:
        return "ASSOCIATION" in service_rule(jurisdiction_id=jurisdiction_id, on=on).ways

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        """One review within the days of the city's rule, unless the city has set a chain of its own."""
        if review_chain(jurisdiction_id=case.jurisdiction_id, procedure=self.code, on=on) is not None:
            return chain
        days = service_rule(jurisdiction_id=case.jurisdiction_id, on=on).association_days
        return ReviewChain(steps=(ChainStep(Role.FIRST_REVIEWER, days),))

    def office_id(self, case: Case) -> int | None:
        areas = service_requests.areas_of_case(case)
        return areas[0].jurisdiction_id if areas else None

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        return self.pages[:1] if _brings(case) else self.pages

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        return () if _brings(case) else _wanted(case)

    def guide_of(self, case: Case) -> Guide:
        titles = tuple(f"{paper.title}{'' if paper.required else '（如有）'}" for paper in _wanted(case))
        return Guide(overview=self.guide.overview, bring=titles if _brings(case) else (), takes=self.guide.takes)

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        rule = service_rule(jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at))
        way = form.fields.get("papers_by")
        if isinstance(way, forms.ChoiceField) and not rule.papers_may_be_brought:
            way.choices = _WAYS_OF_PAPERS[:1]
        return form

    def subject(self, case: Case) -> str:
        areas = service_requests.areas_of_case(case)
        return f"{areas[0].name}等 {len(areas)} 个小区" if len(areas) > 1 else "".join(one.name for one in areas)

    def area_id(self, case: Case) -> int | None:
        areas = service_requests.areas_of_case(case)
        return areas[0].pk if len(areas) == 1 else None

    def summary(self, case: Case) -> Summary:
        areas, organisation = service_requests.areas_of_case(case), case.applicant_organisation
        assert organisation is not None
        kept = case.data.get(service_requests.REPLACES)
        if kept is None:
            found = service_requests.standings(areas, organisation_id=organisation.pk, kind=organisation.kind)
            kept = {str(one.area.pk): one.now for one in found}
        rows = [
            (area.name, area.address, area.developer.name if area.developer else "—", kept.get(str(area.pk)) or "—")
            for area in areas
        ]
        facts = [Fact("申请单位", organisation.name), *self.form_facts(case)]
        if any(kept.values()):
            facts.append(
                Fact("变更说明", "审核通过后自当日起由本单位服务，原服务单位的服务关系于前一日终止，双方均会收到通知")
            )
        columns = ("小区", "地址", "开发建设单位", "提交时的服务单位")
        return Summary(facts=facts, tables=[Table("关联小区", columns, rows)])

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        return [Outcome(f"查看{area.name}", "estate:area", area.pk) for area in service_requests.areas_of_case(case)]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        if len({area.jurisdiction_id for area in service_requests.areas_of_case(case)}) > 1:
            yield Problem(AREAS, "所选小区分属不同区县，请按区县分别申请")
        yield from service_requests.problems(case)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        service_requests.ask(case)

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        service_requests.give_up(case)
        if by.organisation_id != case.applicant_organisation_id:
            service_requests.tell_refused(case, at=at)

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        service_requests.grant(case, basis=self.title, by_id=by.user_id or None, at=at)


def _brings(case: Case) -> bool:
    return bool(case.data.get("papers_by") == BRING)


def _wanted(case: Case) -> tuple[Paper, ...]:
    organisation = case.applicant_organisation
    is_committee = organisation is not None and organisation.kind == OrganisationKind.OWNERS_COMMITTEE
    return _OF_A_COMMITTEE if is_committee else _OF_A_COMPANY
