"""Where the QR code of a printed form leads: whether it is ours, how it stands and, for a notice that can still be paid,
where and how (扫码交款). Nothing personal is said; a forged code and an unknown number get one answer.

Source: manual 001 §2.3.2 step 9.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from upkeep.banking.queries import standing
from upkeep.deposits.letter_lists import standing_of_letter
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import EVERYONE
from upkeep.printing.checking import verify
from upkeep.printing.queries import prints_numbered
from upkeep.web.access import ActorRequest, access


@access(*EVERYONE)
@require_safe
def check(request: ActorRequest, number: str, city: str = "") -> HttpResponse:
    """A wrong signature and an unknown number are one answer: not ours. The number itself is not said back then."""
    tidied = tidy_number(number)
    context: dict[str, object] = {"genuine": False}
    if verify(tidied, request.GET.get("s", "")):
        paper = standing(tidied, on=timezone.localdate()) or standing_of_letter(tidied)
        kept = prints_numbered(number=tidied).first()
        context = {"genuine": bool(paper or kept), "number": tidied, "paper": paper, "kept": kept}
    response = render(request, "public/check.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
