"""Addresses of the payment pages."""

from django.urls import path

from upkeep.web.payments import changing, payouts, showing

app_name = "payments"

urlpatterns = [
    path("orders/", showing.order_list, name="orders"),
    path("orders/export/", showing.export, name="export_orders"),
    path("orders/<str:number>/", showing.show, name="order"),
    path("orders/<str:number>/print/", showing.print_order, name="print_order"),
    path("orders/<str:number>/prints/<int:print_id>/", showing.show_print, name="order_print"),
    path("orders/<str:number>/reissue/", changing.reissue, name="reissue"),
    path("orders/<str:number>/void/", changing.void, name="void"),
    path("payouts/", payouts.payout_list, name="payouts"),
    path("payouts/<int:payout_id>/", payouts.payout, name="payout"),
    path("payouts/<int:payout_id>/order/", payouts.order_payout, name="order_payout"),
]
