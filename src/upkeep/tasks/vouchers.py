"""Every night: vouchers are numbered (凭证编号). And the vouchers of a book's month, printed in the background."""

import datetime as dt
import logging
from typing import Any

from django.utils import timezone
from procrastinate.contrib.django import app

from upkeep.accounting.printing import PRINTING, keep_month
from upkeep.banking.custody_books import books_of
from upkeep.books.vouchers import number_vouchers
from upkeep.jobs.registry import Progress, job
from upkeep.kernel.dates import day_of
from upkeep.parties.queries import cities

log = logging.getLogger(__name__)


@app.periodic(cron="5 17 * * *")  # UTC: five past one at night in Shanghai
@app.task(name="upkeep.number_vouchers", queueing_lock="upkeep.number_vouchers", pass_context=False)
def number(timestamp: int) -> None:
    """What was booked until yesterday; what another night has numbered stays."""
    yesterday = day_of(timezone.now()) - dt.timedelta(days=1)
    since = dt.date(yesterday.year - 1, 1, 1)
    counts = [number_vouchers(book_ids=books_of(city.pk), since=since, through=yesterday) for city in cities()]
    log.info("vouchers_numbered=%s", sum(counts))


@job(PRINTING)
def print_month(progress: Progress, *, book_id: int, month: str, by_id: int, back: str, **_: Any) -> dict[str, Any]:
    """A killed worker leaves no print behind; the month is printed again."""
    kept = keep_month(
        book_id=book_id, month=dt.date.fromisoformat(month), by_id=by_id, at=timezone.now(), progress=progress
    )
    return {"print_id": kept.pk, "pages": kept.pages, "next": f"/accounting/books/{book_id}/prints/{kept.pk}/"}
