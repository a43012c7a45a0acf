"""What the page of a house shows of its deposits: what is due at first and by which rule, and what it owes again (D7, D8)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from upkeep.deposits.arrears import arrears_of_house, houses_in_arrears
from upkeep.deposits.further_queries import shares_of_house
from upkeep.deposits.letter_lists import letters_to_house
from upkeep.deposits.prices import note_price, price_of
from upkeep.deposits.queries import would_be_due
from upkeep.estate.kinds import HouseState
from upkeep.estate.models import House
from upkeep.estate.queries import visible_to
from upkeep.kernel.errors import HasProblems
from upkeep.kernel.forms import MoneyField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.deposit_standard import deposit_standard
from upkeep.policy.queries import NoPolicy
from upkeep.web.access import ActorRequest, access

PRICERS = (Role.WINDOW_CLERK, Role.ACCOUNTANT)


class PriceForm(forms.Form):
    """合同价 with the number of its contract."""

    price = MoneyField(label="合同价（元）")
    contract = forms.CharField(label="合同编号", max_length=60)


def due_panel(house: House, actor: Actor) -> Mapping[str, Any]:
    """首期交存: paid, or what would be due today and by which rule, or why it cannot be computed."""
    on = timezone.localdate()
    due, price = would_be_due(house, on=on), price_of(house.pk)
    live = house.state == HouseState.ACTIVE
    asks_price = live and not due.is_paid and _asks_price(house)
    return {
        "due": due if live or due.is_paid else None,
        "price": price,
        "form": PriceForm() if asks_price and actor.has(*PRICERS) else None,
    }


def _asks_price(house: House) -> bool:
    try:
        return deposit_standard(jurisdiction_id=house.area.jurisdiction_id, on=timezone.localdate()).asks_price
    except NoPolicy:
        return False


def further_panel(house: House, actor: Actor) -> Mapping[str, Any] | None:
    """欠交与续交: since when in arrears, what is owed, instalments and letters; None where there was never anything."""
    entries, shares = arrears_of_house(house.pk), shares_of_house(house.pk)
    letters = letters_to_house(house.pk, actor=actor)
    if not (entries or shares or letters):
        return None
    now = houses_in_arrears([house.area], on=timezone.localdate(), house_ids=[house.pk])
    return {"entries": entries, "now": now[0] if now else None, "shares": shares, "letters": letters}


@access(*PRICERS)
@require_POST
def price(request: ActorRequest, house_id: int) -> HttpResponse:
    """Note the price of the house's contract."""
    seen = House.objects.filter(area__in=visible_to(request.actor), state=HouseState.ACTIVE)
    house = seen.filter(pk=house_id).first()
    if house is None:
        raise Http404
    form = PriceForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            note_price(
                house.pk,
                price_fen=values["price"],
                contract=values["contract"],
                by=request.actor,
                at=timezone.now(),
            )
            messages.success(request, "合同价已登记")
        except HasProblems as problems:
            for problem in problems.problems:
                messages.error(request, problem.text)
    for texts in form.errors.values():
        for text in texts:
            messages.error(request, str(text))
    return redirect(f"/areas/houses/{house.pk}/#due")
