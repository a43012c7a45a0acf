"""Addresses of the pages about owners."""

from django.urls import path

from upkeep.web.owners import correcting, records, searching, starting, viewing

app_name = "owners"

urlpatterns = [
    path("", searching.search, name="search"),
    path("records/", records.record_list, name="records"),
    path("records/export/", records.export, name="export_records"),
    path("views/", viewing.view_list, name="views"),
    path("views/export/", viewing.export, name="export_views"),
    path("houses/<int:house_id>/bind/", starting.bind, name="bind"),
    path("houses/<int:house_id>/transfer/", starting.transfer, name="transfer"),
    path("houses/<int:house_id>/deposit/", starting.deposit, name="deposit"),
    path("areas/<int:area_id>/bind/", starting.bind_area, name="bind_area"),
    path("areas/<int:area_id>/change/", starting.change_area, name="change_area"),
    path("<int:ownership_id>/full/", viewing.full, name="full"),
    path("<int:ownership_id>/correct/", correcting.correct, name="correct"),
    path("<int:ownership_id>/correct/paper/", starting.correct_paper, name="correct_paper"),
]
