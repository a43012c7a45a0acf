"""Addresses of the books: /accounting/."""

from django.urls import path

from upkeep.web.accounting import ledgers, vouchers

app_name = "accounting"
urlpatterns = [
    path("balances/", ledgers.balances, name="balances"),
    path("ledger/", ledgers.ledger, name="ledger"),
    path("vouchers/", vouchers.voucher_list, name="vouchers"),
    path("vouchers/numbers/", vouchers.give_numbers, name="give_numbers"),
    path("vouchers/<int:entry_id>/", vouchers.voucher, name="voucher"),
]
