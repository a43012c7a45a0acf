"""Addresses of statements, closes and controls."""

from django.urls import path

from upkeep.web.closing import closings, controls, statements

app_name = "closing"
urlpatterns = [
    path("", closings.closings, name="list"),
    path("new/", closings.new_closing, name="new"),
    path("reopen/", closings.reopen, name="reopen"),
    path("controls/", controls.controls, name="controls"),
    path("controls/audit/", controls.audit, name="audit"),
    path("statements/workbook/", statements.statement_book, name="workbook"),
    path("statements/<slug:kind>/", statements.statement, name="statement"),
    path("statements/<slug:kind>/figure/", statements.figure, name="figure"),
    path("statements/<slug:kind>/print/", statements.print_statement, name="print"),
    path("<str:number>/", closings.show, name="show"),
    path("<str:number>/approve/", closings.approve, name="approve"),
    path("<str:number>/again/", closings.again, name="again"),
    path("<str:number>/return/", closings.send_back, name="return"),
    path("<str:number>/statements/<int:print_id>/", closings.kept_statement, name="kept"),
]
