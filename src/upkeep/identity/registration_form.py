"""What 机构注册 asks in any city; the procedure says which of it this city needs."""

from django import forms

from upkeep.identity.registering import KINDS
from upkeep.kernel.forms import PhoneField, SocialCreditCodeField


class RegistrationForm(forms.Form):
    """机构注册: unit, account, agreement. Checks shape only."""

    kind = forms.ChoiceField(
        label="单位类别",
        choices=[(kind.value, kind.label) for kind in KINDS],
        error_messages={"invalid_choice": "请从所列类别中选择；其他单位须先注册为未认证用户，激活后提交单位注册申请"},
    )
    name = forms.CharField(label="单位名称", max_length=100)
    social_credit_code = SocialCreditCodeField(
        label="统一社会信用代码", required=False, help_text="业主委员会没有代码的可不填"
    )
    legal_representative = forms.CharField(label="法定代表人或负责人", max_length=50)
    address = forms.CharField(label="单位地址", max_length=200)
    committee_code = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9]{3,29}$",
        label="机构代码",
        required=False,
        help_text="已按名称的拼音拟好，可以修改：字母开头的 4 至 30 位字母或数字",
        error_messages={"invalid": "机构代码为字母开头的 4 至 30 位字母或数字"},
    )
    username = forms.RegexField(
        r"^[A-Za-z][A-Za-z0-9_.-]{3,29}$",
        label="登录名",
        required=False,
        help_text="字母开头的 4 至 30 位字母、数字、点、横线或下划线",
        error_messages={"invalid": "登录名为字母开头的 4 至 30 位字母、数字、点、横线或下划线"},
    )
    operator_name = forms.CharField(label="经办人姓名", max_length=50)
    operator_phone = PhoneField(label="经办人手机")
    password = forms.CharField(
        label="登录密码", required=False, widget=forms.PasswordInput, help_text="至少 12 位，不要使用常见密码"
    )
    password_again = forms.CharField(label="确认登录密码", required=False, widget=forms.PasswordInput)
    agreement = forms.CharField(required=False, widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label="我已阅读并同意《机构注册协议》",
        required=False,
        error_messages={"required": "请先阅读并勾选《机构注册协议》"},
    )
