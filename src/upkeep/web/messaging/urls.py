"""Addresses of one's own messages, the same for every portal."""

from django.urls import path

from upkeep.web.messaging import inbox

app_name = "messaging"

urlpatterns = [
    path("", inbox.message_list, name="list"),
    path("read/", inbox.read_all, name="read_all"),
    path("<int:message_id>/open/", inbox.open_message, name="open"),
    path("<int:message_id>/read/", inbox.read_one, name="read"),
]
