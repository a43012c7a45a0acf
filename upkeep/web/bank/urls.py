"""Addresses of this portal."""

from django.urls import path

from upkeep.web.bank import home

app_name = "bank"
urlpatterns = [
    path("", home.home, name="home"),
]
