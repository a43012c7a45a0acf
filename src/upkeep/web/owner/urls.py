"""Addresses of this portal."""

from django.urls import path

from upkeep.web.owner import account, home

app_name = "owner"
urlpatterns = [
    path("", home.home, name="home"),
    path("bind/", home.bind, name="bind"),
    path("account/", account.account, name="account"),
]
