"""机构信息变更 (I7): an organisation changes what is registered of it.

Source: manual 001 §2.10, manual 003 §8, manual 004 §1.2.1. What a city lets take effect at 保存 does so when the form is
handed in, after the business registry has been asked where the city wants that (质监校验); what it wants to review waits
for the approval. One form may hold both: then the one part is in force at once and the case goes on with the other.
The login name stays what it was, even where the social credit code becomes another one. Prints that exist keep the name
they were made with.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage
from upkeep.casework.procedure import Change, Fact, Guide, Print, Procedure, Summary, register
from upkeep.casework.queries import others_under_way
from upkeep.identity.company_registry import EXISTING, RegistryFails, look_up
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Problem
from upkeep.kernel.forms import DayField, MoneyField, PhoneField, ReferenceField, SocialCreditCodeField
from upkeep.parties.actor import Actor
from upkeep.parties.auxiliary import Affiliation, CapitalOwnership, EconomicType, FundSource, Industry, Nature
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.organisation_data import (
    AUXILIARY,
    CORE,
    FIELDS,
    change_organisation,
    in_words,
    label_of,
    masked,
    overtaken_words,
    values_of,
)
from upkeep.parties.queries import city_of, districts_of, get_organisation
from upkeep.parties.roles import Role
from upkeep.policy.organisation_rule import OrganisationRule, organisation_rule
from upkeep.policy.review_chain import ReviewChain

_BY_REGISTRY, _BY_REVIEW = "REGISTRY_CHECK", "REVIEW"


def _postcode(label: str) -> forms.RegexField:
    wrong = {"invalid": "邮政编码为 6 位数字"}
    return forms.RegexField(r"^[0-9]{6}$", label=label, required=False, error_messages=wrong)


def _choice(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[("", "未填写"), *choices])


def _text(label: str, longest: int) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest)


class OrganisationDataForm(forms.Form):
    """All that can be changed of an organisation, in the order of the manual."""

    name = forms.CharField(label="单位名称", max_length=100)
    nature = _choice("单位性质", Nature.choices)
    social_credit_code = SocialCreditCodeField(
        label="统一社会信用代码", required=False, help_text="变更后，原登录名（机构代码）不变"
    )
    legal_representative = _text("法人或负责人代表姓名", 50)
    address = forms.CharField(label="单位地址", max_length=200)
    postcode = _postcode("单位邮编")
    office_address = _text("单位办公地地址", 200)
    office_postcode = _postcode("单位办公地邮编")
    phone = PhoneField(label="单位电话", required=False)
    other_phone = PhoneField(label="单位其他电话", required=False)
    email = forms.EmailField(label="单位电子信箱", required=False, max_length=100)
    founded_on = DayField(label="单位设立日期", required=False)
    capital_fen = MoneyField(label="注册资本", required=False, help_text="单位元")
    fax = PhoneField(label="单位传真", required=False)
    ownership = _choice("单位所有制关系", CapitalOwnership.choices)
    certificate_number = _text("单位证件号码", 40)
    economic_type = _choice("单位经济类型", EconomicType.choices)
    legal_phone = PhoneField(label="法人或负责人代表电话", required=False)
    legal_mobile = PhoneField(label="法人或负责人代表手机号", required=False)
    supervisor = _text("主管部门", 100)
    fund_source = _choice("资金类型", FundSource.choices)
    affiliation = _choice("行政关系", Affiliation.choices)
    is_legal_person = forms.TypedChoiceField(
        label="是否具备法人资格",
        required=False,
        choices=[("", "未填写"), ("yes", "是"), ("no", "否")],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
    )
    budget_code = _text("单位预算代码", 40)
    founding_document = _text("单位设立批准文件", 100)
    industry = _choice("单位所属行业", Industry.choices)
    licence_number = forms.RegexField(
        r"^([0-9]{15}|[0-9A-Za-z]{18})$",
        label="企业法人营业执照号码",
        required=False,
        error_messages={"invalid": "营业执照号码为 15 位数字，或 18 位统一社会信用代码"},
    )
    tax_number = forms.RegexField(
        r"^[0-9A-Za-z]{15,20}$",
        label="税务登记证号",
        required=False,
        error_messages={"invalid": "税务登记证号为 15 至 20 位数字或字母"},
    )
    department_code = _text("部门预算代码", 40)
    account_permit = _text("基本户开户许可证", 40)
    district = ReferenceField(label="所属区县", required=False)


@register
class OrganisationChangeProcedure(Procedure):
    code = "organisation_change"
    title = "机构信息变更"
    prefix = "BG"
    covers = ("I7",)
    starters = frozenset({Role.ORG_ADMIN})
    in_menu = False
    guide = Guide(
        overview="变更单位名称、统一社会信用代码、法定代表人等基本信息，或地址、电话等辅助信息。登录名不因变更而改变。",
        bring=("变更后的营业执照或备案证明原件",),
        takes="即时生效；须审核的项目，审核通过后生效",
    )
    pages = (FormPage("核心信息", fields=CORE), FormPage("辅助信息", fields=AUXILIARY))
    prints = (Print("application", "机构信息变更申请表"),)
    Form = OrganisationDataForm

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        waits = _BY_REVIEW in _ways(_rule(case), _wanted(case))
        return chain if waits else ReviewChain(steps=(), starters=chain.starters)

    def initial(self, *, by: Actor) -> dict[str, Any]:
        """What is registered now, as it would be typed, and once more beside it: what was changed is the difference."""
        held = typed_values(get_organisation(by.organisation_id or 0))
        return {**held, "seen": held, "in_force": {}}

    def choices(self, case: Case, field: str) -> Sequence[tuple[int | str, str]]:
        city = city_of(jurisdiction_id=case.jurisdiction_id)
        return [(one.pk, one.name) for one in districts_of(city.pk if city else 0)]

    def subject(self, case: Case) -> str:
        return "、".join([label_of(field) for field in _differing(case.data)][:6])

    def summary(self, case: Case) -> Summary:
        organisation = get_organisation(case.applicant_organisation_id or 0)
        return Summary(facts=[Fact("单位名称", organisation.name), Fact("登录名", organisation.code)])

    def changes(self, case: Case) -> Sequence[Change]:
        """As it was handed in: what took effect at once first, then what is or was to be reviewed."""
        done = [Change(label_of(one), before, after) for one, (before, after) in _in_force(case).items()]
        return [*done, *(_change(one, seen, value) for one, (seen, value) in _wanted(case).items())]

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        organisation = get_organisation(case.applicant_organisation_id or 0)
        wanted = _wanted(case)
        if not wanted and not _in_force(case):
            yield Problem("", "没有需要变更的内容，请先修改再保存")
        yield from _core_problems(organisation, wanted)
        held = values_of(organisation)
        for field, (seen, _) in wanted.items():
            if held[field] != seen:
                yield Problem(field, overtaken_words(field, held[field]))
        rule = _rule(case)
        ways = _ways(rule, wanted)
        if _BY_REVIEW in ways and (other := others_under_way(case)):
            yield Problem("", f"业务单 {other.number} 已在办理信息变更，请待其办结或撤回后再变更须审核的信息")
        if _BY_REGISTRY in ways:
            yield from registry_problems(data, fields=[one for one in wanted if _way(rule, one) == _BY_REGISTRY])

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        """What needs no review is in force from here on, whatever becomes of the rest."""
        rule, wanted = _rule(case), _wanted(case)
        now = {field: change for field, change in wanted.items() if _way(rule, field) != _BY_REVIEW}
        _change_data(case, now, by=by, at=at)
        told = {field: _change(field, *change) for field, change in now.items()}
        case.data = case.data | {
            "seen": case.data["seen"] | {field: case.data[field] for field in now},
            "in_force": case.data["in_force"] | {field: [one.before, one.after] for field, one in told.items()},
        }

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        _change_data(case, _wanted(case), by=by, at=at)


def _change_data(case: Case, wanted: Mapping[str, tuple[Any, Any]], *, by: Actor, at: dt.datetime) -> None:
    change_organisation(
        organisation_id=case.applicant_organisation_id or 0,
        values={field: value for field, (_, value) in wanted.items()},
        seen={field: seen for field, (seen, _) in wanted.items()},
        by=by,
        at=at,
        case_number=case.number,
    )


def _rule(case: Case) -> OrganisationRule:
    """The rule of the day on which the form was begun, so that it does not change under the one who fills it in."""
    return organisation_rule(jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at))


def _way(rule: OrganisationRule, field: str) -> str:
    return rule.core_change if field in CORE else rule.auxiliary_change


def _ways(rule: OrganisationRule, fields: Iterable[str]) -> set[str]:
    return {_way(rule, field) for field in fields}


def typed_values(organisation: Organisation) -> dict[str, str]:
    """What is registered, as one would type it into the form."""
    held = values_of(organisation)
    answers = {True: "yes", False: "no", None: ""}
    texts = {field: "" if value is None else str(value) for field, value in held.items()}
    texts["is_legal_person"] = answers[held["is_legal_person"]]
    texts["capital_fen"] = in_words("capital_fen", held["capital_fen"]).removesuffix(" 元")
    return texts


def _differing(data: Mapping[str, Any]) -> list[str]:
    """The fields in which something else was typed than stood there."""
    seen = data.get("seen", {})
    return [field for field in FIELDS if str(data.get(field, "")).strip() != seen.get(field, "")]


def _wanted(case: Case) -> dict[str, tuple[Any, Any]]:
    """Before and after, typed, of the fields that were changed; one that was typed wrongly is left out."""
    seen, new = OrganisationDataForm(case.data.get("seen", {})), OrganisationDataForm(case.data)
    seen.is_valid()
    new.is_valid()
    pairs = {
        field: (seen.cleaned_data.get(field, ""), new.cleaned_data[field])
        for field in _differing(case.data)
        if field in new.cleaned_data
    }
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _in_force(case: Case) -> dict[str, list[str]]:
    found: dict[str, list[str]] = case.data.get("in_force", {})
    return found


def _change(field: str, before: Any, after: Any) -> Change:
    return Change(label_of(field), masked(field, in_words(field, before)), masked(field, in_words(field, after)))


def _core_problems(organisation: Organisation, wanted: Mapping[str, tuple[Any, Any]]) -> Iterable[Problem]:
    """What an organisation is known by can be changed, not taken away, and not given to two."""
    for field in CORE:
        if field in wanted and not wanted[field][1]:
            yield Problem(field, f"{label_of(field)}不能清空")
    code = wanted.get("social_credit_code", ("", ""))[1]
    if organisation.kind == OrganisationKind.OWNERS_COMMITTEE or not code:
        return
    others = Organisation.objects.filter(
        jurisdiction_id=organisation.jurisdiction_id, kind=organisation.kind, social_credit_code=code
    )
    if others.exclude(pk=organisation.pk).exists():
        yield Problem("social_credit_code", "该统一社会信用代码已由其他单位登记，请核对；如确属本单位，请联系管理部门")


def registry_problems(data: Mapping[str, Any], *, fields: Iterable[str]) -> Iterable[Problem]:
    """What the business registry has against the name, the code and the legal representative of the form (质监校验)."""
    code = str(data.get("social_credit_code") or "")
    if not code:
        yield Problem("social_credit_code", "质监校验按统一社会信用代码查询，请先填写")
        return
    try:
        company = look_up(code)
    except RegistryFails as failure:
        yield Problem("", str(failure))
        return
    if company is None:
        yield Problem("social_credit_code", "工商登记中没有这个统一社会信用代码，请核对")
        return
    if company.status != EXISTING:
        yield Problem("social_credit_code", f"该单位在工商登记中的状态为“{company.status}”，不能办理变更")
    if data.get("name") != company.name:
        yield Problem("name", f"与工商登记不一致，工商登记的名称为“{company.name}”")
    if "legal_representative" in fields and data.get("legal_representative") != company.legal_representative:
        yield Problem("legal_representative", "与工商登记的法定代表人不一致，请先办理工商变更登记")
