"""Addresses of one's own profile."""

from django.urls import path

from upkeep.web.profile import own

app_name = "profile"
urlpatterns = [
    path("", own.own, name="own"),
]
