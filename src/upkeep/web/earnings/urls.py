"""Addresses of interest and investments."""

from django.urls import path

from upkeep.web.earnings import acts, investments, rates, runs

app_name = "earnings"

urlpatterns = [
    path("runs/", runs.run_list, name="runs"),
    path("runs/new/", runs.new_run, name="new_run"),
    path("runs/<str:number>/", runs.show, name="run"),
    path("runs/<str:number>/export/", runs.export, name="export_run"),
    path("runs/<str:number>/print/", runs.print_run, name="print_run"),
    path("runs/<str:number>/prints/<int:print_id>/", runs.show_print, name="run_print"),
    path("runs/<str:number>/areas/<int:area_id>/", runs.area, name="run_area"),
    path("runs/<str:number>/areas/<int:area_id>/export/", runs.export_area, name="export_run_area"),
    path("runs/<str:number>/approve/", acts.approve, name="approve_run"),
    path("runs/<str:number>/return/", acts.send_back, name="return_run"),
    path("runs/<str:number>/recompute/", acts.recompute, name="recompute_run"),
    path("runs/<str:number>/void/", acts.make_void, name="void_run"),
    path("runs/<str:number>/go-on/", acts.go_on, name="go_on_run"),
    path("runs/<str:number>/reverse/", acts.ask_reversal, name="ask_run_reversal"),
    path("runs/<str:number>/reverse/approve/", acts.approve_reversal, name="approve_run_reversal"),
    path("runs/<str:number>/reverse/decline/", acts.decline_reversal, name="decline_run_reversal"),
    path("rates/", rates.sheet_list, name="rates"),
    path("rates/new/", rates.new_sheet, name="new_rates"),
    path("rates/<int:sheet_id>/confirm/", rates.confirm, name="confirm_rates"),
    path("rates/<int:sheet_id>/refuse/", rates.refuse, name="refuse_rates"),
    path("rates/<int:sheet_id>/drop/", rates.drop, name="drop_rates"),
    path("investments/", investments.investment_list, name="investments"),
    path("investments/new/", investments.new, name="new_investment"),
    path("investments/<str:number>/", investments.show, name="investment"),
    path("investments/<str:number>/approve/", investments.approve, name="approve_investment"),
    path("investments/<str:number>/decline/", investments.decline, name="decline_investment"),
    path("investments/<str:number>/redeem/", investments.redeem, name="redeem_investment"),
    path("investments/<str:number>/redeem/check/", investments.check_redemption, name="check_redemption"),
    path("investments/<str:number>/redeem/return/", investments.return_redemption, name="return_redemption"),
]
