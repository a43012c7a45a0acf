"""What the public queries share: picture, limits, a code by SMS, and one answer for whatever is wrong (P2).

Nothing is looked up before the limits and the picture have been passed; what fails after that says the same, whatever it
was, after the same questions to the database.
"""

import base64
import json
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from upkeep.identity import codes, limits
from upkeep.kernel.forms import PhoneField
from upkeep.kernel.secrecy import seal, unseal
from upkeep.web.access import ActorRequest
from upkeep.web.address import address_of
from upkeep.web.public import captcha
from upkeep.web.public.owner_login import session_key

PURPOSE = "query"
TOO_OFTEN = "您所在的网络查询过于频繁，请稍后再试；急需办理的请致电维修资金管理部门"
USED_UP = "今天对该业务或房屋的查询次数已用完，请明天再试，或携带证件到窗口查询"
WRONG_PICTURE = "验证码不正确或已过期，请按新图片重新输入"
WRONG_CODE = "动态密码不正确或已失效，请核对短信或重新获取"
#: Where the session keeps what was asked while the code is on its way; sealed, for sessions lie in the database.
_ASKED = "public_query"


class PictureForm(forms.Form):
    """The letters of the picture come last."""

    captcha = forms.CharField(
        label="验证码",
        max_length=captcha.LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def passes(self, request: HttpRequest) -> bool:
        """Whether the form is right in shape and the picture was read; asking uses the picture up."""
        if not self.is_valid():
            return False
        if captcha.passes(session=request.session, answer=self.cleaned_data["captcha"], at=timezone.now()):
            return True
        self.add_error("captcha", WRONG_PICTURE)
        return False


class SmsForm(forms.Form):
    """Where a code is sent, for the queries that are proved by a telephone."""

    phone = PhoneField(label="预留手机号", help_text="在维修资金管理部门登记的手机号，动态密码发到该手机")

    def clean_phone(self) -> str:
        """A fixed line gets no SMS."""
        number = str(self.cleaned_data["phone"])
        if not number.startswith("1"):
            raise forms.ValidationError("请输入 11 位手机号码")
        return number


class CodeForm(forms.Form):
    """What the SMS said."""

    code = forms.CharField(
        label="动态密码",
        max_length=6,
        help_text="短信中的 6 位数字，5 分钟内有效",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def is_too_often(request: HttpRequest) -> bool:
    """Count one more query of this address, in both windows."""
    key, at = address_of(request), timezone.now()
    within = [limits.allows(limit, key=key, at=at) for limit in (limits.QUERIES_A_MINUTE, limits.QUERIES_AN_HOUR)]
    return not all(within)


def is_used_up(about: str, *, city_id: int) -> bool:
    """Count one more query about this house or form, whether there is one or not."""
    return not limits.allows(limits.QUERIES_OF_ONE_A_DAY, key=f"{city_id}/{about}", at=timezone.now())


def send_code(request: ActorRequest, *, phone: str, about: str, asked: dict[str, str]) -> None:
    """Send a code to the telephone that was typed, whosever it is, and remember the question and which query it was of.

    Raises: codes.TooMany.
    """
    codes.send_code(
        phone=phone,
        purpose=PURPOSE,
        session_key=session_key(request),
        jurisdiction_id=request.city.pk,
        at=timezone.now(),
        address=address_of(request),
    )
    kept = json.dumps(asked | {"phone": phone, "about": about}).encode()
    request.session[_ASKED] = base64.b64encode(seal(kept)).decode()


def asked_before(request: HttpRequest, about: str) -> dict[str, str]:
    """The question of this query that waits for its code, with the telephone; empty when none does."""
    kept = request.session.get(_ASKED)
    found: Any = json.loads(unseal(base64.b64decode(kept))) if kept else {}
    return dict(found) if found.pop("about", "") == about else {}


def take_code(request: HttpRequest, code: str, about: str) -> dict[str, str]:
    """The question and the telephone that the code proved; empty when the code is wrong."""
    asked = asked_before(request, about)
    if not asked:
        return {}
    is_right = codes.check_code(
        code=code, phone=asked["phone"], purpose=PURPOSE, session_key=session_key(request), at=timezone.now()
    )
    if is_right:
        request.session.pop(_ASKED, None)
    return asked if is_right else {}


def forget(request: HttpRequest) -> None:
    """Begin again."""
    request.session.pop(_ASKED, None)
