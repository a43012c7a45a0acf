"""Small pages for everyone."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from upkeep.parties.roles import EVERYONE
from upkeep.web.access import ActorRequest, access
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
def agreement(request: ActorRequest) -> HttpResponse:
    """《机构注册协议》, which registration asks to be read and ticked."""
    return render(request, "public/agreement.html")
