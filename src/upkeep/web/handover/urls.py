"""Addresses of the hand-over pages."""

from django.urls import path

from upkeep.web.handover import filings, pages

app_name = "handover"

urlpatterns = [
    path("", pages.listing, name="list"),
    path("areas/<int:area_id>/new/", pages.new, name="new"),
    path("filings/", filings.listing, name="filings"),
    path("filings/new/<int:area_id>/", filings.new, name="new_filing"),
    path("<str:number>/", pages.show, name="show"),
    path("<str:number>/decide/", pages.decide, name="decide"),
]
