"""Addresses of 政策设置."""

from django.urls import path

from upkeep.web.policies import changing, deciding, showing, starting

app_name = "policies"
urlpatterns = [
    path("", showing.overview, name="overview"),
    path("changes/", showing.changes, name="changes"),
    path("changes/<int:change_id>/", showing.change, name="change"),
    path("changes/<int:change_id>/decide/", deciding.decide, name="decide"),
    path("<int:jurisdiction_id>/", showing.of_jurisdiction, name="jurisdiction"),
    path("<int:jurisdiction_id>/preset/", starting.preset, name="preset"),
    path("<int:jurisdiction_id>/<slug:kind>/", showing.detail, name="detail"),
    path("<int:jurisdiction_id>/<slug:kind>/edit/", changing.edit, name="edit"),
    path("<int:jurisdiction_id>/<slug:kind>/inherit/", changing.inherit, name="inherit"),
    path("<int:jurisdiction_id>/<slug:kind>/withdraw/", changing.withdraw, name="withdraw"),
]
