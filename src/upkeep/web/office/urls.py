"""Addresses of this portal."""

from django.urls import path

from upkeep.web.messaging import outbox
from upkeep.web.office import agreement, books, home

app_name = "office"
urlpatterns = [
    path("", home.home, name="home"),
    path("agreement/", agreement.agreement_page, name="agreement"),
    path("books/sub-accounts/", books.find_sub_account, name="sub_accounts"),
    path("books/sub-accounts/<int:house_id>/", books.sub_account, name="sub_account"),
    path("outbox/", outbox.outbox, name="outbox"),
    path("outbox/<int:outbox_id>/again/", outbox.send_again, name="send_again"),
]
