"""Addresses of repair projects, the same for the starter and the office."""

from django.urls import path

from upkeep.web.projects import (
    cancelling,
    clearing,
    editing,
    finishing,
    objections,
    publishing,
    showing,
    vote_forms,
    voting,
)

app_name = "projects"

urlpatterns = [
    path("", showing.project_list, name="list"),
    path("new/", editing.choose_area, name="new"),
    path("new/<int:area_id>/", editing.create, name="create"),
    path("<str:number>/", showing.show, name="show"),
    path("<str:number>/edit/", editing.edit, name="edit"),
    path("<str:number>/houses/", editing.houses, name="houses"),
    path("<str:number>/notices/<slug:kind>/", publishing.publish, name="publish"),
    path("<str:number>/notices/<slug:kind>/print/", publishing.print_notice, name="print_notice"),
    path("<str:number>/clear/", clearing.clear, name="clear"),
    path("<str:number>/clear/<str:order_number>/", clearing.ask, name="ask_back"),
    path("<str:number>/clearings/<str:slip_number>/print/", clearing.print_clearing, name="print_clearing"),
    path(
        "<str:number>/clearings/<str:slip_number>/print/<int:print_id>/",
        clearing.clearing_print,
        name="clearing_print",
    ),
    path("<str:number>/clearings/<str:slip_number>/void/", clearing.void_clearing, name="void_clearing"),
    path("<str:number>/cancel/", cancelling.cancel_project, name="cancel"),
    path("<str:number>/orders/<str:order_number>/void/", cancelling.ask_void, name="ask_void"),
    path("<str:number>/orders/<str:order_number>/void/decide/", cancelling.decide_void, name="decide_void"),
    path("<str:number>/objections/", objections.objections, name="objections"),
    path(
        "<str:number>/objections/<str:objection_number>/answer/",
        objections.answer_objection,
        name="answer_objection",
    ),
    path("<str:number>/prints/<int:print_id>/", publishing.show_print, name="print"),
    path("<str:number>/vote/open/", voting.open_vote, name="open_vote"),
    path("<str:number>/vote/", voting.results, name="results"),
    path("<str:number>/vote/sheet/", voting.print_sheet, name="print_sheet"),
    path("<str:number>/vote/evidence/", voting.evidence, name="evidence"),
    path("<str:number>/vote/evidence/<int:evidence_id>/", voting.show_evidence, name="show_evidence"),
    path("<str:number>/vote/close/", voting.close, name="close_vote"),
    path("<str:number>/vote/result/", voting.print_result, name="print_result"),
    path("<str:number>/vote/totals/", vote_forms.totals, name="vote_totals"),
    path("<str:number>/vote/houses/<int:house_id>/proxy/", vote_forms.proxy, name="vote_proxy"),
    path("<str:number>/vote/objections/<int:objection_id>/", vote_forms.answer, name="answer_objection"),
    path("<str:number>/acceptance/", finishing.accept, name="accept"),
    path("<str:number>/apply/", finishing.apply, name="apply"),
]
