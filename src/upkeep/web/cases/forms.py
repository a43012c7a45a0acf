"""The part of a procedure's form that one page shows."""

import datetime as dt
from typing import Any

from django import forms
from django.http import QueryDict

from upkeep.casework.models import Case
from upkeep.casework.pages import FormPage, Page, SheetPage
from upkeep.casework.procedure import Procedure
from upkeep.kernel.forms import PhoneField


class ContactForm(forms.Form):
    """经办人 and phone, asked on every organisation's form; filled in from the user."""

    contact_name = forms.CharField(label="经办人", max_length=50)
    contact_phone = PhoneField(label="经办人电话")


def page_form(
    procedure: Procedure, case: Case, page: Page, typed: QueryDict | None = None, *, on: dt.date
) -> forms.Form:
    """The fields of the page, bound to what was typed, or filled with what the draft holds."""
    wanted = page.fields if isinstance(page, (FormPage, SheetPage)) else ()
    if typed is not None:
        form = procedure.form_of(case, typed)
    else:
        known = {key: value for key, value in case.data.items() if value != ""}
        form = procedure.form_of(case, initial={**procedure.proposals(case, on=on), **known})
    form.use_required_attribute = False
    for name in list(form.fields):
        if name not in wanted:
            del form.fields[name]
    form.order_fields(wanted)
    for name, field in form.fields.items():
        if getattr(field, "is_reference", False):
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", "请选择"), *procedure.choices(case, name)]
    return form


def contact_form(case: Case, typed: QueryDict | None = None) -> ContactForm:
    """The operator's name and phone."""
    if typed is not None:
        return ContactForm(typed, use_required_attribute=False)
    known = {"contact_name": case.contact_name, "contact_phone": case.contact_phone}
    return ContactForm(initial=known, use_required_attribute=False)


def as_typed(form: forms.Form) -> dict[str, Any]:
    """What stands in the form's boxes, right or wrong, as the draft keeps it."""
    return {name: "" if (value := form[name].value()) is None else value for name in form.fields}
