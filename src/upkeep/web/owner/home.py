"""我的房屋: which houses are mine, and how much money is on each. Before that: proving who one is."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from upkeep.books.sub_accounts import balances
from upkeep.casework.queries import visible_to
from upkeep.casework.states import CLOSED
from upkeep.estate import owner_accounts
from upkeep.estate.tenures import tenures_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.models import User
from upkeep.parties.roles import Role
from upkeep.voting.online import online_votes_of, votes_with_receipt
from upkeep.web.access import ActorRequest, access
from upkeep.web.owner.paying import payable_of

_NO_MATCH = "与登记的信息不一致，请核对证件号码。号码无误的，请携带身份证到维修资金管理部门窗口更正登记的手机号。"


class BindForm(forms.Form):
    """The number of the paper that stands in the register: for nearly everybody the ID card."""

    id_number = forms.CharField(
        label="身份证号码",
        max_length=30,
        help_text="18 位。购房时登记其他证件的，请输入该证件号码",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_id_number(self) -> str:
        """Without the blanks that people type between groups of digits."""
        return "".join(str(self.cleaned_data["id_number"]).split()).upper()


@access(Role.OWNER)
@never_cache
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """The owner's houses with what is in their accounts."""
    user_id = request.actor.user_id
    tenures = tenures_of(user_id)
    present = [one for one in tenures if one.is_present]
    found = balances([one.house.pk for one in present])
    today = timezone.localdate()
    votes = online_votes_of(user_id, at=timezone.now())
    voted = votes_with_receipt(votes, user_id)
    context = {
        "houses": [(one, found[one.house.pk], payable_of(one, on=today)) for one in present],
        "former": [one for one in tenures if not one.is_present],
        "areas": list({one.house.area_id: one.house.area for one in present}.values()),
        "case_count": visible_to(request.actor).exclude(state__in=CLOSED).count(),
        "is_bound": bool(tenures) or owner_accounts.is_bound(user_id),
        "votes": [(one, one.pk in voted) for one in votes],
        "total_fen": sum(balance.balance_fen for balance in found.values()),
        "has_password": cast(User, request.user).has_usable_password(),
    }
    return render(request, "owner/home.html", context)


@access(Role.OWNER)
@never_cache
@sensitive_post_parameters("id_number")
def bind(request: ActorRequest) -> HttpResponse:
    """Telephone (proved at login) and ID number against the register."""
    form = BindForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            is_his = owner_accounts.bind(
                user=cast(User, request.user), id_number=form.cleaned_data["id_number"], at=timezone.now()
            )
        except Refusal as refused:
            form.add_error(None, str(refused))
        else:
            if is_his:
                messages.success(request, "核对一致，您的房屋已显示在下面")
                return redirect("owner:home")
            form.add_error("id_number", _NO_MATCH)
    return render(request, "owner/bind.html", {"form": form})
