"""The two kinds of refusal the platform knows. Anything else is a bug and must crash."""

from collections.abc import Iterable
from dataclasses import dataclass


class Refusal(Exception):
    """The user asked for something the rules do not allow; `str(e)` is shown to him in Chinese."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong, tied to a form field, a sheet cell such as "F12", or "" for the whole.

    `instead` is the code of the procedure by which it can be done, where this is the wrong one.
    """

    field: str
    text: str
    instead: str = ""


class HasProblems(Refusal):
    """All that is wrong with what was handed in, at once, so that the user mends it in one go."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("；".join(problem.text for problem in self.problems))
