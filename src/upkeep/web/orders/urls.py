"""Addresses of withdrawal orders (维修支取任务单)."""

from django.urls import path

from upkeep.web.orders import areas, confirming, filling, letters, lists, signatures

app_name = "orders"

urlpatterns = [
    path("", lists.applied_list, name="list"),
    path("returned/", lists.returned_list, name="returned"),
    path("withdraw/", lists.withdraw, name="withdraw"),
    path("new/", areas.choose, name="new"),
    path("begin/", areas.begin, name="begin"),
    path("<str:number>/", lists.show, name="show"),
    path("<str:number>/fill/", filling.fill, name="fill"),
    path("<str:number>/buildings/<int:building_id>/", filling.houses, name="houses"),
    path("<str:number>/drop/", filling.drop, name="drop"),
    path("<str:number>/confirm/", confirming.confirm, name="confirm"),
    path("<str:number>/done/", confirming.done, name="done"),
    path("<str:number>/shares/", lists.shares, name="shares"),
    path("<str:number>/letters/", letters.letters, name="letters"),
    path("<str:number>/signatures/", signatures.signatures, name="signatures"),
    path("<str:number>/signatures/scan/", signatures.scan, name="scan"),
    path("<str:number>/signatures/scan/<int:evidence_id>/", signatures.show_scan, name="show_scan"),
    path("<str:number>/signatures/close/", signatures.close, name="close"),
]
