"""Addresses of the interface, below /api/bank/v1/."""

import re

from django.urls import path

from upkeep.bank_api.operations import OPERATIONS
from upkeep.web.bank_api import calls

app_name = "bank_api"

urlpatterns = [
    *(path(re.sub(r"{(\w+)}", r"<str:\1>", one.path), calls.view_of(one), name=one.name) for one in OPERATIONS),
    path("openapi.json", calls.description, name="description"),
    path("<path:rest>", calls.nothing, name="nothing"),
]
