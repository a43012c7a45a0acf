"""What a list of transactions is narrowed to, from the address; and what a typed number turned out to be."""

import datetime as dt
from dataclasses import dataclass, field

from django import forms

from upkeep.banking.origins import found_by_number
from upkeep.books.transactions import MoveFilter, MoveKind
from upkeep.estate.house_search import MOST_LISTED, find_houses, named
from upkeep.estate.models import Area, House
from upkeep.estate.queries import visible_to
from upkeep.estate.unit_accounts import visible_to as accounts_visible_to
from upkeep.kernel.forms import DayField
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role

#: How far back the list goes where no period is asked for, in days.
_USUAL_DAYS = 365
_BEGINNING = dt.date(1998, 1, 1)
BY_HOUSE = "houses"


class TransactionForm(forms.Form):
    """查询类型, 订单号, period, area, house. A wrong value narrows nothing."""

    kind = forms.ChoiceField(label="查询类型", required=False, choices=[("", "全部"), *MoveKind.choices])
    number = forms.CharField(
        label="订单号",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "通知单、付款通知、业务单编号或银行流水号"}),
    )
    first = DayField(label="起始日期", required=False)
    last = DayField(label="截止日期", required=False)
    area = forms.CharField(
        label="所在小区",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"placeholder": "名称或拼音首字母"}),
    )
    house = forms.CharField(
        label="户室",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"placeholder": "房号，或“3幢 501”"}),
    )


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The filter, and what has to be said about it. `refused`: nothing is listed, and why."""

    wanted: MoveFilter
    said: str = ""
    refused: str = ""
    house_ids: list[int] = field(default_factory=list)


def asked(form: TransactionForm, *, actor: Actor, today: dt.date) -> Asked:
    """What the address asks for, within the areas that the actor sees; to a selling unit its own accounts (售房单位分账).
    Six queries at most.
    """
    units = _own_accounts(actor)
    if units is not None:
        del form.fields["house"]
    form.is_valid()
    data = form.cleaned_data
    areas = visible_to(actor) if units is None else Area.objects.filter(pk__in=set(units.values()))
    if text := data.get("area", "").strip():
        areas = areas.filter(named(text))
    number = data.get("number", "").strip()
    first = data.get("first") or (_BEGINNING if number else today - dt.timedelta(days=_USUAL_DAYS))
    wanted = MoveFilter(
        area_ids=list(areas.order_by("pk").values_list("pk", flat=True)),
        first=first,
        last=data.get("last") or today,
        kind=MoveKind(data["kind"]) if data.get("kind") else None,
        sources=None,
        house_ids=None if units is None else list(units),
    )
    said = refused = ""
    if number:
        found = found_by_number(number, actor=actor)
        wanted = _with(wanted, sources=[source for one in found for source in one.sources])
        said = f"“{number}”是{'、'.join(dict.fromkeys(one.words for one in found))}" if found else ""
        if not found:
            refused = f"您的小区中没有编号为“{number}”的交款通知单、付款通知、业务单或银行流水，请核对后再查"
        elif not wanted.sources:
            refused = f"{said}，银行尚未确认收付款，还没有交易"
    if house := data.get("house", "").strip():
        houses = _houses(house, actor)
        wanted = _with(wanted, house_ids=houses)
        if not houses:
            refused = refused or f"没有找到户室“{house}”，请填写房号，或用空格隔开小区、楼栋和房号"
        elif len(houses) >= MOST_LISTED:
            said = f"符合“{house}”的户室超过 {MOST_LISTED:,} 户，只列出其中一部分的交易，请再填写小区或楼栋"
    return Asked(wanted=wanted, said=said, refused=refused)


def _own_accounts(actor: Actor) -> dict[int, int] | None:
    """Of a selling unit the areas of its accounts, by account; None for everybody else."""
    if not actor.has(Role.SELLING_UNIT):
        return None
    return dict(accounts_visible_to(actor).values_list("pk", "building__area_id"))


def _with(wanted: MoveFilter, *, sources: list[str] | None = None, house_ids: list[int] | None = None) -> MoveFilter:
    return MoveFilter(
        area_ids=wanted.area_ids,
        first=wanted.first,
        last=wanted.last,
        kind=wanted.kind,
        sources=wanted.sources if sources is None else sources,
        house_ids=wanted.house_ids if house_ids is None else house_ids,
    )


def _houses(text: str, actor: Actor) -> list[int]:
    found: list[House] = list(find_houses(actor=actor, text=text)[:MOST_LISTED])
    return [house.pk for house in found]
