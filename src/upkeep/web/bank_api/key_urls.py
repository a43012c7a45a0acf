"""Addresses of the pages of the keys, below /bank-keys/."""

from django.urls import path

from upkeep.web.bank_api import keys

app_name = "bank_keys"

urlpatterns = [
    path("", keys.key_list, name="list"),
    path("new/", keys.make, name="make"),
    path("<int:key_id>/", keys.show, name="show"),
    path("<int:key_id>/replace/", keys.replace, name="replace"),
    path("<int:key_id>/enable/", keys.enable, name="enable"),
    path("<int:key_id>/block/", keys.block, name="block"),
]
