"""Small pages for everyone."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.identity.agreement import agreement_in_force, get_agreement
from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.shell import home_url


@access(*EVERYONE)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """`/`: to one's own portal, without one to the city's page; strangers to the login."""
    if request.actor.is_anonymous:
        return redirect("public:login")
    home = home_url(request.actor.portal)
    return redirect(home) if home != request.path else redirect("public:city", request.city.slug)


@access(*EVERYONE)
@require_safe
def old_browser(request: ActorRequest) -> HttpResponse:
    """Tells what to install; needs neither JavaScript nor modern CSS."""
    return render(request, "public/old_browser.html")


@access(*EVERYONE)
@require_safe
def agreement(request: ActorRequest, city: str) -> HttpResponse:
    """《机构注册协议》, which registration asks to be read and ticked; `version`: an older one that a case accepted."""
    found, wanted = city_or_404(request, city), request.GET.get("version", "")
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 19:
        shown = get_agreement(int(wanted), jurisdiction_id=found.pk)
    else:
        shown = agreement_in_force(jurisdiction_id=found.pk, on=timezone.localdate())
    if shown is None:
        raise Http404
    return render(request, "public/agreement.html", {"city": found, "agreement": shown})
