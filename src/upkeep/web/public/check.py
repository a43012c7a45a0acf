"""Where the QR code of a printed form leads: whether it is ours, and how it stands. Nothing personal is said."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from upkeep.banking.queries import standing
from upkeep.deposits.letters import standing_of_letter
from upkeep.kernel.numbers import tidy_number
from upkeep.parties.roles import EVERYONE
from upkeep.printing.checking import verify
from upkeep.printing.queries import prints_numbered
from upkeep.web.access import ActorRequest, access


@access(*EVERYONE)
@require_safe
def check(request: ActorRequest, number: str, city: str = "") -> HttpResponse:
    """A wrong signature and an unknown number are one answer: not ours."""
    tidied = tidy_number(number)
    context: dict[str, object] = {"number": tidied, "genuine": False}
    if verify(tidied, request.GET.get("s", "")):
        paper = standing(tidied) or standing_of_letter(tidied)
        kept = prints_numbered(number=tidied).first()
        context |= {"genuine": bool(paper or kept), "paper": paper, "kept": kept}
    return render(request, "public/check.html", context)
