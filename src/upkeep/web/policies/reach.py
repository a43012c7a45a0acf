"""Which policy a page is about: a jurisdiction within the actor's own, a kind, a scope. What is none of these is 404."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from upkeep.casework.procedure import register
from upkeep.estate.kinds import BuildingKind, HouseNature, HouseUse
from upkeep.parties.models import Jurisdiction
from upkeep.parties.queries import within
from upkeep.parties.roles import OFFICE, Role
from upkeep.policy.describing import Lines, lines_of
from upkeep.policy.models import PolicyKind
from upkeep.policy.shapes import SHAPES, Value, default_value
from upkeep.web.access import ActorRequest

READERS = OFFICE
PROPOSERS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
DECIDERS = (Role.APPROVER, *PROPOSERS)

#: The codes that a tariff names, in words.
WORDS: dict[str, str] = {
    str(one.value): str(one.label) for kind in (BuildingKind, HouseUse, HouseNature) for one in kind
}

GROUPS: tuple[tuple[str, tuple[PolicyKind, ...]], ...] = (
    (
        "业务办理",
        (
            PolicyKind.REVIEW_CHAIN,
            PolicyKind.REGISTRATION_RULE,
            PolicyKind.ORGANISATION_RULE,
            PolicyKind.SERVICE_RULE,
            PolicyKind.PUBLIC_QUERY_RULE,
            PolicyKind.COLLECTION_RULE,
            PolicyKind.RETENTION_RULE,
        ),
    ),
    (
        "资金",
        (
            PolicyKind.DEPOSIT_STANDARD,
            PolicyKind.PAY_SLIP_RULE,
            PolicyKind.INTEREST_RULE,
            PolicyKind.PAYOUT_GATE,
            PolicyKind.RECEIPT_RULE,
            PolicyKind.REFUND_RULE,
            PolicyKind.BALANCE_MESSAGE_RULE,
            PolicyKind.FURTHER_RULE,
            PolicyKind.UNIT_DEPOSIT_RULE,
            PolicyKind.CLOSING_RULE,
        ),
    ),
    (
        "维修与表决",
        (
            PolicyKind.PROJECT_RULE,
            PolicyKind.WARRANTY_RULE,
            PolicyKind.NOTICE_RULE,
            PolicyKind.VOTING_RULE,
            PolicyKind.VOTING_CONDUCT,
        ),
    ),
    ("账号与安全", (PolicyKind.LOGIN_RULE, PolicyKind.PASSWORD_RULE)),
    ("用语", (PolicyKind.WORDING,)),
)


@dataclass(frozen=True)
class Place:
    """One policy's place: where, what kind, for what."""

    jurisdiction: Jurisdiction
    kind: PolicyKind
    scope: str

    @property
    def scope_title(self) -> str:
        return dict(scopes_of(self.kind)).get(self.scope, self.scope)

    @property
    def title(self) -> str:
        """办理流程 · 物业区域采集."""
        only = len(scopes_of(self.kind)) == 1
        return self.kind.label if only else f"{self.kind.label} · {self.scope_title}"

    def url(self, page: str = "detail") -> str:
        address = reverse(f"policies:{page}", args=[self.jurisdiction.pk, self.kind.value])
        return f"{address}?{urlencode({'scope': self.scope})}" if self.scope else address

    def lines(self, value: Value | None) -> Lines:
        """A value in words; None is what holds where nobody has set it."""
        return lines_of(self.kind, value if value is not None else fallback(self.kind, self.scope), words=WORDS)


def scopes_of(kind: PolicyKind) -> tuple[tuple[str, str], ...]:
    """Code and Chinese name of everything the kind can be set for."""
    scopes = SHAPES[kind].scopes
    return scopes if scopes is not None else tuple((one.code, one.title) for one in register)


def fallback(kind: PolicyKind, scope: str) -> Value | None:
    """What holds where nobody has set anything; for a procedure, its own chain."""
    if kind is PolicyKind.REVIEW_CHAIN and scope in register:
        chain = register[scope].default_chain()
        steps = [{"role": one.role, "working_days": one.working_days, "party": one.party} for one in chain.steps]
        return {"steps": steps, "starters": list(chain.starters)}
    return default_value(kind, scope)


def jurisdictions(request: ActorRequest) -> list[Jurisdiction]:
    """The actor's own jurisdiction and those under it."""
    return list(Jurisdiction.objects.filter(pk__in=within(request.actor.jurisdiction_id)).order_by("code"))


def jurisdiction_or_404(request: ActorRequest, jurisdiction_id: int) -> Jurisdiction:
    """Raises: Http404 when it is not within the actor's own."""
    found = Jurisdiction.objects.filter(pk=jurisdiction_id, pk__in=within(request.actor.jurisdiction_id)).first()
    if found is None:
        raise Http404
    return found


def place_or_404(request: ActorRequest, jurisdiction_id: int, kind: str) -> Place:
    """Raises: Http404."""
    where = jurisdiction_or_404(request, jurisdiction_id)
    if kind not in PolicyKind.values:
        raise Http404
    known = PolicyKind(kind)
    scope = request.GET.get("scope", scopes_of(known)[0][0])
    if scope not in dict(scopes_of(known)):
        raise Http404
    return Place(where, known, scope)
