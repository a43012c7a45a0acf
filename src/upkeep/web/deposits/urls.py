"""Addresses of the deposit pages."""

from django.urls import path

from upkeep.web.deposits import (
    arrears,
    house,
    houses,
    letters,
    notice_batches,
    plans,
    receipt_books,
    receipts,
    slips,
    state,
)

app_name = "deposits"

urlpatterns = [
    path("slips/", slips.slip_list, name="slips"),
    path("slips/export/", slips.export, name="export_slips"),
    path("slips/print/", notice_batches.print_many, name="print_slips"),
    path("slips/prints/<int:print_id>/", notice_batches.batch_print, name="batch_print"),
    path("slips/of/<str:number>/", slips.case_slips, name="case_slips"),
    path("slips/<str:number>/", slips.show, name="slip"),
    path("slips/<str:number>/print/", slips.print_notice, name="print_slip"),
    path("slips/<str:number>/prints/<int:print_id>/", slips.show_print, name="slip_print"),
    path("slips/<str:number>/void/", slips.void, name="void_slip"),
    path("slips/<str:number>/reissue/", slips.reissue, name="reissue_slip"),
    path("slips/<str:number>/receipts/", receipts.issue, name="issue_receipts"),
    path("slips/<str:number>/receipts/pdf/", receipts.print_all, name="print_receipts"),
    path("slips/<str:number>/receipts/pdf/<int:print_id>/", receipts.show_all, name="receipts_print"),
    path("receipts/", receipts.receipts_page, name="receipts"),
    path("receipts/export/", receipts.export, name="export_receipts"),
    path("receipts/books/", receipt_books.books, name="receipt_books"),
    path("receipts/books/<int:book_id>/close/", receipt_books.close, name="close_receipt_book"),
    path("receipts/missing/", receipt_books.issue_missing, name="issue_missing"),
    path("receipts/<int:receipt_id>/print/", receipts.print_receipt, name="print_receipt"),
    path("receipts/<int:receipt_id>/pdf/<int:print_id>/", receipts.show_print, name="receipt_print"),
    path("receipts/<int:receipt_id>/void/", receipts.void, name="void_receipt"),
    path("state/", state.areas, name="state"),
    path("houses/", houses.house_list, name="houses"),
    path("houses/export/", houses.export_houses, name="export_houses"),
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
