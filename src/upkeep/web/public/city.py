"""The first page of a city for everyone: what can be done without an account, what is made public, where to log in."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.identity.registering import kinds_by_way
from upkeep.parties.models import OrganisationKind
from upkeep.parties.roles import EVERYONE
from upkeep.policy.public_query_rule import public_query_rule
from upkeep.publishing.models import Column
from upkeep.publishing.queries import public_notices
from upkeep.publishing.reading import columns_of
from upkeep.web.access import ActorRequest, access
from upkeep.web.public.notices import city_or_404
from upkeep.web.site.frame import column_url, frame, offices_of
from upkeep.web.site.guides import guides_of

#: How many lines a column has on the first page.
LINES = 6
_KINDS = (OrganisationKind.DEVELOPER, OrganisationKind.PROPERTY_COMPANY, OrganisationKind.OWNERS_COMMITTEE)


@access(*EVERYONE)
@require_safe
def home(request: ActorRequest, city: str) -> HttpResponse:
    """公众服务: quick services, columns, notices, registration and login, the windows."""
    found, on = city_or_404(request, city), timezone.localdate()
    columns = columns_of(city_id=found.pk, at=timezone.now(), most=LINES)
    context = frame(found, here="首页") | {
        "notices": public_notices(city_id=found.pk, on=on, is_open=True)[:LINES],
        "asks_enrolment": bool(kinds_by_way(jurisdiction_id=found.pk, on=on, is_unverified_first=True)),
        "kinds": [kind.label for kind in _KINDS],
        "columns": [(column.label, column_url(found, column), rows) for column, rows in columns.items()],
        "guides": [one for group in guides_of(found) for one in group.procedures][:LINES],
        "guides_url": column_url(found, Column.GUIDE),
        "is_open": public_query_rule(jurisdiction_id=found.pk, on=on).mode == "OPEN_MASKED",
        "offices": offices_of(found),
    }
    return render(request, "public/city.html", context)
