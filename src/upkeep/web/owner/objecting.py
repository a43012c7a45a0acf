"""提意见 on a public notice: what it is about, what one's house bears, one's own objection and the answer to it."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import Role
from upkeep.publishing.models import PublicNotice
from upkeep.publishing.objections import LONGEST, Said, objection_of, said_of
from upkeep.publishing.queries import get_notice
from upkeep.repairs.objecting import house_to_object_with, object_to
from upkeep.web.access import ActorRequest, access


class ObjectionForm(forms.Form):
    """What the owner objects to, in his own words."""

    text = forms.CharField(
        label="您的意见",
        max_length=LONGEST * 2,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": LONGEST}),
        help_text=f"不超过 {LONGEST} 字。会在公示页面公开，请不要写电话、证件号码、账号和他人姓名",
        error_messages={"required": "请填写您的意见"},
    )


def _notice_or_404(request: ActorRequest, number: str) -> PublicNotice:
    """A notice of an area in which the account owns a house that may object, or that it has objected to."""
    notice = get_notice(number, city_id=request.city.pk)
    if notice is None:
        raise Http404
    return notice


def _said(request: ActorRequest, notice: PublicNotice) -> Said | None:
    mine = objection_of(notice, user_id=request.actor.user_id)
    return said_of([mine])[0] if mine is not None else None


@access(Role.OWNER)
@never_cache
@require_http_methods(["GET", "POST"])
def objection(request: ActorRequest, number: str) -> HttpResponse:
    """The owner's one objection to a notice: made, changed while unanswered, answered."""
    notice = _notice_or_404(request, number)
    said = _said(request, notice)
    house = house_to_object_with(notice, user_id=request.actor.user_id)
    is_open = notice.open_until >= timezone.localdate()
    form = ObjectionForm(request.POST or None, initial={"text": said.text if said else ""})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            made = object_to(notice, text=form.cleaned_data["text"], by=request.actor, at=timezone.now())
        except HasProblems as wrong:
            form.add_error("text", str(wrong))
        except Refusal as refused:
            messages.error(request, str(refused))
            return redirect("owner:objection", notice.number)
        else:
            words = "您的意见已提交" if made.texts == 1 else "您的意见已修改"
            messages.success(request, f"{words}，{notice.publisher}答复后会给您发消息")
            return redirect("owner:objection", notice.number)
    context = {
        "notice": notice,
        "said": said,
        "house": house,
        "is_open": is_open,
        "may_write": is_open and house is not None and not (said and said.is_answered),
        "form": form,
    }
    return render(request, "owner/objection.html", context)
