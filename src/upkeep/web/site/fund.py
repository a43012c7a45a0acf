"""维修资金查询 (P2): what a house has in the fund, for whoever proves that it is his, or masked where the city opens it."""

from dataclasses import dataclass

from django import forms
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from upkeep.books.chart import CHART
from upkeep.books.statements import house_statement
from upkeep.estate.models import House
from upkeep.estate.public_queries import Place, belongs_to, find_house, has_phone, houses_by_address, open_house
from upkeep.estate.queries import owner_names
from upkeep.identity.codes import TooMany
from upkeep.kernel.masking import mask_phone
from upkeep.parties.roles import EVERYONE
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.site import asking
from upkeep.web.site.frame import frame

NOT_FOUND = "没有查到相符的房屋。请核对小区、楼栋、房号和业主信息；信息有误的，请携带身份证和房产证到窗口更正"
#: How many addresses the open query lists; whoever finds more has to say more.
MOST_LISTED = 20
#: How long the list of the open query may be clicked, in seconds.
_LIST_LASTS = 600
_signer = TimestampSigner(salt="upkeep.web.site.fund")


class PlaceForm(forms.Form):
    """The house as its owner names it."""

    area = forms.CharField(label="小区名称", max_length=60)
    building = forms.CharField(label="楼栋", max_length=30, help_text="例如 3幢")
    unit = forms.CharField(label="单元", max_length=20, required=False, help_text="没有单元的不填")
    room = forms.CharField(label="房号", max_length=20, help_text="例如 501")

    def place(self) -> Place:
        """Once the form is valid."""
        data = self.cleaned_data
        return Place(data["area"], data["building"], data["unit"], data["room"])


class NameForm(PlaceForm, asking.PictureForm):
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
    field_order = ("area", "building", "unit", "room", "name", "id_tail", "captcha")


class PhoneForm(PlaceForm, asking.SmsForm, asking.PictureForm):
    """Proved by the owner's telephone."""

    field_order = ("area", "building", "unit", "room", "phone", "captcha")


class AddressForm(asking.PictureForm):
    """The open query of manual 002."""

    address = forms.CharField(
        label="房屋地址", min_length=4, max_length=100, help_text="例如：江南名邸 1幢 501，各部分用空格隔开"
    )
    field_order = ("address", "captcha")


@dataclass(frozen=True)
class Line:
    """One movement of the house's money, in words that need no accountant."""

    booked_on: object
    what: str
    amount_fen: int
    balance_fen: int


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("name", "id_tail", "phone", "code")
@require_http_methods(["GET", "POST"])
def fund_page(request: ActorRequest, city: str) -> HttpResponse:
    """The question in the way that the city's policy opens, and its answer, on one address."""
    found = city_or_404(request, city)
    is_open = public_query_rule(jurisdiction_id=found.pk, on=timezone.localdate()).mode == "OPEN_MASKED"
    if request.method != "POST":
        return _begin(request, is_open=is_open)
    if asking.is_too_often(request):
        return _show(request, AddressForm() if is_open else _form(request)(), said=asking.TOO_OFTEN, status=429)
    if is_open:
        return _one_of_list(request) if "house" in request.POST else _list(request)
    if "code" in request.POST:
        return _with_code(request)
    return _ask(request)


def _begin(request: ActorRequest, *, is_open: bool) -> HttpResponse:
    if "again" in request.GET:
        asking.forget(request)
    if is_open:
        return _show(request, AddressForm(initial={"address": request.GET.get("q", "")[:100]}))
    if _form(request) is PhoneForm and asking.asked_before(request, "fund"):
        return _show(request, asking.CodeForm())
    return _show(request, _form(request)(initial={"area": request.GET.get("area", "")[:60]}))


def _form(request: ActorRequest) -> type[NameForm] | type[PhoneForm]:
    return PhoneForm if request.GET.get("way") == "sms" else NameForm


def _ask(request: ActorRequest) -> HttpResponse:
    form = _form(request)(request.POST)
    if not form.passes(request):
        return _show(request, form, status=400)
    place = form.place()
    if asking.is_used_up(place.key, city_id=request.city.pk):
        return _show(request, form, said=asking.USED_UP, status=429)
    if isinstance(form, PhoneForm):
        asked = {"area": place.area, "building": place.building, "unit": place.unit, "room": place.room}
        try:
            asking.send_code(request, phone=form.cleaned_data["phone"], about="fund", asked=asked)
        except TooMany as refused:
            return _show(request, form, said=str(refused), status=429)
        return _show(request, asking.CodeForm())
    house = find_house(place, city_id=request.city.pk)
    is_his = belongs_to(house, name=form.cleaned_data["name"], id_tail=form.cleaned_data["id_tail"])
    return _answer(request, house if is_his else None, NameForm())


def _with_code(request: ActorRequest) -> HttpResponse:
    form = asking.CodeForm(request.POST)
    asked = asking.take_code(request, form.cleaned_data["code"], "fund") if form.is_valid() else {}
    if not asked:
        form.add_error("code", asking.WRONG_CODE)
        return _show(request, form, status=400)
    phone = asked.pop("phone")
    house = find_house(Place(**asked), city_id=request.city.pk)
    return _answer(request, house if has_phone(house, phone) else None, PhoneForm())


def _list(request: ActorRequest) -> HttpResponse:
    form = AddressForm(request.POST)
    if not form.passes(request):
        return _show(request, form, status=400)
    houses = houses_by_address(form.cleaned_data["address"], city_id=request.city.pk, most=MOST_LISTED + 1)
    if not houses:
        return _show(request, AddressForm(), said=NOT_FOUND, status=404)
    context = frame(request.city) | {
        "rows": [(house, _signer.sign(str(house.pk))) for house in houses[:MOST_LISTED]],
        "more": len(houses) > MOST_LISTED,
    }
    return render(request, "site/fund_list.html", context)


def _one_of_list(request: ActorRequest) -> HttpResponse:
    try:
        house_id = int(_signer.unsign(request.POST["house"], max_age=_LIST_LASTS))
    except BadSignature:
        return _show(request, AddressForm(), said="查询结果已过期，请重新查询", status=400)
    if asking.is_used_up(str(house_id), city_id=request.city.pk):
        return _show(request, AddressForm(), said=asking.USED_UP, status=429)
    return _answer(request, open_house(house_id, city_id=request.city.pk), AddressForm())


def _answer(request: ActorRequest, house: House | None, form: forms.Form) -> HttpResponse:
    if house is None:
        return _show(request, form, said=NOT_FOUND, status=404)
    statement = house_statement(house.pk)
    context = frame(request.city) | {
        "house": house,
        "owners": owner_names([house.pk]).get(house.pk, ""),
        "statement": statement,
        "lines": [
            Line(one.booked_on, CHART[one.code].name, one.amount_fen, one.balance_fen) for one in statement.movements
        ],
    }
    return render(request, "site/fund_shown.html", context)


def _show(request: ActorRequest, form: forms.Form, *, said: str = "", status: int = 200) -> HttpResponse:
    is_code = isinstance(form, asking.CodeForm)
    context = frame(request.city) | {
        "form": form,
        "said": said,
        "is_open": isinstance(form, AddressForm),
        "by_sms": is_code or isinstance(form, PhoneForm),
        "sent_to": mask_phone(asking.asked_before(request, "fund").get("phone", "")) if is_code else "",
    }
    return render(request, "site/fund.html", context, status=status)
