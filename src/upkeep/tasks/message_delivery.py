"""Sends SMS and e-mails: each right after it was asked for, and what is due again once a minute."""

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.messaging.actions import SEND_TASK
from upkeep.messaging.delivery import deliver
from upkeep.messaging.queries import due

#: At most so many in one minute's round; the rest is still due in the next.
_MOST_PER_ROUND = 500


@app.task(name=SEND_TASK)
def send(outbox_id: int) -> None:
    """The first try; it finds nothing to do when another worker was quicker."""
    deliver(outbox_id, at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(name="upkeep.send_due_messages", queueing_lock="upkeep.send_due_messages", pass_context=False)
def send_due(timestamp: int) -> None:
    """Later tries, and what a worker that died had not begun."""
    for outbox_id in due(at=timezone.now(), most=_MOST_PER_ROUND):
        deliver(outbox_id, at=timezone.now())
