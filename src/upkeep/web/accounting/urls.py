"""Addresses of the books: /accounting/."""

from django.urls import path

from upkeep.web.accounting import exports, ledgers, manual, openings, printing, vouchers

app_name = "accounting"
urlpatterns = [
    path("balances/", ledgers.balances, name="balances"),
    path("ledger/", ledgers.ledger, name="ledger"),
    path("vouchers/", vouchers.voucher_list, name="vouchers"),
    path("vouchers/numbers/", vouchers.give_numbers, name="give_numbers"),
    path("vouchers/<int:entry_id>/", vouchers.voucher, name="voucher"),
    path("vouchers/<int:entry_id>/print/", printing.print_voucher, name="print_voucher"),
    path("vouchers/print/", printing.print_month, name="print_month"),
    path("books/<int:book_id>/prints/<int:print_id>/", printing.book_print, name="book_print"),
    path("manual/", manual.manual_list, name="manual"),
    path("manual/new/", manual.write, name="write_manual"),
    path("manual/<str:number>/", manual.show, name="manual_voucher"),
    path("manual/<str:number>/edit/", manual.write, name="edit_manual"),
    path("manual/<str:number>/submit/", manual.submit, name="submit_manual"),
    path("manual/<str:number>/drop/", manual.drop, name="drop_manual"),
    path("manual/<str:number>/approve/", manual.approve, name="approve_manual"),
    path("manual/<str:number>/return/", manual.send_back, name="return_manual"),
    path("manual/<str:number>/reverse/", manual.reverse, name="reverse_manual"),
    path("openings/", openings.opening_list, name="openings"),
    path("openings/new/", openings.new_opening, name="new_opening"),
    path("openings/table/", openings.template, name="opening_table"),
    path("openings/<str:number>/", openings.show, name="opening"),
    path("openings/<str:number>/faults/", openings.faults, name="opening_faults"),
    path("openings/<str:number>/accept/", openings.accept, name="accept_opening"),
    path("openings/<str:number>/return/", openings.send_back, name="return_opening"),
    path("exports/", exports.export_page, name="exports"),
    path("exports/table/", exports.export_table, name="export_table"),
    path("exports/journal/", exports.export_journal, name="export_journal"),
    path("exports/dictionary/", exports.dictionary, name="dictionary"),
]
