"""Addresses of the register's pages."""

from django.urls import path

from upkeep.web.estate import houses, views

app_name = "estate"

urlpatterns = [
    path("", views.area_list, name="areas"),
    path("export/", views.export_areas, name="export_areas"),
    path("search/", views.search, name="search"),
    path("<int:area_id>/", views.show_area, name="area"),
    path("<int:area_id>/committee/", views.bind_committee, name="bind_committee"),
    path("<int:area_id>/export/", views.export_houses, name="export_houses"),
    path("houses/<int:house_id>/", houses.show_house, name="house"),
]
