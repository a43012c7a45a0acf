"""机构注册协议: the office reads what is in force and publishes the next version."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from upkeep.identity.agreement import agreement_in_force, publish_agreement, versions
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.forms import DayField
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access


class AgreementForm(forms.Form):
    """The next version: its text and its first day."""

    text = forms.CharField(
        label="协议内容", max_length=20_000, widget=forms.Textarea(attrs={"rows": 14}), help_text="每段一行"
    )
    valid_from = DayField(label="生效日期", help_text="当日起注册的单位须接受本版；已注册的单位仍以其接受的版本为准")


@access(Role.EDITOR, Role.SYSTEM_ADMIN)
@require_http_methods(["GET", "POST"])
def agreement_page(request: ActorRequest) -> HttpResponse:
    """The versions of the city, the one in force marked, and the form for the next."""
    city, on = request.city, timezone.localdate()
    now = agreement_in_force(jurisdiction_id=city.pk, on=on)
    form = AgreementForm(
        request.POST or None, initial={"text": now.text, "valid_from": on}, use_required_attribute=False
    )
    if form.is_bound and form.is_valid():
        try:
            published = publish_agreement(
                jurisdiction_id=city.pk,
                text=form.cleaned_data["text"],
                valid_from=form.cleaned_data["valid_from"],
                by=request.actor,
                on=on,
                at=timezone.now(),
            )
        except HasProblems as wrong:
            for problem in wrong.problems:
                form.add_error(problem.field, problem.text)
        else:
            messages.success(request, f"《机构注册协议》第 {published.version} 版已发布")
            return redirect("office:agreement")
    context = {"form": form, "now": now, "versions": versions(jurisdiction_id=city.pk)}
    return render(request, "office/agreement.html", context)
