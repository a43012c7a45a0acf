"""Addresses of the administration pages."""

from django.urls import path

from upkeep.web.administration import organisations, places, record, staff

app_name = "administration"

urlpatterns = [
    path("jurisdictions/", places.jurisdictions, name="jurisdictions"),
    path("jurisdictions/<int:parent_id>/new/", places.add_jurisdiction, name="add_jurisdiction"),
    path("jurisdictions/<int:place_id>/", places.show_jurisdiction, name="jurisdiction"),
    path("jurisdictions/<int:place_id>/edit/", places.edit_jurisdiction, name="edit_jurisdiction"),
    path("jurisdictions/<int:place_id>/retire/", places.retire_jurisdiction, name="retire_jurisdiction"),
    path("jurisdictions/<int:place_id>/offices/new/", places.add_office, name="add_office"),
    path("offices/<int:office_id>/", places.show_office, name="office"),
    path("offices/<int:office_id>/edit/", places.edit_office, name="edit_office"),
    path("offices/<int:office_id>/retire/", places.retire_office, name="retire_office"),
    path("staff/", staff.staff_list, name="staff"),
    path("staff/new/", staff.add_staff, name="add_staff"),
    path("staff/<int:user_id>/", staff.show_staff, name="person"),
    path("staff/<int:user_id>/edit/", staff.edit_staff, name="edit_person"),
    path("staff/<int:user_id>/deactivate/", staff.deactivate_staff, name="deactivate_person"),
    path("staff/<int:user_id>/reactivate/", staff.reactivate_staff, name="reactivate_person"),
    path("staff/<int:user_id>/password/", staff.reset_password, name="reset_password"),
    path("staff/<int:user_id>/roles/", staff.grant_roles, name="roles"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/export/", organisations.export, name="export_organisations"),
    path("organisations/<int:organisation_id>/", organisations.show, name="organisation"),
    path("organisations/<int:organisation_id>/kind/", organisations.change_kind, name="change_kind"),
    path("organisations/<int:organisation_id>/self-management/", organisations.self_manage, name="self_manage"),
    path("organisations/<int:organisation_id>/suspend/", organisations.suspend, name="suspend_organisation"),
    path("organisations/<int:organisation_id>/resume/", organisations.resume, name="resume_organisation"),
    path("record/", record.record, name="record"),
    path("record/export/", record.export_record, name="export_record"),
    path("record/logins/", record.logins, name="logins"),
]
