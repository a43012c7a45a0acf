"""演练: a procedure that only tests know, whose rules and effects a test can watch and turn."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms

from tests.cast import AT, Cast
from upkeep.casework import engine
from upkeep.casework.models import Case, PartyRole
from upkeep.casework.pages import SheetPage
from upkeep.casework.procedure import Paper, PartyGrant, Procedure, register
from upkeep.kernel.errors import Problem, Refusal
from upkeep.parties.actor import Actor
from upkeep.parties.roles import Role
from upkeep.policy.actions import set_policy
from upkeep.policy.models import PolicyKind
from upkeep.policy.review_chain import ChainStep, ReviewChain
from upkeep.sheets.kinds import Text, Whole
from upkeep.sheets.sheet import Column, Sheet

WINDOW, REVIEW = ChainStep(Role.WINDOW_CLERK, 1), ChainStep(Role.FIRST_REVIEWER, 3)


class Things(Sheet):
    """Two columns."""

    title = "物品"
    columns = (
        Column(key="name", title="名称", kind=Text(10), required=True),
        Column(key="count", title="数量", kind=Whole(1, 99)),
    )


class Rehearsal(Procedure):
    """Keeps a log of what the engine asked of it."""

    code, title, prefix = "rehearsal", "演练", "YL"
    starters = frozenset({Role.DEVELOPER})
    papers = (Paper("sketch", "草图", required=False),)
    pages = (SheetPage("物品", part="things"),)
    sheets = {"things": Things}

    class Form(forms.Form):
        topic = forms.CharField(label="事项", max_length=20)

    def __init__(self) -> None:
        self.log: list[str] = []
        self.problem = ""
        self.refusal = ""
        self.deciders: tuple[int, ...] = ()
        self.concerned: tuple[int, ...] = ()

    def subject(self, case: Case) -> str:
        return str(case.data.get("topic", ""))

    def parties(self, case: Case) -> Iterator[PartyGrant]:
        yield from (PartyGrant(one, PartyRole.DECIDER) for one in self.deciders)
        yield from (PartyGrant(one, PartyRole.CONCERNED) for one in self.concerned)

    def validate(self, case: Case, data: dict[str, Any]) -> Iterable[Problem]:
        self.log.append("validate")
        return [Problem("topic", self.problem)] if self.problem else []

    def claim(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        self.log.append("claim")

    def release(self, case: Case, *, by: Actor, at: dt.datetime) -> None:
        self.log.append("release")

    def apply(self, case: Case, data: dict[str, Any], *, by: Actor, at: dt.datetime) -> None:
        if self.refusal:
            raise Refusal(self.refusal)
        self.log.append("apply")


def set_chain(
    cast: Cast, *steps: ChainStep, since: dt.date = dt.date(2020, 1, 1), starters: tuple[str, ...] = ()
) -> None:
    """The city's chain for the rehearsal."""
    set_policy(
        kind=PolicyKind.REVIEW_CHAIN,
        jurisdiction_id=cast.city.jurisdiction.pk,
        scope="rehearsal",
        value=ReviewChain(steps=steps, starters=starters),
        valid_from=since,
    )


def draft(cast: Cast, *, by: str = "demo-developer", topic: str = "排练", at: dt.datetime = AT) -> Case:
    """A filled draft of the developer."""
    return engine.start(register["rehearsal"], by=cast[by], at=at, data={"topic": topic})
