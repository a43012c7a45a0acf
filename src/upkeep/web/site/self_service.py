"""业主自主办理区: a house by its address, then 交款 or 退款, with 未备案房屋交款 beside it (D3, D4, D5, P2).

Source: manual 002 快捷服务 1. The list shows addresses and nothing else. What a house has is shown, and a form begun, once
the visitor has proved himself (`web/site/proving.py`), or at once after the picture where the city's policy opens it.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.signing import TimestampSigner
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from upkeep.casework import engine
from upkeep.casework.models import Case
from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import State
from upkeep.deposits.payer_form import due_facts, due_now
from upkeep.deposits.queries import live_slip, not_payable
from upkeep.estate import owner_cases
from upkeep.estate.models import House
from upkeep.estate.public_queries import houses_by_address
from upkeep.estate.queries import areas_in_city, owner_names
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import EVERYONE, Role
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.reach import page_url
from upkeep.web.middleware import GUEST_CASES
from upkeep.web.public.notices import city_or_404
from upkeep.web.site import asking, proof
from upkeep.web.site.frame import frame, offices_of
from upkeep.web.site.guides import BEGUN_ON_THE_SITE, start_url, started_by

#: What a row of the list offers, in this order: the word of manual 002 and the procedure that it begins.
ACTS = {"deposit": ("交款", "owner_deposit"), "refund": ("退款", "owner_refund")}
UNREGISTERED = "unregistered_deposit"
_VISITORS = frozenset({Role.OWNER, Role.PUBLIC})
#: How many addresses are listed; whoever finds more has to say more.
MOST_LISTED = 20
MOST_AREAS = 20
#: How long a row of the list may be clicked, in seconds.
LIST_LASTS = 1_800
signer = TimestampSigner(salt="upkeep.web.site.self_service")


class SearchForm(forms.Form):
    """房屋地址."""

    q = forms.CharField(label="房屋地址", min_length=4, max_length=100)


Offered = dict[Procedure, frozenset[Role]]


def offered_in(city: Jurisdiction) -> Offered:
    """What owners and visitors may begin in the city, and who of them."""
    return {
        one: starters
        for one, starters in started_by(city, on=timezone.localdate()).items()
        if (one.in_menu or one.code in BEGUN_ON_THE_SITE) and starters & _VISITORS and "registration" not in one.code
    }


def acts_of(offered: Offered) -> dict[str, str]:
    """What the rows of the list offer: act and word."""
    codes = {one.code for one in offered}
    return {act: title for act, (title, code) in ACTS.items() if code in codes}


def _has_unregistered(offered: Offered) -> bool:
    return any(one.code == UNREGISTERED for one in offered)


@access(*EVERYONE)
@never_cache
@require_safe
def self_service(request: ActorRequest, city: str) -> HttpResponse:
    """The search box; with an address typed, the houses that it may mean; and the other businesses of owners."""
    found = city_or_404(request, city)
    offered = offered_in(found)
    context = frame(found) | {
        "address": request.GET.get("q", "")[:100],
        "acts": acts_of(offered),
        "has_unregistered": _has_unregistered(offered),
        "offered": [(one, start_url(one, starters, found)) for one, starters in offered.items()],
        "offices": offices_of(found),
    }
    if "q" not in request.GET:
        return render(request, "site/self_service.html", context)
    form = SearchForm(request.GET)
    if not form.is_valid():
        said = "请填写小区名称，加上楼栋或房号，例如：江南名邸 1幢 501"
        return render(request, "site/self_service.html", context | {"said": said}, status=400)
    if asking.is_too_often(request):
        return render(request, "site/self_service.html", context | {"said": asking.TOO_OFTEN}, status=429)
    houses = houses_by_address(form.cleaned_data["q"], city_id=found.pk, most=MOST_LISTED + 1)
    context |= {
        "rows": [(house, signer.sign(str(house.pk))) for house in houses[:MOST_LISTED]],
        "searched": True,
        "more": len(houses) > MOST_LISTED,
    }
    return render(request, "site/self_service.html", context)


@access(*EVERYONE)
@never_cache
@require_safe
def house_page(request: ActorRequest, city: str) -> HttpResponse:
    """The house that was proved: what it owes or has, and what may be begun for it."""
    found, proved = city_or_404(request, city), proof.proof(request)
    if proved is None:
        return _again(request, found)
    house, acts = proved.house, acts_of(offered_in(found))
    is_open = public_query_rule(jurisdiction_id=found.pk, on=timezone.localdate()).mode == "OPEN_MASKED"
    reason = not_payable(house)
    slip = live_slip(house.pk)
    context = frame(found) | {
        "house": house,
        "owners": owner_names([house.pk]).get(house.pk, "") if proved.as_owner else "",
        "is_open": is_open,
        "facts": () if reason else _due(house),
        "reason": reason,
        "slip": slip if slip and slip.house_count == 1 else None,
        "may_deposit": "deposit" in acts and not reason,
        "may_refund": "refund" in acts and proved.as_owner,
    }
    return render(request, "site/self_service_house.html", context)


def _due(house: House) -> Any:
    try:
        return due_facts(house, due_now(house, on=timezone.localdate()))
    except Refusal:
        return ()


def _again(request: ActorRequest, city: Jurisdiction) -> HttpResponse:
    messages.info(request, "请先查找房屋并核对身份；核对结果保留 30 分钟")
    return redirect("site:self_service", city.slug)


@access(*EVERYONE)
@require_POST
def begin(request: ActorRequest, city: str, act: str) -> HttpResponse:
    """Begin 交款 or 退款 for the house that was proved."""
    found = city_or_404(request, city)
    if act not in ACTS or proof.proof(request) is None:
        return _again(request, found)
    return begin_proved(request, act)


def begin_proved(request: ActorRequest, act: str) -> HttpResponse:
    """Open the form for the proved house, or go on with the one that this visit has begun; else say why not."""
    proved, (_, code) = proof.proof(request), ACTS[act]
    assert proved is not None
    back = redirect("site:house", request.city.slug)
    if act not in acts_of(offered_in(request.city)) or (act == "refund" and not proved.as_owner):
        messages.error(request, "该业务须由登记的业主办理，请核对业主身份，或携带证件到窗口办理")
        return back
    if act == "deposit" and not_payable(proved.house):
        return back
    begun = _begun_before(request, code, proved.house)
    if begun is not None:
        return redirect(page_url(begun, 1))
    case = _start(request, code, owner_cases.begun_for(proved.house))
    return redirect(page_url(case, 1)) if case else back


def _begun_before(request: ActorRequest, code: str, house: House) -> Case | None:
    """A draft for this house that the visitor has not finished."""
    if not request.actor.is_anonymous:
        return None
    drafts = Case.objects.filter(pk__in=request.actor.guest_cases, procedure=code, state=State.DRAFT)
    wanted = owner_cases.begun_for(house)
    return next((one for one in drafts if {key: one.data.get(key) for key in wanted} == wanted), None)


def _start(request: ActorRequest, code: str, data: dict[str, Any]) -> Case | None:
    """A draft that the visit remembers; None when it is refused, which the visitor is told."""
    try:
        case = engine.start(
            register[code], by=request.actor, at=timezone.now(), jurisdiction_id=request.city.pk, data=data
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return None
    if request.actor.is_anonymous:
        request.session[GUEST_CASES] = [*request.session.get(GUEST_CASES, []), case.pk][-20:]
    return case


class AreaForm(forms.Form):
    """小区名称."""

    q = forms.CharField(label="小区名称", max_length=50, required=False)


@access(*EVERYONE)
@require_safe
def unregistered(request: ActorRequest, city: str) -> HttpResponse:
    """未备案房屋交款: the area first, by its name; each row begins the form."""
    found = city_or_404(request, city)
    text = request.GET.get("q", "").strip()[:50]
    areas = list(areas_in_city(city_id=found.pk, text=text)[: MOST_AREAS + 1]) if text else []
    context = frame(found) | {
        "area_name": text,
        "areas": areas[:MOST_AREAS],
        "more": len(areas) > MOST_AREAS,
        "is_open": _has_unregistered(offered_in(found)),
        "crumb": "业主自主办理区",
    }
    return render(request, "site/unregistered.html", context)


@access(*EVERYONE)
@require_POST
def begin_unregistered(request: ActorRequest, city: str, number: str) -> HttpResponse:
    """未备案交款 in the area of that number."""
    found = city_or_404(request, city)
    area = areas_in_city(city_id=found.pk).filter(number=number).first()
    back = redirect("site:unregistered", found.slug)
    if area is None or not _has_unregistered(offered_in(found)):
        messages.error(request, "该小区不能网上办理未备案房屋交款，请到窗口办理")
        return back
    if asking.is_too_often(request):
        messages.error(request, asking.TOO_OFTEN)
        return back
    case = _start(request, UNREGISTERED, {"area": str(area.pk)})
    return redirect(page_url(case, 1)) if case else back
