"""异议 to public notices: an owner objects, may change his words until he is answered, and is answered where all can read.

Who may object to which notice is decided above (`repairs.objecting`); here is what holds for every notice. Nothing that was
said or answered is overwritten.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet

from upkeep.casework.numbering import next_number
from upkeep.estate.models import House
from upkeep.kernel.dates import day_of, in_letters
from upkeep.kernel.errors import HasProblems, Problem, Refusal
from upkeep.kernel.masking import mask_name
from upkeep.kernel.money import half_width
from upkeep.parties.actor import Actor
from upkeep.publishing.models import Objection, ObjectionAnswer, ObjectionText, PublicNotice

PREFIX = "YY"
LONGEST = 500
MOST_TEXTS = 20
#: Telephone, ID card and bank account numbers, however they are spaced.
_NUMBERS = re.compile(r"(?<!\d)(?:\d[\s-]?){11,}[\dXx]?(?!\d)|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w+")


class NoticeIsOver(Refusal):
    """Objections are raised while the notice stands."""


class AlreadyAnswered(Refusal):
    """What was answered is changed no more."""


def check_words(text: str, *, field: str, name: str) -> str:
    """The words tidied, fit to be read by everybody. Raises: HasProblems."""
    text = text.strip()
    wrong = ""
    if not text:
        wrong = f"请填写{name}"
    elif len(text) > LONGEST:
        wrong = f"{name}不超过 {LONGEST} 字，现有 {len(text)} 字"
    elif _NUMBERS.search(half_width(text)) or _ADDRESS.search(half_width(text)):
        wrong = f"{name}将在公示页面公开，请不要填写电话、证件号码、银行账号或邮箱，也不要写他人姓名"
    if wrong:
        raise HasProblems([Problem(field, wrong)])
    return text


def check_open(notice: PublicNotice, *, at: dt.datetime) -> None:
    """Raises: NoticeIsOver."""
    if notice.open_until < day_of(at):
        raise NoticeIsOver(f"该公示已于 {in_letters(notice.open_until)} 结束，不能再提出或修改异议")


@transaction.atomic
def object_to(notice: PublicNotice, *, house: House, text: str, by: Actor, at: dt.datetime) -> Objection:
    """提出异议, or change one's words while nobody has answered. The caller has seen to it that the owner may.

    Raises: HasProblems, NoticeIsOver, AlreadyAnswered.
    """
    check_open(notice, at=at)
    text = check_words(text, field="text", name="异议内容")
    # The notice's objections are made one after another: two taps of one owner are one objection.
    fresh, is_new = Objection.objects.get_or_create(
        notice=notice,
        user_id=by.user_id,
        defaults={
            "number": next_number(PREFIX, on=day_of(at)),
            "house": house,
            "shown_as": f"{house.building.name} {house.label} {mask_name(by.name)}",
            "made_at": at,
        },
    )
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=fresh.pk)
    if not is_new:
        if objection.answered_at is not None:
            raise AlreadyAnswered("您的异议已经答复，不能再修改；如仍有不同意见，请拨打管理部门电话")
        if words_of(objection) == text:
            return objection
        if objection.texts >= MOST_TEXTS:
            raise AlreadyAnswered("您的异议已修改多次，不能再修改，请等待答复")
        objection.texts += 1
        objection.save(update_fields=["texts"])
    ObjectionText.objects.create(objection=objection, number=objection.texts, text=text, at=at)
    return objection


@transaction.atomic
def answer(
    objection_id: int, *, text: str, answered_as: str, hides_text: bool = False, by: Actor, at: dt.datetime
) -> ObjectionAnswer:
    """答复 in the name of a unit or office; further answers stand below the first. `hides_text` keeps the objection's own
    words from the public page. Raises: HasProblems.
    """
    text = check_words(text, field="text", name="答复内容")
    objection = Objection.objects.select_for_update(of=("self",)).get(pk=objection_id)
    if objection.answered_at is None:
        objection.answered_at = at
        objection.save(update_fields=["answered_at"])
    return ObjectionAnswer.objects.create(
        objection=objection, text=text, answered_as=answered_as, by_user_id=by.user_id, at=at, hides_text=hides_text
    )


def words_of(objection: Objection) -> str:
    """What the objection says now."""
    return objection.versions.get(number=objection.texts).text


@dataclass(frozen=True, kw_only=True)
class Said:
    """An objection as pages show it. `text` is empty where its words are not public."""

    objection: Objection
    text: str
    answers: tuple[ObjectionAnswer, ...]

    @property
    def is_hidden(self) -> bool:
        return any(one.hides_text for one in self.answers)

    @property
    def is_answered(self) -> bool:
        return bool(self.answers)


def said_of(objections: list[Objection]) -> list[Said]:
    """What some objections say and what was answered, in their order. Two queries."""
    texts, answers = dict[int, str](), dict[int, list[ObjectionAnswer]]()
    for one in ObjectionText.objects.filter(objection__in=objections).order_by("number"):
        texts[one.objection_id] = one.text
    for found in ObjectionAnswer.objects.filter(objection__in=objections).order_by("at", "pk"):
        answers.setdefault(found.objection_id, []).append(found)
    return [Said(objection=one, text=texts[one.pk], answers=tuple(answers.get(one.pk, ()))) for one in objections]


def objections_of(notice: PublicNotice) -> QuerySet[Objection]:
    """The objections to a notice, the first first."""
    return Objection.objects.filter(notice=notice).order_by("made_at", "pk")


def objections_on(source: str) -> QuerySet[Objection]:
    """The objections to all notices of a matter: first those that wait for an answer, then the latest answered."""
    found = Objection.objects.filter(notice__source=source).select_related("notice").defer("notice__body")
    return found.order_by(F("answered_at").desc(nulls_first=True), "made_at", "pk")


def objection_of(notice: PublicNotice, *, user_id: int) -> Objection | None:
    """What the account has objected to the notice."""
    return Objection.objects.filter(notice=notice, user_id=user_id).first()


def objections_by(*, user_id: int, notices: list[PublicNotice]) -> dict[int, Objection]:
    """What the account has objected to these notices, by notice. One query."""
    return {one.notice_id: one for one in Objection.objects.filter(user_id=user_id, notice__in=notices)}


def unanswered_on(source: str, *, kind: str = "") -> int:
    """How many objections to a matter's notices (of one kind, or all) wait for an answer."""
    found = Objection.objects.filter(notice__source=source, answered_at__isnull=True)
    return (found.filter(notice__kind=kind) if kind else found).count()


def counts_of(notices: list[PublicNotice]) -> dict[int, tuple[int, int]]:
    """Objections of each notice and how many of them are unanswered; notices without any are left out. One query."""
    rows = (
        Objection.objects.filter(notice__in=notices)
        .values_list("notice_id")
        .annotate(every=Count("pk"), waiting=Count("pk", filter=Q(answered_at__isnull=True)))
    )
    return {notice_id: (every, waiting) for notice_id, every, waiting in rows}
