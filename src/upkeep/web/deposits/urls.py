"""Addresses of the deposit pages."""

from django.urls import path

from upkeep.web.deposits import arrears, house, letters, plans, receipts, slips, state

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
    path("arrears/", arrears.area_list, name="arrears"),
    path("arrears/export/", arrears.export, name="export_arrears"),
    path("arrears/<int:area_id>/", arrears.show, name="arrears_of"),
    path("arrears/<int:area_id>/plan/", arrears.begin_plan, name="begin_plan"),
    path("plans/", plans.plan_list, name="plans"),
    path("plans/<str:number>/", plans.show, name="plan"),
    path("plans/<str:number>/ask/", plans.ask_again, name="ask_again"),
    path("plans/<str:number>/end/", plans.end, name="end_plan"),
    path("letters/", letters.batch_list, name="letters"),
    path("letters/<str:number>/", letters.show, name="letter_batch"),
    path("letters/<str:number>/pdf/", letters.batch_pdf, name="letter_batch_pdf"),
    path("letter/<str:number>/print/", letters.print_letter, name="print_letter"),
    path("letter/<str:number>/prints/<int:print_id>/", letters.show_print, name="letter_print"),
    path("prices/<int:house_id>/", house.price, name="note_price"),
]
