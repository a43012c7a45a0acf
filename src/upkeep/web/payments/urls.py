"""Addresses of the payment pages."""

from django.urls import path

from upkeep.web.payments import batches, changing, payouts, refunds, showing

app_name = "payments"

urlpatterns = [
    path("orders/", showing.order_list, name="orders"),
    path("orders/export/", showing.export, name="export_orders"),
    path("orders/<str:number>/", showing.show, name="order"),
    path("orders/<str:number>/print/", showing.print_order, name="print_order"),
    path("orders/<str:number>/prints/<int:print_id>/", showing.show_print, name="order_print"),
    path("orders/<str:number>/reissue/", changing.reissue, name="reissue"),
    path("orders/<str:number>/void/", changing.void, name="void"),
    path("refunds/", refunds.refund_list, name="refunds"),
    path("refunds/waiting/", refunds.waiting, name="refunds_waiting"),
    path("refunds/new/", refunds.refund_house, name="refund_house"),
    path("refunds/new/<int:house_id>/", refunds.begin, name="begin_refund"),
    path("refunds/<int:refund_id>/", refunds.refund, name="refund"),
    path("refunds/<int:refund_id>/give-up/", refunds.give_up, name="give_up_refund"),
    path("payouts/", payouts.payout_list, name="payouts"),
    path("payouts/export/", payouts.export, name="export_payouts"),
    path("payouts/batches/", batches.batch_list, name="batches"),
    path("payouts/batches/new/", batches.new_batch, name="new_batch"),
    path("payouts/batches/new/template/", batches.template, name="batch_template"),
    path("payouts/batches/new/import/", batches.import_batch, name="import_batch"),
    path("payouts/batches/<str:number>/", batches.batch, name="batch"),
    path("payouts/batches/<str:number>/issue/", batches.issue_batch, name="issue_batch"),
    path("payouts/batches/<str:number>/return/", batches.return_batch, name="return_batch"),
    path("payouts/<int:payout_id>/", payouts.payout, name="payout"),
    path("payouts/<int:payout_id>/order/", payouts.order_payout, name="order_payout"),
]
