"""Who gets to the pages of the hand-over to owners' assemblies, and what their addresses name."""

import datetime as dt

from django.utils import timezone

from tests.circle.cast import Cast
from tests.web.authorization_people import BOOKKEEPERS, FAR_BOOKKEEPERS, Row, get, post
from upkeep.handover.checklist import committee_of
from upkeep.handover.models import HandOver

_COMMITTEES = {"committee", "other-committee"}

HANDOVER: dict[str, Row] = {
    "handover:list": get("/handover/", BOOKKEEPERS | FAR_BOOKKEEPERS | _COMMITTEES),
    "handover:filings": get("/handover/filings/", BOOKKEEPERS | FAR_BOOKKEEPERS | _COMMITTEES),
    "handover:new": get("/handover/areas/{area}/new/", {"accountant"}, {"far-accountant"}),
    "handover:new_filing": get("/handover/filings/new/{area}/", {"committee"}, {"other-committee"}),
    "handover:show": get("/handover/{hand_over}/", BOOKKEEPERS | {"committee"}, FAR_BOOKKEEPERS | {"other-committee"}),
    "handover:decide": post("/handover/{hand_over}/decide/", {"accountant", "approver"}, FAR_BOOKKEEPERS),
}


def waiting_hand_over(cast: Cast) -> dict[str, str]:
    """One that the city's accountant has entered, which waits for another person."""
    area, at = cast.filled[0].area, timezone.now()
    committee, accountant = committee_of(area), cast.city.actor("demo-accountant")
    assert committee is not None
    today = timezone.localdate()
    made = HandOver.objects.create(
        number="HJ202611200000013",
        area=area,
        committee=committee,
        decision="业主大会决议",
        decided_on=today,
        notified_on=today,
        deadline_on=today + dt.timedelta(days=30),
        payee_name="业主大会",
        payee_bank="江城银行",
        payee_account="6222000012345678",
        total_fen=100,
        house_count=1,
        made_at=at,
        made_by_id=accountant.user_id,
        made_by_name=accountant.name,
    )
    return {"hand_over": made.number}
