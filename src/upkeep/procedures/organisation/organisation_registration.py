"""机构注册 (I1): a developer, property company or owners' committee asks for an account.

Source: manual 001 §2.1, manual 002 机构注册, manual 004 §1.1. The organisation code is the login name; approval enters
the organisation and opens its first account with the password chosen here (only its hash is ever kept).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib.auth.hashers import make_password

from upkeep.casework.models import Case
from upkeep.casework.procedure import Fact, FormPage, Guide, Paper, PapersPage, Print, Procedure, Summary, register
from upkeep.kernel.errors import HasProblems, Problem
from upkeep.kernel.forms import PhoneField, SocialCreditCodeField
from upkeep.parties.actions import ROLE_OF_KIND, check_password, open_account, register_organisation
from upkeep.parties.actor import Actor
from upkeep.parties.models import OrganisationKind
from upkeep.parties.queries import is_code_taken
from upkeep.parties.roles import Role

KINDS = (OrganisationKind.DEVELOPER, OrganisationKind.PROPERTY_COMPANY, OrganisationKind.OWNERS_COMMITTEE)


@register
class OrganisationRegistration(Procedure):
    code = "organisation_registration"
    title = "机构注册"
    prefix = "ZC"
    covers = ("I1",)
    starters = frozenset({Role.PUBLIC})
    guide = Guide(
        overview="开发建设单位、物业服务企业、业主委员会注册后，可在网上办理物业区域采集、交款、维修等业务。",
        bring=("打印的机构注册申请表（加盖公章）", "营业执照或备案证明原件", "经办人身份证原件"),
        takes="窗口受理当日，审核 3 个工作日内",
    )
    pages = (
        FormPage(
            "单位信息",
            fields=("kind", "name", "social_credit_code", "committee_code", "legal_representative", "address"),
        ),
        FormPage(
            "账户信息",
            fields=("operator_name", "operator_phone", "password", "password_again", "agreed"),
            read_first=("机构注册协议", "public:agreement"),
        ),
        PapersPage("上传要件", help="支持 JPG、JPEG、PNG，手机照片会自动压缩到 1 MB 以内"),
    )
    papers = (
        Paper("licence", "营业执照或备案证明"),
        Paper("operator_id", "经办人身份证明"),
        Paper("authorisation", "授权委托书", required=False),
    )
    prints = (Print("application", "机构注册申请表"),)

    class Form(forms.Form):
        kind = forms.ChoiceField(label="单位类别", choices=[(kind.value, kind.label) for kind in KINDS])
        name = forms.CharField(label="单位名称", max_length=100)
        social_credit_code = SocialCreditCodeField(
            label="统一社会信用代码", required=False, help_text="业主委员会没有代码的可不填"
        )
        committee_code = forms.RegexField(
            r"^[A-Za-z][A-Za-z0-9]{3,29}$",
            label="机构代码",
            required=False,
            help_text="仅业主委员会填写：物业区域名称的拼音，4 至 30 位字母或数字，注册后作为登录名",
            error_messages={"invalid": "机构代码为字母开头的 4 至 30 位字母或数字"},
        )
        legal_representative = forms.CharField(label="法定代表人或负责人", max_length=50)
        address = forms.CharField(label="单位地址", max_length=200)
        operator_name = forms.CharField(label="经办人姓名", max_length=50)
        operator_phone = PhoneField(label="经办人手机")
        password = forms.CharField(
            label="登录密码", required=False, widget=forms.PasswordInput, help_text="至少 12 位，不要使用常见密码"
        )
        password_again = forms.CharField(label="确认登录密码", required=False, widget=forms.PasswordInput)
        agreed = forms.BooleanField(
            label="我已阅读并同意《机构注册协议》", error_messages={"required": "请先阅读并勾选《机构注册协议》"}
        )

    SECRET: ClassVar[tuple[str, ...]] = ("password", "password_again")

    def intake(self, case: Case, changes: dict[str, Any]) -> dict[str, Any]:
        """Only the hash of a password is kept, never what was typed."""
        kept = {key: value for key, value in changes.items() if key not in self.SECRET}
        password = changes.get("password", "")
        if password:
            if password != changes.get("password_again"):
                raise HasProblems([Problem("password_again", "两次输入的密码不一致")])
            kept["password_hash"] = make_password(check_password(password, username=login_name(case.data)))
        return kept

    def subject(self, case: Case) -> str:
        return str(case.data.get("name", ""))

    def summary(self, case: Case) -> Summary:
        shown = [name for name in self.Form.base_fields if name not in (*self.SECRET, "agreed")]
        return Summary(facts=[*self.form_facts(case, *shown), Fact("登录名", login_name(case.data))])

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        if data["kind"] != OrganisationKind.OWNERS_COMMITTEE and not data["social_credit_code"]:
            yield Problem("social_credit_code", "请填写统一社会信用代码")
        if not login_name(case.data):
            yield Problem("committee_code", "请填写统一社会信用代码或机构代码")
        elif is_code_taken(login_name(case.data)):
            yield Problem("social_credit_code", "该代码已注册，请直接登录；如非本单位注册，请联系维修资金管理部门")
        if not case.data.get("password_hash"):
            yield Problem("password", "请设置登录密码")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        kind = OrganisationKind(data["kind"])
        organisation = register_organisation(
            jurisdiction_id=case.jurisdiction_id,
            kind=kind,
            name=data["name"],
            code=login_name(case.data),
            social_credit_code=data["social_credit_code"],
            legal_representative=data["legal_representative"],
            address=data["address"],
            contact_name=data["operator_name"],
            contact_phone=data["operator_phone"],
            at=at,
        )
        open_account(
            username=login_name(case.data),
            name=data["operator_name"],
            phone=data["operator_phone"],
            roles=[ROLE_OF_KIND[kind], Role.ORG_ADMIN],
            jurisdiction_id=case.jurisdiction_id,
            organisation_id=organisation.pk,
            password_hash=case.data["password_hash"],
            at=at,
        )


def login_name(data: dict[str, Any]) -> str:
    """The organisation code: its social credit code, or the committee's own pinyin code (004 §1.1)."""
    return str(data.get("social_credit_code") or data.get("committee_code") or "").strip().upper()
