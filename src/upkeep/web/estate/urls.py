"""Addresses of the register's pages."""

from django.urls import path

from upkeep.web.estate import facilities, houses, views

app_name = "estate"

urlpatterns = [
    path("", views.area_list, name="areas"),
    path("export/", views.export_areas, name="export_areas"),
    path("search/", views.search, name="search"),
    path("<int:area_id>/", views.show_area, name="area"),
    path("<int:area_id>/committee/", views.bind_committee, name="bind_committee"),
    path("<int:area_id>/export/", views.export_houses, name="export_houses"),
    path("facilities/", facilities.facility_list, name="facilities"),
    path("facilities/late/", facilities.late_facilities, name="late_facilities"),
    path("facilities/<int:facility_id>/", facilities.show_facility, name="facility"),
    path("facilities/<int:facility_id>/correct/", facilities.correct_facility, name="correct_facility"),
    path("facilities/<int:facility_id>/retire/", facilities.retire_facility, name="retire_facility"),
    path("<int:area_id>/facilities/add/", facilities.add_facility, name="add_facility"),
    path("<int:area_id>/facilities/move/", facilities.move_facilities, name="move_facilities"),
    path("houses/", houses.house_list, name="houses"),
    path("houses/export/", houses.export_found, name="export_found_houses"),
    path("houses/<int:house_id>/", houses.show_house, name="house"),
]
