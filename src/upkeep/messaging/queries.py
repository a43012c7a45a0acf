"""Reading messages and the outbox. A user reads his own; an administrator what left his city and its districts."""

import datetime as dt

from django.db.models import QuerySet

from upkeep.kernel.secrecy import lookup_hash
from upkeep.messaging.models import Message, Outbox, SendState
from upkeep.parties.actor import Actor
from upkeep.parties.queries import within


def messages_of(*, user_id: int) -> QuerySet[Message]:
    """The user's messages, newest first."""
    return Message.objects.filter(user_id=user_id).order_by("-created_at", "-id")


def unread_count(*, user_id: int) -> int:
    """How many messages the user has not opened."""
    return Message.objects.filter(user_id=user_id, read_at__isnull=True).count()


def outbox_visible_to(actor: Actor) -> QuerySet[Outbox]:
    """What left, or is to leave, in the actor's jurisdiction, newest first."""
    return Outbox.objects.filter(jurisdiction_id__in=within(actor.jurisdiction_id)).order_by("-created_at", "-id")


def sent_to(rows: QuerySet[Outbox], address: str) -> QuerySet[Outbox]:
    """Those to one telephone or e-mail address, which must be known in full: it is kept encrypted."""
    return rows.filter(address_hash=lookup_hash(address))


def due(*, at: dt.datetime, most: int) -> list[int]:
    """The ids of what waits and may be tried now, longest waiting first."""
    waiting = Outbox.objects.filter(state=SendState.WAITING, next_try_at__lte=at)
    return list(waiting.order_by("next_try_at").values_list("pk", flat=True)[:most])
