"""Every night: the register of arrears (欠交登记) is brought up to date, and plans ask for the instalments that come due."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.deposits import further
from upkeep.deposits.arrears import register_arrears
from upkeep.kernel.dates import day_of
from upkeep.kernel.errors import Refusal
from upkeep.parties.actor import Actor

_SYSTEM = Actor(user_id=0, name="系统", roles=frozenset())
log = logging.getLogger(__name__)


@app.periodic(cron="52 17 * * *")  # UTC: eight to two at night in Shanghai
@app.task(name="upkeep.find_arrears", queueing_lock="upkeep.find_arrears", pass_context=False)
def find(timestamp: int) -> None:
    """All cities, some thousands of houses at a time; running twice changes nothing."""
    found = register_arrears(on=day_of(timezone.now()))
    log.info("in_arrears=%s entered=%s left=%s", found.now, found.entered, found.left)


@app.periodic(cron="12 18 * * *")  # UTC: twelve past two at night in Shanghai
@app.task(name="upkeep.ask_instalments", queueing_lock="upkeep.ask_instalments", pass_context=False)
def ask(timestamp: int) -> None:
    """Each plan by itself: one that cannot be asked (its city has no custody account) does not hold up the others."""
    at = timezone.now()
    for plan_id in further.plans_to_ask(on=day_of(at)):
        try:
            done = further.issue_slips_of(plan_id, by=_SYSTEM, at=at)
        except Refusal as refused:
            log.warning("plan=%s refused=%s", plan_id, refused)
        else:
            log.info("plan=%s slips=%s kept_back=%s", plan_id, done.slips, done.kept_back)
