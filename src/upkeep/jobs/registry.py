"""The handlers of jobs, by kind, and the progress they report. Handlers are registered from packages above."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

#: A handler takes its progress and the job's arguments by name, and gives the result as a JSON document.
Handler = Callable[..., dict[str, Any]]

H = TypeVar("H", bound=Handler)

_handlers: dict[str, Handler] = {}


class UnknownKind(Exception):
    """A job of a kind that nobody registered: a mistake of the program."""


class Progress(Protocol):
    """How a handler says how far it is; seen by others at once, whatever becomes of the handler's own transaction."""

    def begin(self, total: int, note: str = "") -> None:
        """There are `total` pieces of work; none is done."""

    def advance(self, count: int = 1) -> None:
        """So many more are done. Cheap: written a few times a second at most."""

    def note(self, text: str) -> None:
        """What is being done just now."""


def job(kind: str) -> Callable[[H], H]:
    """Register a handler. It runs in one transaction and may be run again after its worker died."""

    def register(handler: H) -> H:
        if kind in _handlers:
            raise ValueError(f"two handlers for jobs of kind {kind}")
        _handlers[kind] = handler
        return handler

    return register


def handler_of(kind: str) -> Handler:
    """Raises: UnknownKind."""
    try:
        return _handlers[kind]
    except KeyError:
        raise UnknownKind(kind) from None
