"""Addresses of repair projects, the same for the starter and the office."""

from django.urls import path

from upkeep.web.projects import (
    amounts,
    editing,
    finishing,
    houses,
    merged,
    papers,
    plan,
    publishing,
    records,
    showing,
    voting,
    works,
)

app_name = "projects"

urlpatterns = [
    path("", showing.project_list, name="list"),
    path("new/", editing.choose_area, name="new"),
    path("new/<int:area_id>/", editing.create, name="create"),
    path("records/", records.record_list, name="records"),
    path("<str:number>/", showing.show, name="show"),
    path("<str:number>/edit/", editing.edit, name="edit"),
    path("<str:number>/drop/", editing.drop, name="drop"),
    path("<str:number>/copy/", editing.copy, name="copy"),
    path("<str:number>/papers/", papers.attach, name="attach_paper"),
    path("<str:number>/papers/<int:paper_id>/", papers.show, name="paper"),
    path("<str:number>/papers/<int:paper_id>/remove/", papers.detach, name="detach_paper"),
    path("<str:number>/works/", works.work_list, name="works"),
    path("<str:number>/works/choose/", works.choose, name="choose_works"),
    path("<str:number>/works/<int:work_id>/remove/", works.remove, name="remove_work"),
    path("<str:number>/houses/", houses.houses, name="houses"),
    path("<str:number>/amounts/", amounts.amounts, name="amounts"),
    path("<str:number>/amounts/divide/", amounts.divide, name="divide"),
    path("<str:number>/amounts/export/", amounts.export, name="export_amounts"),
    path("<str:number>/amounts/import/", amounts.take_in, name="import_amounts"),
    path("<str:number>/shares/", merged.shares, name="shares"),
    path("<str:number>/shares/export/", merged.export_shares, name="export_shares"),
    path("<str:number>/shares/act/", merged.act_on_shares, name="act_on_shares"),
    path("<str:number>/plan/", plan.edit_plan, name="plan"),
    path("<str:number>/notices/<slug:kind>/", publishing.publish, name="publish"),
    path("<str:number>/notices/<slug:kind>/print/", publishing.print_notice, name="print_notice"),
    path("<str:number>/prints/<int:print_id>/", publishing.show_print, name="print"),
    path("<str:number>/vote/open/", voting.open_vote, name="open_vote"),
    path("<str:number>/vote/", voting.results, name="results"),
    path("<str:number>/vote/sheet/", voting.print_sheet, name="print_sheet"),
    path("<str:number>/vote/evidence/", voting.evidence, name="evidence"),
    path("<str:number>/vote/evidence/<int:evidence_id>/", voting.show_evidence, name="show_evidence"),
    path("<str:number>/vote/close/", voting.close, name="close_vote"),
    path("<str:number>/acceptance/", finishing.accept, name="accept"),
    path("<str:number>/apply/", finishing.apply, name="apply"),
]
