"""领取票据: a payer opens the link of his SMS, proves himself by the end of his telephone number, and gets his receipts."""

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.banking.models import PaySlip
from upkeep.deposits.models import Receipt, ReceiptState
from upkeep.deposits.prints import keep_receipt
from upkeep.deposits.receipt_links import is_payers_tail, slip_behind
from upkeep.identity import limits
from upkeep.kernel.masking import mask_name
from upkeep.parties.queries import city_id_of
from upkeep.parties.roles import EVERYONE
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.public.notices import city_or_404
from upkeep.web.site import asking
from upkeep.web.site.frame import frame

#: Where the session keeps which links were proved, and until when.
_PROVED = "receipt_links"
_HOLDS_S = 30 * 60
MOST_SHOWN = 200
WRONG = "手机号后四位不正确，请填写领取票据的手机号（收到短信的号码）的后四位"
USED_UP = "今天对该链接的验证次数已用完，请明天再试，或携带证件到窗口领取"


class TailForm(asking.PictureForm):
    """The end of the telephone that the SMS came to."""

    tail = forms.RegexField(
        r"^[0-9]{4}$",
        label="手机号后四位",
        help_text="收到短信的手机号",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 4, "autocomplete": "off"}),
        error_messages={"invalid": "请填写手机号码的后四位数字"},
    )
    field_order = ("tail", "captcha")


def _slip(request: ActorRequest, city: str, token: str) -> PaySlip | None:
    """The slip behind the link, of this city."""
    found = city_or_404(request, city)
    slip = slip_behind(token, on=timezone.localdate())
    return slip if slip is not None and city_id_of(slip.jurisdiction_id) == found.pk else None


def _is_proved(request: ActorRequest, token: str) -> bool:
    until = request.session.get(_PROVED, {}).get(token, 0)
    return bool(until > timezone.now().timestamp())


@access(*EVERYONE)
@never_cache
@sensitive_post_parameters("tail")
@require_http_methods(["GET", "POST"])
def fetch(request: ActorRequest, city: str, token: str) -> HttpResponse:
    """The question, and after it the receipts. A link that is not ours and one that has run out get the same answer."""
    slip = _slip(request, city, token)
    if slip is None:
        return render(request, "public/receipts_gone.html", frame(request.city), status=404)
    if _is_proved(request, token):
        return _show(request, slip, token)
    form = TailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        said = _prove(request, slip, token, form)
        if said is None:
            return redirect("public:receipts", city, token)
        context = frame(request.city) | {"form": form, "said": said}
        return render(request, "public/receipts_proof.html", context, status=429 if said else 400)
    return render(request, "public/receipts_proof.html", frame(request.city) | {"form": form})


def _prove(request: ActorRequest, slip: PaySlip, token: str, form: TailForm) -> str | None:
    """None when he has proved himself; else what to say above the form, empty where the form says it itself."""
    if asking.is_too_often(request):
        return asking.TOO_OFTEN
    if not form.passes(request):
        return ""
    if not limits.allows(limits.RECEIPTS_OF_ONE_A_DAY, key=str(slip.pk), at=timezone.now()):
        return USED_UP
    if not is_payers_tail(slip, form.cleaned_data["tail"]):
        form.add_error("tail", WRONG)
        return ""
    limits.forget(limits.RECEIPTS_OF_ONE_A_DAY, key=str(slip.pk))
    proved = request.session.get(_PROVED, {})
    request.session[_PROVED] = proved | {token: timezone.now().timestamp() + _HOLDS_S}
    return None


def _show(request: ActorRequest, slip: PaySlip, token: str) -> HttpResponse:
    receipts = Receipt.objects.filter(slip=slip, payment_no=slip.payment_no, state=ReceiptState.VALID)
    some = receipts.select_related("book", "house__building").order_by("book_id", "number")[:MOST_SHOWN]
    context = frame(request.city) | {
        "slip": slip,
        "token": token,
        "payer": slip.payer_name if slip.payer_organisation_id else mask_name(slip.payer_name),
        "receipts": some,
        "count": receipts.count(),
    }
    return render(request, "public/receipts.html", context)


def _receipt_or_404(request: ActorRequest, city: str, token: str, receipt_id: int) -> Receipt:
    slip = _slip(request, city, token)
    if slip is None or not _is_proved(request, token):
        raise Http404
    found = Receipt.objects.filter(pk=receipt_id, slip=slip, state=ReceiptState.VALID)
    receipt = found.select_related("book", "slip__area", "slip__bank_serial", "slip__custody").first()
    if receipt is None:
        raise Http404
    return receipt


@access(*EVERYONE)
@require_POST
def print_one(request: ActorRequest, city: str, token: str, receipt_id: int) -> HttpResponse:
    """Print the receipt, or hand out the kept one; from now on it counts as handed out."""
    receipt = _receipt_or_404(request, city, token, receipt_id)
    kept = keep_receipt(receipt, by_id=None, at=timezone.now())
    return redirect("public:receipt_print", city, token, receipt.pk, kept.pk)


@access(*EVERYONE)
@never_cache
@require_safe
def show_print(request: ActorRequest, city: str, token: str, receipt_id: int, print_id: int) -> HttpResponse:
    """The kept print, to whoever has proved himself."""
    receipt = _receipt_or_404(request, city, token, receipt_id)
    kept = prints_of(subject=f"receipt:{receipt.pk}").filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"票据-{receipt.full_number}")
