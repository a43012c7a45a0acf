"""发送记录: what left by SMS and e-mail, for the system administrator. Nobody is shown a text here: it may hold a code."""

from typing import Any

from django import forms
from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.kernel.errors import Refusal
from upkeep.kernel.forms import DayField
from upkeep.messaging import actions, queries
from upkeep.messaging.events import EMAIL, SMS, all_events
from upkeep.messaging.models import Outbox, SendState
from upkeep.parties.roles import Role
from upkeep.web.access import ActorRequest, access

PER_PAGE = 20


class OutboxFilterForm(forms.Form):
    """What the list is narrowed to. A wrong value narrows nothing."""

    address = forms.CharField(
        label="手机号 / 邮箱",
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"placeholder": "须填写完整", "autocomplete": "off"}),
    )
    channel = forms.ChoiceField(
        label="渠道", required=False, choices=[("", "全部"), *((one.value, one.label) for one in (SMS, EMAIL))]
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *SendState.choices])
    event = forms.ChoiceField(label="事件", required=False)
    since = DayField(label="产生日期从", required=False)
    until = DayField(label="到", required=False)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        field = self.fields["event"]
        assert isinstance(field, forms.ChoiceField)
        leaving = [one for one in all_events() if one.channels & {SMS, EMAIL}]
        field.choices = [("", "全部"), *((one.code, one.title) for one in leaving)]

    def found(self, rows: QuerySet[Outbox]) -> QuerySet[Outbox]:
        """The rows that match."""
        self.is_valid()
        data = self.cleaned_data
        if address := data.get("address"):
            rows = queries.sent_to(rows, address)
        for name in ("channel", "state", "event"):
            if data.get(name):
                rows = rows.filter(**{name: data[name]})
        if data.get("since"):
            rows = rows.filter(created_at__date__gte=data["since"])
        if data.get("until"):
            rows = rows.filter(created_at__date__lte=data["until"])
        return rows


@access(Role.SYSTEM_ADMIN)
@require_safe
def outbox(request: ActorRequest) -> HttpResponse:
    """All that left, or is to leave, in the administrator's jurisdiction."""
    form = OutboxFilterForm(request.GET)
    visible = queries.outbox_visible_to(request.actor)
    page = Paginator(form.found(visible), PER_PAGE).get_page(request.GET.get("page"))
    failed = visible.filter(state=SendState.FAILED).count()
    return render(request, "messaging/outbox.html", {"form": form, "page": page, "failed": failed})


@access(Role.SYSTEM_ADMIN)
@require_POST
def send_again(request: ActorRequest, outbox_id: int) -> HttpResponse:
    """Tries what was refused or given up once more."""
    row = queries.outbox_visible_to(request.actor).filter(pk=outbox_id).first()
    if row is None:
        raise Http404
    try:
        actions.try_again(row, at=timezone.now())
    except Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, f"{row.get_channel_display()}已重新排入发送")
    return redirect("office:outbox")
