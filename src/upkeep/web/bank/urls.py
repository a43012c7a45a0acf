"""Addresses of this portal."""

from django.urls import path

from upkeep.web.bank import counter, home, lists

app_name = "bank"
urlpatterns = [
    path("", home.home, name="home"),
    path("counter/", counter.counter, name="counter"),
    path("counter/", counter.counter, name="search"),
    path("counter/confirm/", counter.confirm, name="confirm"),
    path("counter/fail/", counter.fail, name="fail"),
    path("done/<str:number>/", counter.done, name="done"),
    path("done/<str:number>/print/", counter.print_slip, name="print_slip"),
    path("done/<str:number>/prints/<int:print_id>/", counter.show_print, name="print"),
    path("orders/", lists.orders, name="orders"),
    path("journal/", lists.journal, name="journal"),
    path("journal/export/", lists.export_journal, name="export_journal"),
]
