"""办事指南 and templates, made from the procedures themselves each time they are read, so that none is out of date (P1)."""

import datetime as dt
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.casework.engine import chain_for
from upkeep.casework.procedure import Procedure, register
from upkeep.parties.models import Jurisdiction
from upkeep.parties.roles import EVERYONE, ORGANISATION, Role
from upkeep.policy.review_chain import ReviewChain, review_chains
from upkeep.web.access import ActorRequest, access
from upkeep.web.cases.sheets import workbook
from upkeep.web.public.notices import city_or_404
from upkeep.web.site.frame import frame, offices_of

#: Who does business, in the order in which people look for themselves.
_GROUPS = (
    ("业主", frozenset({Role.OWNER, Role.PUBLIC})),
    ("开发建设单位、售房单位", frozenset({Role.DEVELOPER, Role.SELLING_UNIT})),
    ("物业服务企业", frozenset({Role.PROPERTY_COMPANY})),
    ("业主委员会", frozenset({Role.OWNERS_COMMITTEE})),
    ("新用户", frozenset({Role.UNVERIFIED})),
)


#: Procedures that begin for a house or an area found on the site, and where.
BEGUN_ON_THE_SITE = {
    "owner_deposit": "site:self_service",
    "owner_refund": "site:self_service",
    "unregistered_deposit": "site:unregistered",
}


@dataclass(frozen=True)
class GuideGroup:
    """The procedures of one kind of people."""

    title: str
    procedures: tuple[Procedure, ...]


@dataclass(frozen=True)
class Template:
    """A workbook that a procedure asks to be filled in."""

    title: str
    procedure: Procedure
    part: str


def procedures_in(city: Jurisdiction, *, on: dt.date) -> list[Procedure]:
    """What the city does, in the order of the register."""
    return [procedure for procedure in register if procedure.is_open(jurisdiction_id=city.pk, on=on)]


def started_by(city: Jurisdiction, *, on: dt.date) -> dict[Procedure, frozenset[Role]]:
    """What the city does, in the order of the register, and who begins each. The chains are read at once."""
    offered = procedures_in(city, on=on)
    chains = review_chains(jurisdiction_id=city.pk, procedures=[one.code for one in offered], on=on)
    found = {}
    for one in offered:
        chain = chains[one.code] or one.default_chain()
        found[one] = frozenset(Role(code) for code in chain.starters) or one.starters
    return found


def guides_of(city: Jurisdiction, *, text: str = "") -> list[GuideGroup]:
    """The guides by who needs them; narrowed to those that speak of `text`."""
    on = timezone.localdate()
    open_ones = [
        (procedure, starters)
        for procedure, starters in started_by(city, on=on).items()
        if text in procedure.title or text in procedure.guide.overview
    ]
    groups, listed = [], set[str]()
    for title, roles in _GROUPS:
        mine = tuple(one for one, starters in open_ones if starters & roles and one.code not in listed)
        listed |= {one.code for one in mine}
        if mine:
            groups.append(GuideGroup(title, mine))
    return groups


def templates_of(city: Jurisdiction, *, text: str = "") -> list[Template]:
    """The workbooks of the open procedures, each once: as the import of today wants them (001 2.2 step 4, 2.7 step 5)."""
    found: dict[str, Template] = {}
    for procedure in procedures_in(city, on=timezone.localdate()):
        for part, sheet in procedure.sheets.items():
            found.setdefault(sheet.title, Template(sheet.title, procedure, part))
    return [one for one in found.values() if text in one.title or text in one.procedure.title]


def _open_or_404(city: Jurisdiction, code: str) -> Procedure:
    on = timezone.localdate()
    if code not in register or not register[code].is_open(jurisdiction_id=city.pk, on=on):
        raise Http404
    return register[code]


@access(*EVERYONE)
@require_safe
def guide(request: ActorRequest, city: str, code: str) -> HttpResponse:
    """What to bring, who reviews, how long it takes, and the steps one after another."""
    found, on = city_or_404(request, city), timezone.localdate()
    procedure = _open_or_404(found, code)
    chain = chain_for(procedure, jurisdiction_id=found.pk, on=on)
    starters = frozenset(Role(code) for code in chain.starters) or procedure.starters
    context = frame(found, here="办事指南") | {
        "procedure": procedure,
        "chain": chain,
        "who": [
            role.label for role in Role if role in starters & {*ORGANISATION, Role.OWNER, Role.PUBLIC, Role.UNVERIFIED}
        ],
        "days": sum(step.working_days for step in chain.steps),
        "flow": flow_of(procedure, chain),
        "facts": procedure.guide_facts(jurisdiction_id=found.pk, on=on),
        "templates": [(sheet.title, part) for part, sheet in procedure.sheets.items()],
        "offices": offices_of(found),
        "start_url": start_url(procedure, starters, found),
    }
    return render(request, "site/guide.html", context)


def flow_of(procedure: Procedure, chain: ReviewChain) -> list[tuple[str, str]]:
    """业务办理流程: each step and who takes it."""
    filling = [(page.title, "申请人") for page in procedure.pages]
    review = [(f"{step.label}（{step.working_days} 个工作日内）", "维修资金管理部门") for step in chain.steps]
    return [*filling, ("核对并提交", "申请人"), *review, ("办结，网上可查结果", "维修资金管理部门")]


def start_url(procedure: Procedure, starters: frozenset[Role], city: Jurisdiction) -> str:
    """Where one begins: at the house's or the area's search, at once when everybody may, else at the login."""
    if procedure.code in BEGUN_ON_THE_SITE:
        return reverse(BEGUN_ON_THE_SITE[procedure.code], args=[city.slug])
    if not procedure.in_menu:
        return ""
    if Role.PUBLIC in starters:
        return f"{reverse('cases:guide', args=[procedure.code])}?city={city.slug}"
    return reverse("public:city_login", args=[city.slug])


@access(*EVERYONE)
@require_safe
def template(request: ActorRequest, city: str, code: str, part: str) -> HttpResponse:
    """The empty workbook of a procedure."""
    procedure = _open_or_404(city_or_404(request, city), code)
    if part not in procedure.sheets:
        raise Http404
    sheet = procedure.sheets[part]()
    return workbook(sheet.template(), sheet.title)
