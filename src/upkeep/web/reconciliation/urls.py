"""Addresses of the reconciliation pages."""

from django.urls import path, register_converter

from upkeep.web.reconciliation import adjusting, by_hand, days, differences, overview, uploading
from upkeep.web.reconciliation.reach import DayConverter

register_converter(DayConverter, "iso_day")
app_name = "reconciliation"

urlpatterns = [
    path("", overview.accounts, name="accounts"),
    path("upload/", uploading.upload, name="upload"),
    path("upload/template/", uploading.template, name="template"),
    path("differences/", differences.listing, name="differences"),
    path("differences/join/", by_hand.join_chosen, name="join"),
    path("lines/<int:line_id>/", differences.line, name="line"),
    path("movements/<int:movement_id>/", differences.movement, name="movement"),
    path("acts/<int:act_id>/", differences.decide_act, name="decide"),
    path("matches/<int:match_id>/take-apart/", by_hand.take_match_apart, name="take_apart"),
    path("<int:custody_id>/", days.statements, name="statements"),
    path("<int:custody_id>/match/", days.match_again, name="match"),
    path("<int:custody_id>/<iso_day:on>/", days.day, name="day"),
    path("<int:custody_id>/<iso_day:on>/adjustment/", adjusting.show, name="adjustment"),
    path("<int:custody_id>/<iso_day:on>/adjustment/print/", adjusting.print_table, name="print_adjustment"),
    path(
        "<int:custody_id>/<iso_day:on>/adjustment/prints/<int:print_id>/",
        adjusting.show_print,
        name="adjustment_print",
    ),
]
