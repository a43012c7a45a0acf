"""单位注册申请 (I2): an unverified user (未认证用户) applies for the organisation that he registers.

Source: manual 003 §2.2. The application goes to the office (管理部) that he chooses, with the printed form and the papers.
Approval enters the organisation and turns the applicant into its first user: same account, same password, its role.
That a code is taken is told to whoever decides, not to the applicant, who says it in a note.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.originals import fitted
from upkeep.casework.pages import FormPage, Page, PapersPage
from upkeep.casework.procedure import Guide, Paper, Print, Procedure, register
from upkeep.casework.states import EDITABLE, WAITING, State
from upkeep.identity.enrolment import enrolment_of
from upkeep.identity.registering import KINDS, TAKEN, kinds_by_way
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem, Refusal
from upkeep.kernel.forms import PhoneField, ReferenceField, SocialCreditCodeField
from upkeep.parties.actions import join_organisation, register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Jurisdiction, OrganisationKind
from upkeep.parties.queries import city_of, districts_of, is_registered
from upkeep.parties.roles import Role
from upkeep.policy.registration_rule import RegistrationRule, registration_rule

_PAPERS_PAGE = PapersPage("上传要件", help="支持 JPG、JPEG、PNG，手机照片会自动压缩到 1 MB 以内")


_FIELDS = (
    "kind",
    "name",
    "organisation_code",
    "social_credit_code",
    "legal_representative",
    "address",
    "office",
    "operator_name",
    "operator_phone",
)


class UnitForm(forms.Form):
    """Whose registration is asked for, and of which office."""

    kind = forms.ChoiceField(
        label="单位类别",
        choices=[(kind.value, kind.label) for kind in KINDS],
        error_messages={"invalid_choice": "请从所列类别中选择；其他单位请从“机构注册”直接注册"},
    )
    name = forms.CharField(label="单位名称", max_length=100)
    organisation_code = forms.RegexField(
        r"^[0-9A-Za-z]{8}-?[0-9A-Za-z]$",
        label="组织机构代码",
        required=False,
        help_text="9 位；已换发统一代码的单位可不填",
        error_messages={"invalid": "组织机构代码为 9 位数字或字母"},
    )
    social_credit_code = SocialCreditCodeField(
        label="社会诚信代码", required=False, help_text="统一社会信用代码，18 位；没有的请填写组织机构代码"
    )
    legal_representative = forms.CharField(label="法定代表人或负责人", max_length=50)
    address = forms.CharField(label="单位地址", max_length=200)
    office = ReferenceField(label="管理部", help_text="提交后携带材料到该管理部办理")
    operator_name = forms.CharField(label="经办人姓名", max_length=50)
    operator_phone = PhoneField(label="经办人手机")


@register
class UnitRegistration(Procedure):
    code = "unit_registration"
    title = "单位注册申请"
    prefix = "DW"
    covers = ("I2",)
    starters = frozenset({Role.UNVERIFIED})
    guide = Guide(
        overview="未认证用户填写单位信息、选择管理部并提交后，携带材料到该管理部办理；审核通过后，原用户名即成为单位用户。",
        bring=("打印的物业（单位）注册申请单（加盖公章）", "营业执照或备案证明原件", "经办人身份证件原件"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("单位信息", fields=_FIELDS),
        _PAPERS_PAGE,
    )
    papers = (
        Paper("licence", "营业执照或备案证明"),
        Paper("operator_id", "经办人身份证明"),
        Paper("authorisation", "授权委托书", required=False),
    )
    prints = (Print("application", "物业（单位）注册申请单"),)
    Form = UnitForm

    def initial(self, *, by: Actor) -> dict[str, Any]:
        enrolled = enrolment_of(by.user_id)
        said = (
            {"name": enrolled.organisation_name, "social_credit_code": enrolled.social_credit_code} if enrolled else {}
        )
        return {**said, "operator_name": by.name, "operator_phone": by.phone}

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        return self.pages if rule_of(case).papers else self.pages[:1]

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        return self.papers if rule_of(case).papers else ()

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return self.prints if rule_of(case).printed else ()

    def guide_of(self, case: Case) -> Guide:
        return fitted(self.guide, rule_of(case))

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        kind = form.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        offered = kinds_by_way(
            jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at), is_unverified_first=True
        )
        kind.choices = [(one.value, one.label) for one in offered]
        return form

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        city = city_of_case(case)
        offices = [*districts_of(city.pk)] or [city]
        return [(one.pk, one.office_name) for one in offices] if field == "office" else ()

    def office_id(self, case: Case) -> int | None:
        chosen = str(case.data.get("office") or "")
        return next((int(pk) for pk, _ in self.choices(case, "office") if str(pk) == chosen), None)

    def subject(self, case: Case) -> str:
        return str(case.data.get("name", ""))

    def warnings(self, case: Case) -> Sequence[str]:
        return [TAKEN] if _is_taken(case, case.data) else ()

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        if not code_of(data):
            yield Problem("social_credit_code", "请填写社会诚信代码或组织机构代码")
        if case.state_now is not State.DRAFT and data["office"] != case.jurisdiction_id:
            yield Problem("office", "申请已交管理部，不能改换；需要改换的请撤回后重新申请")
        if case.state_now not in EDITABLE and _is_taken(case, data):
            yield Problem("name", TAKEN)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        """One application at a time, under the rule that he was shown."""
        others = Case.objects.filter(procedure=self.code, applicant_user_id=by.user_id, state__in=sorted(WAITING))
        if others.exclude(pk=case.pk).exists():
            raise Refusal("您已有一张单位注册申请正在办理，请等待办理结果或先撤回")
        if _rule_on(case, day_of(at)) != rule_of(case):
            raise Refusal("本市的注册规则在您填写期间已调整，请撤销本业务单后重新申请")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        organisation = register_organisation(
            jurisdiction_id=city_of_case(case).pk,
            kind=OrganisationKind(data["kind"]),
            name=data["name"],
            code=code_of(data),
            social_credit_code=data["social_credit_code"],
            legal_representative=data["legal_representative"],
            address=data["address"],
            contact_name=data["operator_name"],
            contact_phone=data["operator_phone"],
            at=at,
        )
        assert case.applicant_user_id is not None
        join_organisation(user_id=case.applicant_user_id, organisation=organisation)


def rule_of(case: Case) -> RegistrationRule:
    """The rule of the day the draft was begun; `claim` refuses when another one holds by the time it is handed in."""
    return _rule_on(case, day_of(case.created_at))


def _rule_on(case: Case, on: dt.date) -> RegistrationRule:
    kind = str(case.data.get("kind") or "")
    return registration_rule(jurisdiction_id=case.jurisdiction_id, on=on, organisation_kind=kind)


def city_of_case(case: Case) -> Jurisdiction:
    """Organisations belong to the city, whichever office decided on them."""
    city = city_of(jurisdiction_id=case.jurisdiction_id)
    assert city is not None
    return city


def code_of(data: Mapping[str, Any]) -> str:
    """The organisation's code: 社会诚信代码, or the older 组织机构代码."""
    return str(data.get("social_credit_code") or data.get("organisation_code") or "").strip().upper().replace("-", "")


def _is_taken(case: Case, data: Mapping[str, Any]) -> bool:
    return is_registered(
        jurisdiction_id=city_of_case(case).pk,
        kind=str(data.get("kind") or ""),
        code=code_of(data),
        social_credit_code=str(data.get("social_credit_code") or "").strip().upper(),
    )
