"""核对身份 before anything of a house is shown: name and end of the ID number, a code to the phone on record, or, of a house
that nobody is recorded for, only the picture (D3). What fails says one thing, after the same questions to the database.
"""

from django import forms
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from upkeep.deposits.queries import not_payable
from upkeep.estate.models import House
from upkeep.estate.public_queries import belongs_to, has_phone, is_unowned, open_house
from upkeep.identity.codes import TooMany
from upkeep.kernel.masking import mask_phone
from upkeep.parties.roles import EVERYONE
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.site import asking, proof
from upkeep.web.site.frame import frame
from upkeep.web.site.self_service import ACTS, LIST_LASTS, acts_of, begin_proved, offered_in, signer

NOT_PROVED = "核对未通过。请核对业主姓名、证件号码或手机号；登记信息有误的，请携带身份证和房产证到窗口更正"
NOT_FOR_BUYERS = "该房屋不能按新购房办理。已登记业主的请以业主身份核对；已交款或已有通知单的不需要再办，可到窗口查询"


class NameForm(asking.PictureForm):
    """Proved by the owner's name and the end of his ID number."""

    name = forms.CharField(
        label="业主姓名或名称", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    id_tail = forms.RegexField(
        r"^[0-9A-Za-z]{6}$",
        label="证件号码后六位",
        widget=forms.TextInput(attrs={"maxlength": 6, "autocomplete": "off"}),
        error_messages={"invalid": "请填写证件号码的最后六位"},
    )
    field_order = ("name", "id_tail", "captcha")


class PhoneForm(asking.SmsForm, asking.PictureForm):
    """Proved by the owner's telephone."""

    field_order = ("phone", "captcha")


class BuyerForm(asking.PictureForm):
    """Bought, and not recorded yet: the payer says in the form who he is."""


class OpenForm(asking.PictureForm):
    """Where the city opens it: the picture alone, as manual 002 has it."""


_WAYS: dict[str, type[asking.PictureForm]] = {"name": NameForm, "sms": PhoneForm, "buyer": BuyerForm}


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("name", "id_tail", "phone", "code")
@require_http_methods(["GET", "POST"])
def prove(request: ActorRequest, city: str, act: str) -> HttpResponse:
    """The proof for one house of the list; then the form that was asked for begins."""
    found = city_or_404(request, city)
    if act not in acts_of(offered_in(found)):
        raise Http404
    house = _house_of_list(request)
    if house is None:
        messages.info(request, "查询结果已过期，请重新查找房屋")
        return redirect("site:self_service", found.slug)
    way = _way(request, act)
    if request.method != "POST":
        if "again" in request.GET:
            asking.forget(request)
        waits = way is PhoneForm and asking.asked_before(request, "house").get("house") == str(house.pk)
        return _show(request, house, act, asking.CodeForm() if waits else way())
    if asking.is_too_often(request):
        return _show(request, house, act, way(), said=asking.TOO_OFTEN, status=429)
    if way is PhoneForm and "code" in request.POST:
        return _with_code(request, house, act)
    return _ask(request, house, act, way)


def _house_of_list(request: ActorRequest) -> House | None:
    """The house of the row that was clicked; a key that is forged or too old names none."""
    try:
        house_id = int(signer.unsign(request.GET.get("house", ""), max_age=LIST_LASTS))
    except BadSignature:
        return None
    return open_house(house_id, city_id=request.city.pk)


def _way(request: ActorRequest, act: str) -> type[asking.PictureForm]:
    if public_query_rule(jurisdiction_id=request.city.pk, on=timezone.localdate()).mode == "OPEN_MASKED":
        return OpenForm
    way = _WAYS.get(request.GET.get("way", ""), NameForm)
    return NameForm if way is BuyerForm and act != "deposit" else way


def _ask(request: ActorRequest, house: House, act: str, way: type[asking.PictureForm]) -> HttpResponse:
    form = way(request.POST)
    if not form.passes(request):
        return _show(request, house, act, form, status=400)
    if asking.is_used_up(str(house.pk), city_id=request.city.pk):
        return _show(request, house, act, form, said=asking.USED_UP, status=429)
    if isinstance(form, PhoneForm):
        try:
            asking.send_code(request, phone=form.cleaned_data["phone"], about="house", asked={"house": str(house.pk)})
        except TooMany as refused:
            return _show(request, house, act, form, said=str(refused), status=429)
        return _show(request, house, act, asking.CodeForm())
    if isinstance(form, BuyerForm):
        # both are asked whatever the first answers, so that all refusals take the same time
        reason, unowned = not_payable(house), is_unowned(house)
        return _answer(request, house, act, way, is_proved=unowned and not reason, as_owner=False)
    is_his = isinstance(form, OpenForm) or belongs_to(
        house, name=form.cleaned_data["name"], id_tail=form.cleaned_data["id_tail"]
    )
    return _answer(request, house, act, way, is_proved=is_his)


def _with_code(request: ActorRequest, house: House, act: str) -> HttpResponse:
    form = asking.CodeForm(request.POST)
    asked = asking.take_code(request, form.cleaned_data["code"], "house") if form.is_valid() else {}
    if not asked or asked.get("house") != str(house.pk):
        form.add_error("code", asking.WRONG_CODE)
        return _show(request, house, act, form, status=400)
    return _answer(request, house, act, PhoneForm, is_proved=has_phone(house, asked["phone"]))


def _answer(
    request: ActorRequest,
    house: House,
    act: str,
    way: type[asking.PictureForm],
    *,
    is_proved: bool,
    as_owner: bool = True,
) -> HttpResponse:
    if not is_proved:
        said = NOT_PROVED if as_owner else NOT_FOR_BUYERS
        return _show(request, house, act, way(), said=said, status=404)
    proof.remember(request, house.pk, city_id=request.city.pk, as_owner=as_owner)
    return begin_proved(request, act)


def _show(
    request: ActorRequest, house: House, act: str, form: forms.Form, *, said: str = "", status: int = 200
) -> HttpResponse:
    is_code = isinstance(form, asking.CodeForm)
    way = request.GET.get("way", "")
    context = frame(request.city) | {
        "house": house,
        "act": act,
        "title": ACTS[act][0],
        "key": request.GET.get("house", ""),
        "way": way if way in _WAYS else "name",
        "is_open": isinstance(form, OpenForm),
        "form": form,
        "said": said,
        "by_sms": is_code or isinstance(form, PhoneForm),
        "sent_to": mask_phone(asking.asked_before(request, "house").get("phone", "")) if is_code else "",
        "keeps": f"house={request.GET.get('house', '')}&",
    }
    return render(request, "site/prove.html", context, status=status)
