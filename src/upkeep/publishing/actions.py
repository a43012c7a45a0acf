"""Publishing notices. There is no other move: what is public stays as it is."""

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from upkeep.casework.numbering import next_number
from upkeep.estate.models import Area
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.publishing.models import NoticeKind, PublicNotice


class AlreadyPublished(Refusal):
    """The matter has a notice of this kind."""


@transaction.atomic
def publish(
    *,
    area: Area,
    kind: NoticeKind,
    source: str,
    title: str,
    publisher: str,
    organisation_id: int | None,
    body: dict[str, Any],
    open_until: dt.date,
    by: Actor,
    at: dt.datetime,
) -> PublicNotice:
    """Put a notice on the public pages. Raises: AlreadyPublished, HasProblems."""
    if open_until < day_of(at):
        raise HasProblems([Problem("open_until", "公示截止日不能早于今天")])
    try:
        with transaction.atomic():
            return PublicNotice.objects.create(
                number=next_number("GS", on=day_of(at)),
                jurisdiction_id=area.jurisdiction_id,
                area=area,
                kind=kind,
                source=source,
                title=title,
                publisher=publisher,
                organisation_id=organisation_id,
                body=body,
                published_at=at,
                open_until=open_until,
                by_user_id=by.user_id,
            )
    except IntegrityError:
        raise AlreadyPublished(f"该项目的{kind.label}已经发布，不能再次发布") from None
