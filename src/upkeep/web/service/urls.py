"""Addresses of the pages about who serves an area."""

from django.urls import path

from upkeep.web.service import asking, deciding, ending

app_name = "service"

urlpatterns = [
    path("move-in/", asking.move_in, name="move_in"),
    path("move-in/begin/", asking.begin_move_in, name="begin_move_in"),
    path("association/", asking.association, name="association"),
    path("association/begin/", asking.begin_association, name="begin_association"),
    path("approvals/", deciding.approvals, name="approvals"),
    path("approvals/<str:number>/", deciding.decide, name="decide"),
    path("<int:area_id>/<int:service_id>/end/", ending.end, name="end"),
]
