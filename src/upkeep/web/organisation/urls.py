"""Addresses of this portal."""

from django.urls import path

from upkeep.web.organisation import home

app_name = "organisation"
urlpatterns = [
    path("", home.home, name="home"),
]
