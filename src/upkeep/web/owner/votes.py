"""业主表决 on the telephone: read what it is about, vote, change once, get a receipt; name a proxy; object to the count."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from upkeep.identity import limits
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Refusal
from upkeep.parties.roles import Role
from upkeep.policy.voting_conduct import voting_conduct
from upkeep.printing.actions import content_of
from upkeep.printing.queries import prints_of
from upkeep.repairs.area_views import area_votes
from upkeep.repairs.vote_matters import matter_of
from upkeep.voting import objections, online, proxies
from upkeep.voting.models import OPINIONS, BallotChoice, Vote, VoteReceipt, VoteState
from upkeep.voting.online import VoterHouse, receipts_of, voter_houses
from upkeep.voting.queries import Part, part_of, part_of_totals, result_of, standings
from upkeep.voting.receipts import keep_receipt
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.printing import pdf
from upkeep.web.owner.reach import area_or_404
from upkeep.web.projects.reach import put_on_form

_FIELD, _ALL = "choice_", "all"
_IS_ID = re.compile(r"[0-9]{1,18}")
#: How old the count of who has voted may be; it goes over the whole scope, and thousands look at once.
_FRESH_S = 15
_OPINIONS = tuple((one.value, one.label) for one in OPINIONS)


class ProxyForm(forms.Form):
    """委托他人: who votes for the house."""

    name = forms.CharField(label="受托人姓名", max_length=50)
    id_number = forms.CharField(
        label="受托人身份证号码",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    relation = forms.ChoiceField(label="与您的关系", choices=[(one, one) for one in proxies.RELATIONS])

    def clean_id_number(self) -> str:
        """Without the blanks that people type between groups of digits."""
        return "".join(str(self.cleaned_data["id_number"]).split()).upper()


def _vote_or_404(request: ActorRequest, vote_id: int) -> tuple[Vote, list[VoterHouse]]:
    """A vote in which the account has a house of its own, or stands for somebody. Raises: Http404."""
    vote = Vote.objects.filter(pk=vote_id).first()
    mine = voter_houses(vote, request.actor.user_id) if vote else []
    if vote is None or not mine:
        raise Http404
    return vote, mine


def _part_key(vote: Vote) -> str:
    return f"vote-part:{vote.pk}:{vote.state}"


def _taking_part(vote: Vote) -> Part:
    """Who takes part so far, at most some seconds old. Never what anybody said."""
    key = _part_key(vote)
    found: Part | None = cache.get(key)
    if found is None:
        found = part_of_totals(vote) if vote.entry == "TOTALS" else part_of("", standings(vote))
        cache.set(key, found, _FRESH_S)
    return found


@access(Role.OWNER)
@never_cache
@require_safe
def votes(request: ActorRequest, area_id: int) -> HttpResponse:
    """What the owners of the area vote on, or have voted on, and how it ended."""
    area, mine = area_or_404(request, area_id)
    found = area_votes(area.pk, house_ids=[one.house.pk for one in mine])
    context = {"area": area, "votes": found, "now": timezone.now()}
    return render(request, "owner/votes.html", context)


@access(Role.OWNER)
@never_cache
@require_safe
def show(request: ActorRequest, vote_id: int) -> HttpResponse:
    """What is voted on and what it costs one's own houses; the ballot, while it can be cast; the result, once there is one."""
    vote, mine = _vote_or_404(request, vote_id)
    return _show(request, vote, mine)


def _show(request: ActorRequest, vote: Vote, mine: Sequence[VoterHouse]) -> HttpResponse:
    now = timezone.now()
    is_voting = vote.is_online and vote.is_open and now < vote.closes_at
    matter = matter_of(vote, house_ids=[one.vote_house.house_id for one in mine])
    shares = matter.shares if matter else {}
    place = mine[0].vote_house.house.area
    conduct = voting_conduct(jurisdiction_id=place.jurisdiction_id, on=day_of(vote.opened_at))
    own_ids = {one.vote_house.pk for one in mine if one.is_own}
    context = {
        "vote": vote,
        "area": place,
        "lives_there": any(one.is_own for one in mine),
        "matter": matter,
        "houses": [(one, shares.get(one.vote_house.house_id), f"{_FIELD}{one.vote_house.house_id}") for one in mine],
        "free": [one for one in mine if not one.why_not] if is_voting else [],
        "is_voting": is_voting,
        "opinions": _OPINIONS,
        "part": _taking_part(vote),
        "result": None if vote.is_open else result_of(vote),
        "receipts": receipts_of(vote, request.actor.user_id),
        "may_delegate": is_voting and conduct.proxies,
        "may_object": vote.state == VoteState.OBJECTION and vote.objects_until and day_of(now) <= vote.objects_until,
        "objections": [one for one in objections.objections_to(vote) if one.vote_house_id in own_ids],
    }
    return render(request, "owner/vote.html", context)


def _chosen(request: ActorRequest, mine: Sequence[VoterHouse]) -> dict[int, BallotChoice]:
    """What was chosen by house id; one choice for all goes to every house that can vote now."""
    free = [one for one in mine if not one.why_not]
    for_all = request.POST.get(_ALL, "")
    if for_all in OPINIONS:
        return {one.vote_house.house_id: BallotChoice(for_all) for one in free}
    sent = {one.vote_house.house_id: request.POST.get(f"{_FIELD}{one.vote_house.house_id}", "") for one in free}
    return {house_id: BallotChoice(choice) for house_id, choice in sent.items() if choice in OPINIONS}


@access(Role.OWNER)
@require_POST
def cast(request: ActorRequest, vote_id: int) -> HttpResponse:
    """First asks whether this is meant, then takes the ballots and hands out the receipt."""
    if request.POST.get("step") == "confirm":
        return _take(request, vote_id)
    vote, mine = _vote_or_404(request, vote_id)
    choices = _chosen(request, mine)
    if not choices:
        messages.error(request, "请先选择同意、反对或弃权")
        return redirect("owner:vote", vote.pk)
    rows = [
        (
            one,
            choices[one.vote_house.house_id].label,
            f"{_FIELD}{one.vote_house.house_id}",
            choices[one.vote_house.house_id].value,
        )
        for one in mine
        if one.vote_house.house_id in choices
    ]
    changing = any(one.is_changing for one, *_ in rows)
    return render(request, "owner/vote_confirm.html", {"vote": vote, "rows": rows, "changing": changing})


def _take(request: ActorRequest, vote_id: int) -> HttpResponse:
    """The ballots as they were confirmed. House by house nothing is looked up before: many do this in the last minutes."""
    choices = _chosen(request, _vote_or_404(request, vote_id)[1]) if _ALL in request.POST else _confirmed(request)
    try:
        receipt = online.cast(vote_id, choices, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        vote, _ = _vote_or_404(request, vote_id)
        messages.error(request, str(refusal))
        return redirect("owner:vote", vote.pk)
    cache.delete(_part_key(receipt.vote))
    return redirect("owner:vote_receipt", vote_id, receipt.number)


def _confirmed(request: ActorRequest) -> dict[int, BallotChoice]:
    """What the page that asked sent back, by house id; whatever else was sent is no choice."""
    sent = {name.removeprefix(_FIELD): value for name, value in request.POST.items() if name.startswith(_FIELD)}
    return {int(pk): BallotChoice(value) for pk, value in sent.items() if _IS_ID.fullmatch(pk) and value in OPINIONS}


def _receipt_or_404(request: ActorRequest, vote_id: int, number: str) -> VoteReceipt:
    found = VoteReceipt.objects.filter(vote_id=vote_id, number=number, user_id=request.actor.user_id)
    receipt = (
        found.select_related("vote").prefetch_related("ballots__vote_house__house__building", "ballots__proxy").first()
    )
    if receipt is None:
        raise Http404
    return receipt


@access(Role.OWNER)
@never_cache
@require_safe
def receipt(request: ActorRequest, vote_id: int, number: str) -> HttpResponse:
    """表决回执: what was said, when, under which number."""
    found = _receipt_or_404(request, vote_id, number)
    may_change = found.vote.is_open and timezone.now() < found.vote.closes_at
    left = may_change and any(one.online_place == 1 for one in found.ballots.all())
    return render(request, "owner/vote_receipt.html", {"receipt": found, "vote": found.vote, "may_change": left})


@access(Role.OWNER)
@require_POST
def print_receipt(request: ActorRequest, vote_id: int, number: str) -> HttpResponse:
    """The receipt as PDF, printed once and handed out again."""
    found = _receipt_or_404(request, vote_id, number)
    kept = keep_receipt(found, city=request.city.slug, by_id=request.actor.user_id, at=timezone.now())
    return redirect("owner:vote_receipt_pdf", vote_id, number, kept.pk)


@access(Role.OWNER)
@never_cache
@require_safe
def receipt_pdf(request: ActorRequest, vote_id: int, number: str, print_id: int) -> HttpResponse:
    """A kept print of the receipt."""
    found = _receipt_or_404(request, vote_id, number)
    kept = prints_of(subject=f"ballot:{found.pk}").filter(pk=print_id).first()
    if kept is None:
        raise Http404
    return pdf(content_of(kept), f"表决回执-{found.number}")


def _own_or_404(mine: Sequence[VoterHouse], house_id: int) -> VoterHouse:
    found = next((one for one in mine if one.is_own and one.vote_house.house_id == house_id), None)
    if found is None:
        raise Http404
    return found


@access(Role.OWNER)
@never_cache
@sensitive_post_parameters("id_number")
@require_http_methods(["GET", "POST"])
def delegate(request: ActorRequest, vote_id: int, house_id: int) -> HttpResponse:
    """委托他人代为表决, for one house."""
    vote, mine = _vote_or_404(request, vote_id)
    house = _own_or_404(mine, house_id)
    form = ProxyForm(request.POST or None, initial={"relation": "其他业主"})
    form.use_required_attribute = False
    if request.method == "POST" and form.is_valid():
        try:
            if not limits.allows(limits.PROXIES, key=str(request.actor.user_id), at=timezone.now()):
                raise Refusal("今天尝试的次数过多，请明天再试，或填写纸质委托书交给组织表决的单位")
            proxies.name_online(
                vote.pk, house_id, proxies.NewProxy(**form.cleaned_data), by=request.actor, at=timezone.now()
            )
        except HasProblems as problems:
            put_on_form(form, problems)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已委托，受托人登录后即可代您投票；投票前您可以撤销委托")
            return redirect("owner:vote", vote.pk)
    return render(request, "owner/vote_proxy.html", {"vote": vote, "house": house, "form": form})


@access(Role.OWNER)
@require_POST
def end_proxy(request: ActorRequest, vote_id: int, house_id: int) -> HttpResponse:
    """撤销委托."""
    vote, mine = _vote_or_404(request, vote_id)
    house = _own_or_404(mine, house_id)
    given = house.vote_house.proxies.filter(ended_at__isnull=True).first()
    try:
        proxies.end(given.pk if given else 0, by=request.actor, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "委托已撤销，请您自己投票")
    return redirect("owner:vote", vote.pk)


@access(Role.OWNER)
@require_POST
def object_to(request: ActorRequest, vote_id: int) -> HttpResponse:
    """结果异议 during its days."""
    vote, mine = _vote_or_404(request, vote_id)
    house_id: Any = request.POST.get("house", "")
    if not house_id.isdecimal():
        raise Http404
    house = _own_or_404(mine, int(house_id))
    try:
        objections.object_to(
            vote.pk, house.vote_house.house_id, text=request.POST.get("text", ""), by=request.actor, at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "异议已提交，组织表决的单位答复后会显示在这里")
    return redirect("owner:vote", vote.pk)
