"""The task that runs jobs. Imports every module of this package, so all handlers are known wherever it is loaded."""

import importlib
import logging
import pkgutil

from procrastinate.contrib.django import app

from upkeep import tasks
from upkeep.jobs import actions

log = logging.getLogger(__name__)

for _module in pkgutil.iter_modules(tasks.__path__, f"{tasks.__name__}."):
    if _module.name != __name__:
        importlib.import_module(_module.name)


@app.task(name=actions.TASK)
def run_job(job_id: int) -> None:
    """Do one job; what becomes of it is written in its row."""
    job = actions.run(job_id)
    log.info("job=%s kind=%s state=%s", job.pk, job.kind, job.state)


@app.periodic(cron="* * * * *")
@app.task(name="upkeep.resume_abandoned", queueing_lock="upkeep.resume_abandoned", pass_context=False)
def resume_abandoned(timestamp: int) -> None:
    """Once a minute: take up what workers that died left behind."""
    if resumed := actions.resume_abandoned():
        log.warning("resumed=%s", resumed)
