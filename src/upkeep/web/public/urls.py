"""Addresses for everyone."""

from django.urls import path

from upkeep.web.public import check, city, login, notices, pages

app_name = "public"
urlpatterns = [
    path("", pages.home, name="home"),
    path("login/", login.login_page, name="login"),
    path("logout/", login.logout_page, name="logout"),
    path("password/", login.password_page, name="password"),
    path("captcha.png", login.captcha_image, name="captcha"),
    path("check/<str:number>", check.check, name="check"),
    path("c/<slug:city>/check/<str:number>", check.check, name="check_in_city"),
    path("old-browser/", pages.old_browser, name="old_browser"),
    path("agreement/", pages.agreement, name="agreement"),
    path("c/<slug:city>/", city.home, name="city"),
    path("c/<slug:city>/notices/", notices.notice_list, name="notices"),
    path("c/<slug:city>/notices/<str:number>/", notices.show_notice, name="notice"),
]
