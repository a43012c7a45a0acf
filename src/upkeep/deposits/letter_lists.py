"""Reading demand letters: batches, lists, and what a letter's QR code tells whoever scans it."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from upkeep.deposits.letters import NOBODY, TITLE
from upkeep.deposits.models import Arrears, DemandLetter, LetterBatch
from upkeep.estate.queries import visible_to
from upkeep.kernel.masking import mask_name
from upkeep.parties.actor import Actor
from upkeep.parties.roles import OFFICE


def batches_visible_to(actor: Actor) -> QuerySet[LetterBatch]:
    """The batches the actor may know of: the office those of its areas, an organisation those it asked for itself."""
    batches = LetterBatch.objects.filter(area__in=visible_to(actor).values("pk"))
    if not actor.has(*OFFICE):
        batches = batches.filter(organisation_id=actor.organisation_id or 0)
    return batches.select_related("area", "organisation", "printed", "jurisdiction").order_by("-asked_at", "-pk")


def letter_list(*, actor: Actor, text: str = "") -> QuerySet[DemandLetter]:
    """The letters of the visible batches by number, area, room or addressee, the newest first."""
    seen = batches_visible_to(actor).order_by().values("pk")
    letters = DemandLetter.objects.filter(batch__in=seen).select_related("house__building", "batch__area")
    if text := text.strip():
        found = Q(number=text.upper()) | Q(batch__number=text.upper()) | Q(batch__area__name__icontains=text)
        letters = letters.filter(found | Q(house__room=text) | Q(addressee=text))
    return letters.order_by("-pk")


def letters_to_house(house_id: int, *, actor: Actor) -> list[DemandLetter]:
    """What a house was asked by letter, the latest first, as far as the actor may know."""
    seen = batches_visible_to(actor).order_by().values("pk")
    letters = DemandLetter.objects.filter(house_id=house_id, batch__in=seen).select_related("batch")
    return list(letters.order_by("-pk"))


@dataclass(frozen=True, kw_only=True)
class LetterStanding:
    """What a stranger with the letter in his hand may know of it, by the names that the page of the QR code uses."""

    title: str
    amount_fen: int
    state: str
    state_label: str
    valid_until: dt.date


def standing_of_letter(number: str) -> LetterStanding | None:
    """What whoever scans the QR code of a letter may know: amount, time limit, whether the house has left the arrears."""
    letter = DemandLetter.objects.select_related("batch").filter(number=number).first()
    if letter is None:
        return None
    owes = Arrears.objects.filter(house_id=letter.house_id, left_on__isnull=True).exists()
    return LetterStanding(
        title=TITLE,
        amount_fen=letter.owed_fen,
        state="WAITING" if owes else "PAID",
        state_label="未补足" if owes else "已解除欠交",
        valid_until=letter.batch.deadline,
    )


def masked_addressee(letter: DemandLetter) -> str:
    """The addressee for lists: names in part hidden."""
    if letter.addressee == NOBODY:
        return NOBODY
    return "、".join(mask_name(name) for name in letter.addressee.split("、"))
