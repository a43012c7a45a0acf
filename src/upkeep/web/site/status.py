"""业务受理状态查询 (P2): a running or finished form by its number and the proof that the city's policy asks for."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from upkeep.banking.models import PaySlip
from upkeep.banking.queries import slips_of_case
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.casework.public_status import ends_with, find_handed_in, is_on_record
from upkeep.casework.queries import history
from upkeep.casework.states import State
from upkeep.identity.codes import TooMany
from upkeep.kernel.masking import mask_name, mask_phone
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import EVERYONE, Role
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.site import asking
from upkeep.web.site.frame import frame

NOT_FOUND = "没有查到相符的业务。请核对业务单编号和预留电话；忘记编号的，请携带证件到窗口查询"


class NumberForm(asking.PictureForm):
    """The number is enough (manual 002)."""

    number = forms.CharField(label="业务单编号", max_length=30, help_text="见申请单右上角")
    field_order: tuple[str, ...] = ("number", "captcha")


class TailForm(NumberForm):
    """With the end of the telephone on record."""

    tail = forms.RegexField(
        r"^[0-9]{4}$",
        label="预留电话后四位",
        help_text="提交业务时填写的经办人或申请人电话",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
        error_messages={"invalid": "请填写电话号码的后四位数字"},
    )
    field_order = ("number", "tail", "captcha")


class PhoneForm(NumberForm, asking.SmsForm):
    """With the whole telephone, to which a code goes."""

    field_order = ("number", "phone", "captcha")


_FORMS: dict[str, type[NumberForm]] = {"NUMBER": NumberForm, "PHONE_TAIL": TailForm, "SMS": PhoneForm}


@dataclass(frozen=True)
class Shown:
    """What the answer says of a form: where it stands, and of people only what is masked."""

    case: Case
    title: str
    applicant: str
    contact: str
    waits_for: str
    steps: list[tuple[str, object, str]]
    slips: list[PaySlip]


def shown(case: Case) -> Shown:
    """The answer. Opinions of reviewers are left out: they are free text, and may name people."""
    organisation = case.applicant_organisation
    return Shown(
        case=case,
        title=register[case.procedure].title,
        applicant=organisation.name if organisation else "",
        contact=" ".join(filter(None, (mask_name(case.contact_name), mask_phone(case.contact_phone)))),
        waits_for=Role(case.waits_for).label if case.waits_for else "",
        slips=slips_of_case(case.pk),
        steps=[(event.get_move_display(), event.at, State(event.to_state).label) for event in history(case)],
    )


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("tail", "phone", "code")
@require_http_methods(["GET", "POST"])
def status_page(request: ActorRequest, city: str) -> HttpResponse:
    """Question and answer on one address; the answer is never in the address and never kept."""
    found = city_or_404(request, city)
    proof = public_query_rule(jurisdiction_id=found.pk, on=timezone.localdate()).case_proof
    if request.method != "POST":
        if "again" in request.GET:
            asking.forget(request)
        if proof == "SMS" and asking.asked_before(request, "status"):
            return _show(request, asking.CodeForm())
        return _show(request, _FORMS[proof](initial={"number": request.GET.get("number", "")[:30]}))
    if asking.is_too_often(request):
        return _show(request, _FORMS[proof](), said=asking.TOO_OFTEN, status=429)
    if proof == "SMS" and "code" in request.POST:
        return _with_code(request)
    return _ask(request, proof)


def _ask(request: ActorRequest, proof: str) -> HttpResponse:
    form = _FORMS[proof](request.POST)
    if not form.passes(request):
        return _show(request, form, status=400)
    number = tidy_number(form.cleaned_data["number"])
    if asking.is_used_up(number, city_id=request.city.pk):
        return _show(request, form, said=asking.USED_UP, status=429)
    if proof == "SMS":
        try:
            asking.send_code(request, phone=form.cleaned_data["phone"], about="status", asked={"number": number})
        except TooMany as refused:
            return _show(request, form, said=str(refused), status=429)
        return _show(request, asking.CodeForm())
    case = find_handed_in(number, city_id=request.city.pk)
    is_his = ends_with(case, form.cleaned_data["tail"]) if proof == "PHONE_TAIL" else case is not None
    return _answer(request, form, case if is_his else None)


def _with_code(request: ActorRequest) -> HttpResponse:
    form = asking.CodeForm(request.POST)
    asked = asking.take_code(request, form.cleaned_data["code"], "status") if form.is_valid() else {}
    if not asked:
        form.add_error("code", asking.WRONG_CODE)
        return _show(request, form, status=400)
    case = find_handed_in(asked["number"], city_id=request.city.pk)
    return _answer(request, PhoneForm(), case if is_on_record(case, asked["phone"]) else None)


def _answer(request: ActorRequest, form: forms.Form, case: Case | None) -> HttpResponse:
    if case is None:
        return _show(request, type(form)(), said=NOT_FOUND, status=404)
    return render(request, "site/status_shown.html", frame(request.city) | {"shown": shown(case)})


def _show(request: ActorRequest, form: forms.Form, *, said: str = "", status: int = 200) -> HttpResponse:
    sent_to = (
        mask_phone(asking.asked_before(request, "status").get("phone", ""))
        if isinstance(form, asking.CodeForm)
        else ""
    )
    context = frame(request.city) | {"form": form, "said": said, "sent_to": sent_to}
    return render(request, "site/status.html", context, status=status)
