"""Pages as tests open them: a logged-in client, the text of an answer, work of the queue done on the spot."""

import html
import re
from typing import Any

from django.test import Client

from tests.cast import Cast
from upkeep.jobs import actions as jobs
from upkeep.jobs.models import Job


def client_of(cast: Cast, username: str) -> Client:
    """A browser in which the user is logged in."""
    found = Client()
    found.force_login(cast.city.users[username])
    return found


def text(answer: Any) -> str:
    """What a reader sees, tags taken out."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())))


def do_work() -> Job:
    """Do the newest job, as the worker would."""
    job = Job.objects.order_by("-id")[0]
    return jobs.run(job.pk)
