"""机构注册 (I1): a developer, property company, owners' committee or selling unit asks for an account.

Source: manual 000 §1.1, 001 §2.1, 002 机构注册, 004 §1.1. What is asked and who decides is the city's rule per kind
(`policy.registration_rule`): complete at once or reviewed, agreement, papers, login name, originals, areas, print. Approval
enters the organisation and opens its first account with the password chosen here (only its hash is ever kept).

That a code or name is taken is told to whoever decides, and to an applicant only once an SMS code has proved his phone
for this very code (`proof`): strangers who type codes learn nothing, and one message answers one question.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.hashers import make_password

from upkeep.casework import originals
from upkeep.casework.models import Case
from upkeep.casework.pages import AREAS, PROOF, AreasPage, FormPage, Page, PapersPage, PhonePage
from upkeep.casework.procedure import Fact, Guide, Outcome, Paper, Print, Procedure, Summary, register
from upkeep.casework.states import EDITABLE, State
from upkeep.estate.models import Area
from upkeep.estate.queries import areas_in_city, current_service
from upkeep.estate.serving import begin_service
from upkeep.identity import passwords
from upkeep.identity.agreement import agreement_in_force, get_agreement
from upkeep.identity.registering import KINDS, TAKEN, in_words, kinds_by_way, pinyin_code
from upkeep.identity.registration_form import RegistrationForm
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.secrecy import lookup_hash
from upkeep.parties.actions import ROLE_OF_KIND, open_account, register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import Organisation, OrganisationKind
from upkeep.parties.queries import account_named, city_of, is_registered
from upkeep.parties.roles import Portal, Role
from upkeep.policy.password_rule import PasswordRule, password_rule
from upkeep.policy.registration_rule import RegistrationRule, registration_rule
from upkeep.policy.review_chain import ReviewChain

COMMITTEE = OrganisationKind.OWNERS_COMMITTEE
#: Those that look after areas and may choose them here.
_SERVING = (OrganisationKind.PROPERTY_COMPANY, COMMITTEE)
_NOT_SHOWN = ("password", "password_again", "agreed", "agreement", "username")
_AGREEMENT = ("机构注册协议", "public:agreement")
_UNIT = ("kind", "name", "social_credit_code", "legal_representative", "address")
_ACCOUNT = ("committee_code", "username", "operator_name", "operator_phone", "password", "password_again")
_PAPERS_PAGE = PapersPage("上传要件", help="支持 JPG、JPEG、PNG，手机照片会自动压缩到 1 MB 以内")
_AREAS_PAGE = AreasPage("物业区域", help="按名称查找并勾选本单位服务的物业区域，可选多个。")
_PHONE_PAGE = PhonePage("手机验证", help="验证通过后即可继续；修改手机号、代码或登录名后须重新验证。")


@register
class OrganisationRegistration(Procedure):
    code = "organisation_registration"
    title = "机构注册"
    prefix = "ZC"
    covers = ("I1",)
    starters = frozenset({Role.PUBLIC, Role.WINDOW_CLERK})
    guide = Guide(
        overview="开发建设单位、物业服务企业、业主委员会、公有住房售房单位注册后，可在网上办理物业区域采集、交款、维修等业务。",
        bring=("打印的机构注册申请表（加盖公章）", "营业执照或备案证明原件", "经办人身份证原件"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage("单位信息", fields=_UNIT),
        _AREAS_PAGE,
        FormPage("账户信息", fields=(*_ACCOUNT, "agreement", "agreed"), read_first=_AGREEMENT),
        _PHONE_PAGE,
        _PAPERS_PAGE,
    )
    papers = (
        Paper("licence", "营业执照或备案证明"),
        Paper("operator_id", "经办人身份证明"),
        Paper("authorisation", "授权委托书", required=False),
    )
    prints = (Print("application", "机构注册申请表"),)
    Form = RegistrationForm
    SECRET: ClassVar[tuple[str, ...]] = ("password", "password_again")

    def pages_of(self, case: Case) -> tuple[Page, ...]:
        rule = rule_of(case)
        return (
            FormPage("单位信息", fields=_UNIT),
            *((_AREAS_PAGE,) if chooses_areas(case) else ()),
            FormPage("账户信息", fields=_account_fields(case), read_first=_AGREEMENT if _must_read(case) else None),
            *((_PHONE_PAGE,) if _must_prove_phone(case) else ()),
            *((_PAPERS_PAGE,) if rule.papers else ()),
        )

    def papers_of(self, case: Case) -> tuple[Paper, ...]:
        return self.papers if rule_of(case).papers else ()

    def prints_of(self, case: Case) -> tuple[Print, ...]:
        return (Print("application", f"{kind_of(case).label}注册申请表"),) if rule_of(case).printed else ()

    def guide_of(self, case: Case) -> Guide:
        return originals.fitted(self.guide, rule_of(case))

    def guide_facts(self, *, jurisdiction_id: int, on: dt.date) -> Sequence[tuple[str, str]]:
        return in_words(jurisdiction_id=jurisdiction_id, on=on)

    def chain_of(self, case: Case, chain: ReviewChain, *, on: dt.date) -> ReviewChain:
        """What the office itself enters is looked at by somebody else, whatever the rule."""
        return ReviewChain() if rule_of(case).way == "AT_ONCE" and not entered_by_office(case) else chain

    def form_of(self, case: Case, *args: Any, **kwargs: Any) -> forms.Form:
        form = self.make_form(*args, **kwargs)
        _fit(form, case, kind=OrganisationKind(k) if (k := str(form["kind"].value())) in KINDS else kind_of(case))
        return form

    def proposals(self, case: Case, *, on: dt.date) -> Mapping[str, Any]:
        agreement = agreement_in_force(jurisdiction_id=case.jurisdiction_id, on=on)
        return {"committee_code": proposed_code(case), "agreement": str(agreement.id)}

    def phone_to_prove(self, case: Case) -> str:
        return str(case.data.get("operator_phone", "")) if _must_prove_phone(case) else ""

    def proof(self, case: Case) -> str:
        return proof_of(case)

    def intake(self, case: Case, changes: dict[str, Any]) -> dict[str, Any]:
        """Only the hash of a password is kept, never what was typed."""
        kept = {key: value for key, value in changes.items() if key not in self.SECRET}
        if password := changes.get("password", ""):
            if password != changes.get("password_again"):
                raise HasProblems([Problem("password_again", "两次输入的密码不一致")])
            name = login_name(case, case.data | kept)
            kept["password_hash"] = make_password(passwords.check(password, username=name, rule=_password_rule(case)))
        return kept

    def subject(self, case: Case) -> str:
        return str(case.data.get("name", ""))

    def applicant_phone(self, case: Case) -> str:
        return str(case.data.get("operator_phone", ""))

    def summary(self, case: Case) -> Summary:
        shown = [name for name in self.Form.base_fields if name not in _NOT_SHOWN]
        return Summary(facts=[*self.form_facts(case, *shown), *_further_facts(case)])

    def warnings(self, case: Case) -> Sequence[str]:
        return [problem.text for problem in _taken(case)]

    def result_title(self, case: Case) -> str:
        return "注册成功" if case.state_now is State.APPROVED else "业务办理完成"

    def outcomes(self, case: Case) -> Sequence[Outcome]:
        city = city_of(jurisdiction_id=case.jurisdiction_id)
        return [Outcome("登录", "public:city_login", city.slug)] if city and not entered_by_office(case) else ()

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        chosen = areas_chosen(case)
        if chooses_areas(case) and (not chosen or len(chosen) < len(case.data[AREAS])):
            yield Problem(AREAS, "请选择本市的物业区域")
        if _must_prove_phone(case) and not _is_proved(case):
            yield Problem(PROOF, "请先完成手机短信验证")
        elif case.state_now not in EDITABLE or _is_proved(case) or entered_by_office(case):
            yield from _taken(case)

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        """The rule and the agreement that he was shown still hold on the day he hands it in."""
        if _rule_on(case, day_of(at)) != rule_of(case):
            raise Refusal("本市的注册规则在您填写期间已调整，请撤销本业务单后重新注册")
        if _must_read(case):
            case.data = case.data | {"agreement": _agreement_accepted(case, on=day_of(at))}

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        organisation = _enter(case, data, at=at)
        _open_first_account(case, data, organisation, at=at)
        _serve(case, organisation, by=by, at=at)
        if rule_of(case).originals == "FIRST_CASE" and rule_of(case).papers:
            originals.remind(organisation_id=organisation.pk, registration=case, at=at)


def kind_of(case: Case) -> OrganisationKind:
    """The kind chosen; the office enters selling units only."""
    if entered_by_office(case):
        return OrganisationKind.SELLING_UNIT
    chosen = case.data.get("kind")
    return OrganisationKind(chosen) if chosen in KINDS else OrganisationKind.DEVELOPER


def entered_by_office(case: Case) -> bool:
    return case.applicant_user_id is not None


def rule_of(case: Case) -> RegistrationRule:
    """The rule of the day the draft was begun; `claim` refuses when another one holds by the time it is handed in."""
    return _rule_on(case, day_of(case.created_at))


def _rule_on(case: Case, on: dt.date) -> RegistrationRule:
    return registration_rule(jurisdiction_id=case.jurisdiction_id, on=on, organisation_kind=kind_of(case))


def _password_rule(case: Case) -> PasswordRule:
    return password_rule(jurisdiction_id=case.jurisdiction_id, on=day_of(case.created_at), scope="organisation")


def chooses_areas(case: Case) -> bool:
    return kind_of(case) in _SERVING and rule_of(case).areas == "REGISTRATION"


def areas_chosen(case: Case) -> list[Area]:
    """The areas ticked, as far as they are of the city."""
    if not chooses_areas(case):
        return []
    wanted = [int(one) for one in case.data.get(AREAS, [])]
    return list(areas_in_city(city_id=case.jurisdiction_id).filter(pk__in=wanted))


def _must_read(case: Case) -> bool:
    return rule_of(case).agreement != "NONE" and not entered_by_office(case)


def _agreement_accepted(case: Case, *, on: dt.date) -> str:
    """The version in force, which must be the one he was shown. Raises: HasProblems."""
    agreement = str(agreement_in_force(jurisdiction_id=case.jurisdiction_id, on=on).id)
    if (case.data.get("agreement") or agreement) != agreement:
        raise HasProblems([Problem("agreement", "《机构注册协议》已更新，请重新阅读后提交")])
    return agreement


def _must_prove_phone(case: Case) -> bool:
    return rule_of(case).asks_phone_code and not entered_by_office(case)


def _account_fields(case: Case) -> tuple[str, ...]:
    rule, unneeded = rule_of(case), set()
    if kind_of(case) is not COMMITTEE or case.data.get("social_credit_code"):
        unneeded.add("committee_code")
    if rule.login_name != "FREE":
        unneeded.add("username")
    if not _must_read(case):
        unneeded.add("agreement")
    if rule.agreement != "TICK" or entered_by_office(case):
        unneeded.add("agreed")
    return tuple(name for name in (*_ACCOUNT, "agreement", "agreed") if name not in unneeded)


def _fit(form: forms.Form, case: Case, *, kind: OrganisationKind) -> None:
    """Which boxes must be filled, and which kinds are offered, for this case."""
    asked, fields = _account_fields(case), form.fields
    offered = [OrganisationKind.SELLING_UNIT] if entered_by_office(case) else _kinds_offered(case)
    choice = fields["kind"]
    assert isinstance(choice, forms.ChoiceField)
    choice.choices = [(one.value, one.label) for one in offered]
    must = {"social_credit_code": kind is not COMMITTEE, "committee_code": "committee_code" in asked}
    must |= {"username": "username" in asked, "agreed": "agreed" in asked}
    must["password"] = not case.data.get("password_hash") and not entered_by_office(case)
    for name, is_needed in must.items():
        fields[name].required = is_needed
        if is_needed and name != "agreed":
            fields[name].error_messages["required"] = (
                f"请{'设置' if name == 'password' else '填写'}{fields[name].label}"
            )
    if entered_by_office(case):
        fields["password"].help_text = "由单位经办人当面设置；不填则只登记单位，不开通账号"


def _kinds_offered(case: Case) -> list[OrganisationKind]:
    on = day_of(case.created_at)
    return kinds_by_way(jurisdiction_id=case.jurisdiction_id, on=on, is_unverified_first=False)


def organisation_code(data: Mapping[str, Any]) -> str:
    """The organisation code: its social credit code, or the committee's own pinyin code (004 §1.1)."""
    return str(data.get("social_credit_code") or data.get("committee_code") or "").strip().upper()


def login_name(case: Case, data: Mapping[str, Any] | None = None) -> str:
    """The name of the first account: the code, or the name chosen where the city lets people choose."""
    said = case.data if data is None else data
    return str(said.get("username") or "").strip() if rule_of(case).login_name == "FREE" else organisation_code(said)


def proposed_code(case: Case) -> str:
    """江南名邸 → jiangnanmingdi: of the first area chosen, or of the committee's own name. Whether it is free is not said."""
    areas = areas_chosen(case)
    return pinyin_code(areas[0].name if areas else str(case.data.get("name", "")))


def proof_of(case: Case) -> str:
    said = (
        str(case.data.get("operator_phone", "")),
        kind_of(case).value,
        organisation_code(case.data),
        login_name(case),
    )
    chosen = ",".join(sorted(str(one) for one in case.data.get(AREAS, [])))
    return lookup_hash("|".join((*said, chosen)))


def _is_proved(case: Case) -> bool:
    return _must_prove_phone(case) and case.data.get(PROOF) == proof_of(case)


def _taken(case: Case) -> Iterable[Problem]:
    """What of this registration belongs to somebody else already."""
    code, kind = organisation_code(case.data), kind_of(case)
    credit = str(case.data.get("social_credit_code") or "").strip().upper()
    if is_registered(jurisdiction_id=case.jurisdiction_id, kind=kind, code=code, social_credit_code=credit):
        yield Problem("name", TAKEN)
    elif account_named(login_name(case), city_id=case.jurisdiction_id, realm=Portal.ORGANISATION):
        yield Problem("username", "该登录名已被使用，请换一个")
    for area in areas_chosen(case):
        if current_service(area_id=area.pk, kind=kind) is not None:
            yield Problem(AREAS, f"“{area.name}”已有{kind.label}，请联系维修资金管理部门")


def _enter(case: Case, data: dict[str, Any], *, at: dt.datetime) -> Organisation:
    return register_organisation(
        jurisdiction_id=case.jurisdiction_id,
        kind=kind_of(case),
        name=data["name"],
        code=organisation_code(case.data),
        social_credit_code=data["social_credit_code"],
        legal_representative=data["legal_representative"],
        address=data["address"],
        contact_name=data["operator_name"],
        contact_phone=data["operator_phone"],
        at=at,
    )


def _serve(case: Case, organisation: Organisation, *, by: Actor, at: dt.datetime) -> None:
    """The areas chosen are served from the day of the registration on."""
    for area in areas_chosen(case):
        begin_service(
            area_id=area.pk,
            organisation_id=organisation.pk,
            since=day_of(at),
            basis=f"机构注册 {case.number}",
            at=at,
            case_id=case.pk,
            by_id=by.user_id or None,
        )


def _open_first_account(case: Case, data: dict[str, Any], organisation: Organisation, *, at: dt.datetime) -> None:
    """The account; none for a unit that the office entered without one."""
    if not case.data.get("password_hash"):
        return
    open_account(
        username=login_name(case),
        name=data["operator_name"],
        phone=data["operator_phone"],
        roles=[ROLE_OF_KIND[kind_of(case)], Role.ORG_ADMIN],
        jurisdiction_id=case.jurisdiction_id,
        organisation_id=organisation.pk,
        password_hash=case.data["password_hash"],
        at=at,
    )


def _further_facts(case: Case) -> Iterable[Fact]:
    if areas := areas_chosen(case):
        yield Fact("物业区域", "、".join(area.name for area in areas))
    yield Fact("登录名", login_name(case))
    accepted = str(case.data.get("agreement", ""))
    if accepted.isdigit() and (agreed := get_agreement(int(accepted), jurisdiction_id=case.jurisdiction_id)):
        yield Fact("接受的机构注册协议", agreed.called)
    if _must_prove_phone(case):
        yield Fact("经办人手机", "已通过短信验证" if _is_proved(case) else "尚未验证")
