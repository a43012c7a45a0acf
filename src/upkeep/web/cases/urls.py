"""Addresses of the generic case pages, the same for every portal."""

from django.urls import path

from upkeep.web.cases import (
    buildings,
    draft_building,
    draft_house,
    fetching,
    filling,
    lists,
    papers,
    printing,
    reprints,
    row_buildings,
    rows,
    sheets,
    showing,
)

app_name = "cases"

urlpatterns = [
    path("", lists.case_list, name="list"),
    path("export/", lists.export, name="export"),
    path("prints/", reprints.print_list, name="prints"),
    path("new/<slug:code>/", filling.guide, name="guide"),
    path("new/<slug:code>/begin/", filling.begin, name="begin"),
    path("<str:number>/", showing.show, name="show"),
    path("<str:number>/move/", showing.move, name="move"),
    path("<str:number>/done/", showing.done, name="done"),
    path("<str:number>/originals/", showing.receive_originals, name="originals"),
    path("<str:number>/drop/", filling.drop, name="drop"),
    path("<str:number>/edit/<int:page>/", filling.edit, name="edit"),
    path("<str:number>/papers/", papers.upload, name="upload"),
    path("<str:number>/papers/<int:file_id>/", papers.show, name="paper"),
    path("<str:number>/papers/<int:file_id>/remove/", papers.remove, name="remove_paper"),
    path("<str:number>/sheets/<slug:part>/template/", sheets.template, name="template"),
    path("<str:number>/sheets/<slug:part>/export/", sheets.export, name="export_sheet"),
    path("<str:number>/sheets/<slug:part>/rows/", rows.rows, name="rows"),
    path("<str:number>/sheets/<slug:part>/buildings/", row_buildings.buildings, name="row_buildings"),
    path("<str:number>/sheets/<slug:part>/registry/", fetching.search, name="registry"),
    path("<str:number>/sheets/<slug:part>/draft/", buildings.buildings, name="buildings"),
    path("<str:number>/sheets/<slug:part>/draft/building/", draft_building.building, name="building"),
    path("<str:number>/sheets/<slug:part>/draft/houses/<int:row>/", draft_house.house, name="draft_house"),
    path("<str:number>/sheets/<slug:part>/import/", sheets.upload, name="import_sheet"),
    path("<str:number>/sheets/<slug:part>/faults/<int:job_id>/", sheets.faults, name="faults"),
    path("<str:number>/sheets/<slug:part>/faults/<int:job_id>/marked/", sheets.marked, name="marked"),
    path("<str:number>/prints/<int:print_id>/", printing.show, name="print"),
]
