"""银行接口密钥: made by one administrator, put into use by another, replaced and blocked; and what was sent with them."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.bank_api import keys, queries
from upkeep.bank_api.models import BankKey, SignatureKind
from upkeep.bank_api.signing import BadKey
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.actor import Actor
from upkeep.web.access import ActorRequest, access
from upkeep.web.projects.reach import put_on_form

PER_PAGE = 20


class KeyForm(forms.Form):
    """Whose key, and how it signs."""

    bank = forms.TypedChoiceField(label="专户银行", coerce=int)
    name = forms.CharField(label="名称", max_length=40, help_text="银行的哪个系统，例如 核心系统、银企直联前置")
    kind = forms.ChoiceField(
        label="签名算法",
        choices=SignatureKind.choices,
        initial=SignatureKind.HMAC_SM3,
        widget=forms.RadioSelect,
        help_text="SM2 由银行生成密钥对，只把公钥交给管理部门，平台不保存能够签名的密钥",
    )
    public_key = forms.CharField(
        label="SM2 公钥",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="选择 SM2 时填写，128 位十六进制数字",
    )

    def __init__(self, actor: Actor, replaces: BankKey | None, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.use_required_attribute = False
        bank = self.fields["bank"]
        assert isinstance(bank, forms.ChoiceField)
        bank.choices = [("", "请选择"), *((one.pk, one.name) for one in keys.banks_under(actor))]
        if replaces is not None:
            bank.choices = [(replaces.bank_id, replaces.bank.name)]
            self.initial = {"bank": replaces.bank_id, "name": replaces.name, "kind": replaces.kind}


class BlockForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=200)


@access(*keys.READERS)
@require_safe
def key_list(request: ActorRequest) -> HttpResponse:
    """The keys of the city's banks, with what was done with them today."""
    page = Paginator(keys.keys_visible_to(request.actor), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.shown_keys(list(page), at=timezone.now()),
        "may_make": request.actor.has(*keys.KEEPERS),
    }
    return render(request, "bank_keys/list.html", context)


@access(*keys.KEEPERS)
@never_cache
@require_http_methods(["GET", "POST"])
def make(request: ActorRequest) -> HttpResponse:
    """A new key; a shared secret is shown once, on the answer to this form."""
    return _make(request, None)


@access(*keys.KEEPERS)
@never_cache
@require_http_methods(["GET", "POST"])
def replace(request: ActorRequest, key_id: int) -> HttpResponse:
    """The same for a key in use: both work for some days once the new one is put into use."""
    return _make(request, _key_or_404(request, key_id))


def _make(request: ActorRequest, replaces: BankKey | None) -> HttpResponse:
    form = KeyForm(request.actor, replaces, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = keys.make_key(
                bank_id=data["bank"],
                name=data["name"],
                kind=SignatureKind(data["kind"]),
                public_key=data["public_key"],
                replaces=replaces,
                by=request.actor,
                at=timezone.now(),
            )
        except BadKey as wrong:
            form.add_error("public_key", str(wrong))
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "bank_keys/made.html", {"key": made.key, "secret": made.secret})
    context = {"form": form, "replaces": replaces, "overlap": keys.OVERLAP.days}
    return render(request, "bank_keys/form.html", context)


@access(*keys.READERS)
@require_safe
def show(request: ActorRequest, key_id: int) -> HttpResponse:
    """One key: its life, what was sent with it, what was refused."""
    key, now = _key_or_404(request, key_id), timezone.now()
    page = Paginator(queries.messages_of(key), PER_PAGE).get_page(request.GET.get("page"))
    (shown,) = queries.shown_keys([key], at=now)
    is_keeper = request.actor.has(*keys.KEEPERS)
    context = {
        "key": key,
        "shown": shown,
        "overlap": keys.OVERLAP.days,
        "page": page,
        "messages_shown": queries.shown_messages(list(page)),
        "refused": queries.refused_calls(key, on=timezone.localdate()),
        "may_enable": is_keeper and shown.state == "待启用" and key.made_by_id != request.actor.user_id,
        "waits_for_another": is_keeper and shown.state == "待启用" and key.made_by_id == request.actor.user_id,
        "may_replace": is_keeper and keys.works(key, at=now) and not key.ends_at,
        "may_block": is_keeper and key.blocked_at is None,
    }
    return render(request, "bank_keys/show.html", context)


@access(*keys.KEEPERS)
@require_POST
def enable(request: ActorRequest, key_id: int) -> HttpResponse:
    """Put it into use, by another than who made it."""
    key = _key_or_404(request, key_id)
    try:
        keys.enable_key(key.pk, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"密钥 {key.code} 已启用，{key.bank.name}可以用它签名")
    return redirect("bank_keys:show", key.pk)


@access(*keys.KEEPERS)
@require_POST
def block(request: ActorRequest, key_id: int) -> HttpResponse:
    """At once and for ever."""
    key, form = _key_or_404(request, key_id), BlockForm(request.POST)
    if not form.is_valid():
        messages.error(request, "请填写停用原因，最多 200 字")
        return redirect("bank_keys:show", key.pk)
    try:
        keys.block_key(key.pk, reason=form.cleaned_data["reason"], by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"密钥 {key.code} 已停用，用它签名的请求从现在起一律拒绝")
    return redirect("bank_keys:show", key.pk)


def _key_or_404(request: ActorRequest, key_id: int) -> BankKey:
    key = keys.keys_visible_to(request.actor).filter(pk=key_id).first()
    if key is None:
        raise Http404
    return key
