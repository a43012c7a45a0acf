"""补打: everything that was printed for the cases one sees, found by number and type and printed again as it was."""

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from upkeep.casework import prints
from upkeep.casework.models import Case
from upkeep.casework.procedure import register
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.lists import LISTED_FOR, PER_PAGE


class PrintFilterForm(forms.Form):
    """What the prints are narrowed to. A wrong value narrows nothing."""

    q = forms.CharField(label="编号", required=False, max_length=40)
    procedure = forms.ChoiceField(label="业务类型", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["procedure"]
        assert isinstance(field, forms.ChoiceField)
        printed = ((one.code, one.title) for one in register if one.prints)
        field.choices = [("", "全部"), *printed]


@access(*LISTED_FOR)
@require_safe
def print_list(request: ActorRequest) -> HttpResponse:
    """补打: the prints of one's cases."""
    form = PrintFilterForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    found = prints.kept_prints(actor=request.actor, number=wanted.get("q", ""), procedure=wanted.get("procedure", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    ids = [int(one.subject.removeprefix("case:")) for one in page]
    cases = Case.objects.select_related("applicant_organisation").in_bulk(ids)
    rows = [(one, cases[pk], register[cases[pk].procedure]) for one, pk in zip(page, ids, strict=True)]
    return render(request, "cases/prints.html", {"form": form, "page": page, "rows": rows})
