"""户室管理: finding houses by one condition and its value, the same as a workbook, and the page of a house."""

from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from upkeep.books import sub_accounts
from upkeep.estate import queries
from upkeep.estate.house_register_sheet import HouseRegister
from upkeep.estate.house_search import Criterion, HousePage, HouseSearch, houses_to_export, search_houses
from upkeep.estate.kinds import OUTSIDE, HouseNature, HouseState, HouseUse
from upkeep.estate.models import House
from upkeep.kernel.errors import Refusal
from upkeep.parties.queries import districts_of
from upkeep.parties.roles import OFFICE, ORGANISATION
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.estate.panels import panels_of
from upkeep.web.owners.house import owner_acts
from upkeep.web.projects.reach import READERS as PROJECT_READERS

READERS = (*OFFICE, *ORGANISATION)
#: What 状态 says for every state; without a choice only live houses are listed.
EVERY_STATE = "ALL"
_STATES = [(state.value, state.label) for state in HouseState if state not in OUTSIDE]


class HouseFilterForm(forms.Form):
    """搜索条件 with its value, and what narrows the list further. A wrong choice narrows nothing."""

    by = forms.ChoiceField(label="搜索条件", required=False, choices=Criterion.choices)
    q = forms.CharField(label="内容", required=False, max_length=100)
    area = forms.CharField(
        label="所在小区",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "名称或拼音首字母"}),
    )
    district = forms.ChoiceField(label="所属区县", required=False)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[*_STATES, (EVERY_STATE, "全部")], initial=HouseState.ACTIVE
    )
    use = forms.ChoiceField(label="用途", required=False, choices=[("", "全部"), *HouseUse.choices])
    nature = forms.ChoiceField(label="性质", required=False, choices=[("", "全部"), *HouseNature.choices])

    def __init__(self, city_id: int, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "全部"), *((str(one.pk), one.name) for one in districts_of(city_id))]

    def wanted(self) -> HouseSearch:
        """What the address asks for."""
        self.is_valid()
        data = self.cleaned_data
        district, state = data.get("district"), data.get("state") or HouseState.ACTIVE.value
        return HouseSearch(
            criterion=data.get("by") or Criterion.AREA.value,
            value=data.get("q", ""),
            area=data.get("area", ""),
            jurisdiction_id=int(district) if district else None,
            state="" if state == EVERY_STATE else state,
            use=data.get("use", ""),
            nature=data.get("nature", ""),
        )


@dataclass(frozen=True)
class HouseRow:
    """A house of the list with its owners, masked, and its balance in fen."""

    house: House
    owner: str
    balance_fen: int


def _rows(houses: list[House]) -> list[HouseRow]:
    ids = [house.pk for house in houses]
    owners, balances = queries.owner_names(ids), sub_accounts.balances(ids)
    return [HouseRow(house, owners.get(house.pk, ""), balances[house.pk].balance_fen) for house in houses]


@access(*READERS)
@require_safe
def house_list(request: ActorRequest) -> HttpResponse:
    """The houses one sees that match, a page at a time."""
    form = HouseFilterForm(request.actor.jurisdiction_id, request.GET)
    wanted, refused = form.wanted(), ""
    try:
        found = search_houses(
            actor=request.actor,
            wanted=wanted,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
    except Refusal as refusal:
        found, refused = HousePage(houses=[], count=0, is_exact=True, next_key="", previous_key=""), str(refusal)
    context = {
        "form": form,
        "found": found,
        "rows": _rows(found.houses),
        "refused": refused,
        "has_value": bool(wanted.value.strip()) and wanted.criterion != Criterion.AREA,
    }
    return render(request, "estate/houses.html", context)


@access(*READERS)
@require_safe
def export_found(request: ActorRequest) -> HttpResponse:
    """The same houses as a workbook, at most 20,000."""
    wanted = HouseFilterForm(request.actor.jurisdiction_id, request.GET).wanted()
    try:
        rows = _rows(houses_to_export(actor=request.actor, wanted=wanted))
    except Refusal:
        rows = []
    content = HouseRegister().export(
        HouseRegister.rows(
            [row.house for row in rows],
            owners={row.house.pk: row.owner for row in rows},
            balances_fen={row.house.pk: row.balance_fen for row in rows},
        )
    )
    return workbook(content, "户室清单")


@access(*READERS)
@require_safe
def show_house(request: ActorRequest, house_id: int) -> HttpResponse:
    """One house: what the register says of it, its owners masked, its money, its histories."""
    house = (
        House.objects.select_related("building", "area")
        .filter(pk=house_id, area__in=queries.visible_to(request.actor))
        .first()
    )
    if house is None:
        raise Http404
    context = {
        "house": house,
        "panels": panels_of(house, request.actor),
        **owner_acts(house, request.actor),
        "may_read_repairs": request.actor.has(*PROJECT_READERS),
        "area_url": f"{reverse('estate:area', args=[house.building.area_id])}?building={house.building_id}",
    }
    return render(request, "estate/house.html", context)
