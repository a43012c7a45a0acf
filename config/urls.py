"""Addresses: one include per portal."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from upkeep.web.health import healthz
from upkeep.web.messaging.demo import demo_outbox

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("upkeep.web.public.urls")),
    path("", include("upkeep.web.keys.urls")),
    path("healthz", healthz, name="healthz"),
    path("cases/", include("upkeep.web.cases.urls")),
    path("jobs/", include("upkeep.web.jobs.urls")),
    path("areas/", include("upkeep.web.estate.urls")),
    path("service/", include("upkeep.web.service.urls")),
    path("owners/", include("upkeep.web.owners.urls")),
    path("deposits/", include("upkeep.web.deposits.urls")),
    path("transactions/", include("upkeep.web.transactions.urls")),
    path("payments/", include("upkeep.web.payments.urls")),
    path("handover/", include("upkeep.web.handover.urls")),
    path("reconciliation/", include("upkeep.web.reconciliation.urls")),
    path("policies/", include("upkeep.web.policies.urls")),
    path("projects/", include("upkeep.web.projects.urls")),
    path("orders/", include("upkeep.web.orders.urls")),
    path("messages/", include("upkeep.web.messaging.urls")),
    path("profile/", include("upkeep.web.profile.urls")),
    path("organisation/", include("upkeep.web.organisation.urls")),
    path("office/", include("upkeep.web.office.urls")),
    path("", include("upkeep.web.site.urls")),
    path("bank/", include("upkeep.web.bank.urls")),
    path("api/bank/v1/", include("upkeep.web.bank_api.api_urls")),
    path("bank-keys/", include("upkeep.web.bank_api.key_urls")),
    path("owner/", include("upkeep.web.owner.urls")),
    path("accounting/", include("upkeep.web.accounting.urls")),
    path("administration/", include("upkeep.web.administration.urls")),
    path("closing/", include("upkeep.web.closing.urls")),
    path("earnings/", include("upkeep.web.earnings.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("components/", include("upkeep.web.gallery")))
    urlpatterns.append(path("outbox/", demo_outbox, name="demo_outbox"))

handler400 = "upkeep.web.errors.bad_request"
handler403 = "upkeep.web.errors.forbidden"
handler404 = "upkeep.web.errors.not_found"
handler500 = "upkeep.web.errors.server_error"
