"""Addresses of the deposit pages."""

from django.urls import path

from upkeep.web.deposits import houses, receipts, slips, state

app_name = "deposits"

urlpatterns = [
    path("slips/", slips.slip_list, name="slips"),
    path("slips/export/", slips.export, name="export_slips"),
    path("slips/<str:number>/", slips.show, name="slip"),
    path("slips/<str:number>/print/", slips.print_notice, name="print_slip"),
    path("slips/<str:number>/prints/<int:print_id>/", slips.show_print, name="slip_print"),
    path("slips/<str:number>/void/", slips.void, name="void_slip"),
    path("slips/<str:number>/receipts/", receipts.issue, name="issue_receipts"),
    path("receipts/", receipts.receipt_list, name="receipts"),
    path("receipts/<int:receipt_id>/print/", receipts.print_receipt, name="print_receipt"),
    path("receipts/<int:receipt_id>/pdf/<int:print_id>/", receipts.show_print, name="receipt_print"),
    path("receipts/<int:receipt_id>/void/", receipts.void, name="void_receipt"),
    path("state/", state.areas, name="state"),
    path("houses/", houses.house_list, name="houses"),
    path("houses/export/", houses.export_houses, name="export_houses"),
]
