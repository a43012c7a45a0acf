"""终止 of a vote whose matter is given up: it ends without being counted, and takes no ballot any more."""

import datetime as dt

from django.db import transaction

from upkeep.voting.models import UNDECIDED, Vote, VoteState


@transaction.atomic
def abandon_votes(source: str, *, at: dt.datetime) -> int:
    """End the undecided votes on a matter without a result; answers with their number. What was voted stays on record."""
    found = list(Vote.objects.select_for_update().filter(source=source, state__in=UNDECIDED))
    for vote in found:
        vote.state, vote.closed_at = VoteState.ABANDONED, at
        vote.save(update_fields=["state", "closed_at"])
    return len(found)
