"""Addresses for everyone."""

from django.urls import path

from upkeep.web.public import (
    check,
    city,
    enrolment,
    login,
    notices,
    owner_login,
    pages,
    password,
    receipts,
    second_factor,
)

app_name = "public"
urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", login.login_page, name="login"),
    path("login/second-factor/", second_factor.login_page, name="login_second_factor"),
    path("login/second-factor/done/", second_factor.go_on, name="login_second_factor_done"),
    path("login/password/", password.login_password_page, name="login_password"),
    path("logout/", login.logout_page, name="logout"),
    path("password/", password.password_page, name="password"),
    path("second-factor/", second_factor.manage_page, name="second_factor"),
    path("captcha.png", login.captcha_image, name="captcha"),
    path("check/<str:number>", check.check, name="check"),
    path("c/<slug:city>/check/<str:number>", check.check, name="check_in_city"),
    path("old-browser/", pages.old_browser, name="old_browser"),
    path("c/<slug:city>/agreement/", pages.agreement, name="agreement"),
    path("c/<slug:city>/register/", enrolment.register, name="register"),
    path("c/<slug:city>/register/activation/", enrolment.activation, name="activation"),
    path("c/<slug:city>/register/activate/<str:token>/", enrolment.activate, name="activate"),
    path("c/<slug:city>/register/name/", enrolment.another_name, name="enrolment_name"),
    path("c/<slug:city>/register/done/", enrolment.enrolled, name="enrolled"),
    path("c/<slug:city>/", city.home, name="city"),
    path("c/<slug:city>/login/", login.login_page, name="city_login"),
    path("c/<slug:city>/login/code/", owner_login.code_page, name="login_by_code"),
    path("c/<slug:city>/receipts/<str:token>/", receipts.fetch, name="receipts"),
    path("c/<slug:city>/receipts/<str:token>/<int:receipt_id>/print/", receipts.print_one, name="print_receipt"),
    path(
        "c/<slug:city>/receipts/<str:token>/<int:receipt_id>/pdf/<int:print_id>/",
        receipts.show_print,
        name="receipt_print",
    ),
    path("c/<slug:city>/notices/", notices.notice_list, name="notices"),
    path("c/<slug:city>/notices/<str:number>/", notices.show_notice, name="notice"),
]
