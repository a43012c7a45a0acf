"""An act (操作) that a project's starter is offered."""

from dataclasses import dataclass
from enum import StrEnum


class ActCode(StrEnum):
    """The acts a starter can be offered; the page of an act has its code for a name."""

    EDIT = "edit"
    HOUSES = "houses"
    PUBLISH = "publish_project"
    OPEN_VOTE = "open_vote"
    ENTER = "results"
    ACCEPT = "accept"
    PUBLISH_ACCEPTANCE = "publish_acceptance"
    APPLY = "apply"


@dataclass(frozen=True)
class Act:
    """An act, open unless `blocked` says why not; `is_next` is the one that leads on. One that `posts` has no page of
    its own: its button does it."""

    code: ActCode
    title: str
    blocked: str = ""
    is_next: bool = False
    posts: bool = False
