"""Addresses of this portal."""

from django.urls import path

from upkeep.web.bank import counter, home, lists, reversals

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
    path("done/<str:number>/reverse/", reversals.ask, name="ask_reversal"),
    path("orders/", lists.orders, name="orders"),
    path("journal/", lists.journal, name="journal"),
    path("journal/export/", lists.export_journal, name="export_journal"),
    path("journal/print/", lists.print_journal, name="print_journal"),
    path("journal/<str:day>/prints/<int:print_id>/", lists.show_journal_print, name="journal_print"),
    path("reversals/", reversals.reversal_list_page, name="reversals"),
    path("reversals/<int:reversal_id>/", reversals.show, name="reversal"),
    path("reversals/<int:reversal_id>/decide/", reversals.decide, name="decide_reversal"),
    path("reversals/<int:reversal_id>/print/", reversals.print_reversal, name="print_reversal"),
    path("reversals/<int:reversal_id>/prints/<int:print_id>/", reversals.show_print, name="reversal_print"),
]
