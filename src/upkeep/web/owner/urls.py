"""Addresses of this portal."""

from django.urls import path

from upkeep.web.owner import account, area, home, house, objecting, paying, votes

app_name = "owner"
urlpatterns = [
    path("", home.home, name="home"),
    path("bind/", home.bind, name="bind"),
    path("account/", account.account, name="account"),
    path("cases/", area.cases, name="cases"),
    path("houses/<int:house_id>/", house.show, name="house"),
    path("houses/<int:house_id>/movements/", house.movements, name="movements"),
    path("houses/<int:house_id>/repairs/", house.repairs, name="repairs"),
    path("houses/<int:house_id>/receipts/", house.receipts, name="receipts"),
    path("houses/<int:house_id>/receipts/<int:receipt_id>/", house.print_receipt, name="print_receipt"),
    path("houses/<int:house_id>/receipts/<int:receipt_id>/pdf/<int:print_id>/", house.receipt_print, name="receipt"),
    path("houses/<int:house_id>/statement/", house.statement, name="statement"),
    path("houses/<int:house_id>/statement/<int:print_id>/", house.statement_print, name="statement_print"),
    path("houses/<int:house_id>/pay/", paying.pay, name="pay"),
    path("houses/<int:house_id>/pay/code/", paying.slip_code, name="slip_code"),
    path("houses/<int:house_id>/pay/slip/", paying.print_slip, name="print_slip"),
    path("houses/<int:house_id>/pay/slip/<int:print_id>/", paying.slip_print, name="slip"),
    path("houses/<int:house_id>/refund/", paying.refund, name="refund"),
    path("houses/<int:house_id>/begin/<slug:code>/", paying.begin, name="begin"),
    path("areas/<int:area_id>/", area.show, name="area"),
    path("areas/<int:area_id>/finances/", area.finances, name="finances"),
    path("areas/<int:area_id>/notices/", area.notices, name="notices"),
    path("notices/<str:number>/", objecting.objection, name="objection"),
    path("areas/<int:area_id>/votes/", votes.votes, name="votes"),
    path("votes/<int:vote_id>/", votes.show, name="vote"),
    path("votes/<int:vote_id>/ballot/", votes.cast, name="cast"),
    path("votes/<int:vote_id>/objection/", votes.object_to, name="vote_objection"),
    path("votes/<int:vote_id>/receipts/<str:number>/", votes.receipt, name="vote_receipt"),
    path("votes/<int:vote_id>/receipts/<str:number>/print/", votes.print_receipt, name="print_vote_receipt"),
    path("votes/<int:vote_id>/receipts/<str:number>/pdf/<int:print_id>/", votes.receipt_pdf, name="vote_receipt_pdf"),
    path("votes/<int:vote_id>/houses/<int:house_id>/proxy/", votes.delegate, name="vote_proxy"),
    path("votes/<int:vote_id>/houses/<int:house_id>/proxy/end/", votes.end_proxy, name="end_vote_proxy"),
]
