"""Addresses of the keys: one's own, those of the login, those of the office."""

from django.urls import path

from upkeep.web.keys import authorities, confirming, entering, issuing, mine, step

app_name = "keys"
urlpatterns = [
    path("account/keys/", mine.my_keys, name="mine"),
    path("account/keys/options/", mine.options, name="options"),
    path("account/keys/add/", mine.add, name="add"),
    path("account/keys/<int:key_id>/remove/", mine.remove, name="remove"),
    path("login/key/", step.show, name="step"),
    path("login/key/options/", step.options, name="step_options"),
    path("login/key/check/", step.check, name="step_check"),
    path("login/key/message/", step.message, name="step_message"),
    path("login/key/certificate/", step.certificate, name="step_certificate"),
    path("c/<slug:city>/key-login/", entering.show, name="login"),
    path("c/<slug:city>/key-login/message/", entering.message, name="login_message"),
    path("c/<slug:city>/key-login/check/", entering.check, name="login_check"),
    path("c/<slug:city>/key-confirmation/", confirming.ask, name="confirm"),
    path("c/<slug:city>/key-confirmation/operator/", confirming.operator, name="confirm_operator"),
    path("office/keys/", issuing.holders, name="holders"),
    path("office/keys/users/<int:user_id>/", issuing.holder, name="holder"),
    path("office/keys/users/<int:user_id>/options/", issuing.options, name="holder_options"),
    path("office/keys/users/<int:user_id>/add/", issuing.add, name="holder_add"),
    path("office/keys/security/<int:key_id>/remove/", issuing.remove, name="take_back"),
    path("office/keys/certificates/<int:given_id>/revoke/", issuing.revoke, name="revoke"),
    path("office/keys/log/", issuing.log, name="log"),
    path("office/keys/authorities/", authorities.authorities, name="authorities"),
    path("office/keys/authorities/<int:authority_id>/withdraw/", authorities.withdraw, name="withdraw"),
    path("office/keys/authorities/<int:authority_id>/list/", authorities.load, name="load_list"),
]
