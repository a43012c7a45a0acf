"""Addresses of this portal."""

from django.urls import path

from upkeep.web.office import home

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
]
