"""Addresses of transactions and statements."""

from django.urls import path

from upkeep.web.transactions import annual, house, listing

app_name = "transactions"
urlpatterns = [
    path("", listing.transactions, name="list"),
    path("export/", listing.export, name="export"),
    path("annual/", annual.annual, name="annual"),
    path("annual/make/", annual.make, name="make_annual"),
    path("annual/<int:area_id>/<int:print_id>/", annual.annual_print, name="annual_print"),
    path("houses/<int:house_id>/", house.statement, name="statement"),
    path("houses/<int:house_id>/prints/<int:print_id>/", house.statement_print, name="statement_print"),
]
