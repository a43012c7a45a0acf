"""What the addresses of objections, clearing back and cancelling name."""

import datetime as dt

from django.utils import timezone

from tests.circle.cast import Cast
from upkeep.banking.prints import keep_paper
from upkeep.estate.models import House, OwnerAccount
from upkeep.publishing.models import PublicNotice
from upkeep.publishing.objections import object_to
from upkeep.repairs.announcing import publish_cancellation
from upkeep.repairs.clearing import ask_back, paid_items
from upkeep.repairs.giving_up import unpaid_orders
from upkeep.repairs.models import ClearingReason, RepairProject
from upkeep.repairs.stages import Stage


def going_back(cast: Cast, *, voting_project: str) -> dict[str, str]:
    """A project paid and asked back in part, one being cancelled whose order waits, an objection to one being voted on."""
    at, by = timezone.now(), cast.city.actor("demo-committee")
    paid = cast.project(last=Stage.FINISHED, budget_fen=100_201, title="屋面清退")
    order = paid_items(paid)[0].order
    clearing = ask_back(paid.pk, order_id=order.pk, amount_fen=100, reason=ClearingReason.NOT_POSSIBLE, by=by, at=at)
    given_up = cast.project(last=Stage.TRANSFER, budget_fen=100_301, title="屋面撤销")
    until = timezone.localdate() + dt.timedelta(days=8)
    publish_cancellation(given_up.pk, open_until=until, reason="不再实施", by=by, at=at)
    project = RepairProject.objects.get(number=voting_project)
    notice = PublicNotice.objects.get(source=project.source)
    account = OwnerAccount.objects.select_related("user").order_by("pk")[0]
    house = House.objects.filter(area=project.area).order_by("pk")[0]
    objection = object_to(
        notice, house=house, text="请说明", by=cast.city.actor(account.user.username), at=notice.published_at
    )
    return {
        "cleared": paid.number,
        "paid_order": order.number,
        "clearing": clearing.slip.number,
        "clearing_print": str(keep_paper(clearing.slip, by_id=None, at=at).pk),
        "cancelling": given_up.number,
        "unpaid": unpaid_orders(given_up)[0].number,
        "objection": objection.number,
    }
