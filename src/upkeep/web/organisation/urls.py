"""Addresses of this portal."""

from django.urls import path

from upkeep.web.organisation import data, home, users

app_name = "organisation"
urlpatterns = [
    path("", home.home, name="home"),
    path("change/", data.change, name="change"),
    path("change/check/", data.check, name="check"),
    path("history/", data.history, name="history"),
    path("users/", users.user_list, name="users"),
    path("users/new/", users.add, name="add_user"),
    path("users/<int:user_id>/", users.show, name="user"),
    path("users/<int:user_id>/edit/", users.edit, name="edit_user"),
    path("users/<int:user_id>/deactivate/", users.deactivate, name="deactivate_user"),
    path("users/<int:user_id>/reactivate/", users.reactivate, name="reactivate_user"),
    path("users/<int:user_id>/password/", users.new_password, name="user_password"),
]
