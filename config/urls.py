"""Addresses: one include per portal."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from upkeep.web.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("upkeep.web.public.urls")),
    path("healthz", healthz, name="healthz"),
    path("cases/", include("upkeep.web.cases.urls")),
    path("jobs/", include("upkeep.web.jobs.urls")),
    path("areas/", include("upkeep.web.estate.urls")),
    path("service/", include("upkeep.web.service.urls")),
    path("deposits/", include("upkeep.web.deposits.urls")),
    path("payments/", include("upkeep.web.payments.urls")),
    path("projects/", include("upkeep.web.projects.urls")),
    path("organisation/", include("upkeep.web.organisation.urls")),
    path("office/", include("upkeep.web.office.urls")),
    path("bank/", include("upkeep.web.bank.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("components/", include("upkeep.web.gallery")))

handler400 = "upkeep.web.errors.bad_request"
handler403 = "upkeep.web.errors.forbidden"
handler404 = "upkeep.web.errors.not_found"
handler500 = "upkeep.web.errors.server_error"
