"""资金管理 (D6): houses by 缴费状态 and 户室号, with what is due, paid and missing, for everyone within his areas."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.deposits.house_list import (
    DepositPage,
    DepositRegister,
    DepositSearch,
    deposit_page,
    deposit_sums,
    deposits_to_export,
    wanted_of,
)
from upkeep.deposits.queries import DepositState
from upkeep.kernel.errors import Refusal
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook

READERS = (*OFFICE, *ORGANISATION)
PER_PAGE = 20


class DepositFilterForm(forms.Form):
    """缴费状态, 户室号, and what narrows the list further. A wrong value narrows nothing."""

    state = forms.ChoiceField(label="缴费状态", required=False, choices=[("", "全部"), *DepositState.choices])
    house = forms.CharField(
        label="户室号",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "房号，或“3幢 501”"}),
    )
    area = forms.CharField(
        label="所在小区",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "名称或拼音首字母"}),
    )
    building = forms.CharField(label="楼栋", required=False, max_length=30)
    owner = forms.CharField(label="业主姓名", required=False, max_length=100)

    def wanted(self) -> DepositSearch:
        """What the address asks for."""
        self.is_valid()
        return DepositSearch(**{name: self.cleaned_data.get(name, "") for name in self.fields})


@access(*READERS)
@require_safe
def house_list(request: ActorRequest) -> HttpResponse:
    """A page of houses with the sums of all that match."""
    form, today = DepositFilterForm(request.GET), timezone.localdate()
    page, sums, refused = DepositPage(rows=(), next_key=""), None, ""
    try:
        wanted = wanted_of(form.wanted(), actor=request.actor, on=timezone.localdate())
    except Refusal as refusal:
        refused = str(refusal)
    else:
        page = deposit_page(wanted, on=today, after=request.GET.get("after", ""), size=PER_PAGE)
        sums = deposit_sums(wanted, on=today)
    context = {"form": form, "page": page, "sums": sums, "refused": refused}
    return render(request, "deposits/houses.html", context)


@access(*READERS)
@require_safe
def export_houses(request: ActorRequest) -> HttpResponse:
    """The same houses as a workbook, at most 20,000."""
    form = DepositFilterForm(request.GET)
    try:
        wanted = wanted_of(form.wanted(), actor=request.actor, on=timezone.localdate())
    except Refusal:
        rows = []
    else:
        rows = list(deposits_to_export(wanted, on=timezone.localdate()))
    return workbook(DepositRegister().export(DepositRegister.rows(rows)), "资金管理")
