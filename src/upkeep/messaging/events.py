"""What people are told of, and in which words. Each package declares the events that it sends, beside what causes them."""

import datetime as dt
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import models

#: Known for every message without being given: the city's name and its office's.
AUTOMATIC = frozenset({"city", "office"})


class MessageChannel(models.TextChoices):
    """渠道: the way a message takes."""

    IN_SITE = "IN_SITE", "站内消息"
    SMS = "SMS", "短信"
    EMAIL = "EMAIL", "电子邮件"


IN_SITE, SMS, EMAIL = MessageChannel.IN_SITE, MessageChannel.SMS, MessageChannel.EMAIL


class UnknownEvent(Exception):
    """A message of a kind that nobody declared: a mistake of the program."""


class MissingValue(Exception):
    """A text speaks of something that it was not told: a mistake of the program, found before anything is kept."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One kind of message. `lasts` is how long it is worth sending: nobody wants yesterday's code."""

    code: str
    title: str
    channels: frozenset[MessageChannel]
    text: str
    subject: str = ""
    lasts: dt.timedelta | None = None

    @property
    def placeholders(self) -> frozenset[str]:
        """The names in braces, of text and subject."""
        parsed = [*string.Formatter().parse(self.text), *string.Formatter().parse(self.subject)]
        return frozenset(name for _, name, _, _ in parsed if name is not None)

    def words(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Subject and text with the values filled in; without a subject of its own it is the title.

        Raises: MissingValue.
        """
        if missing := self.placeholders - values.keys():
            raise MissingValue(f"{self.code}: {', '.join(sorted(missing))}")
        return (self.subject or self.title).format_map(values), self.text.format_map(values)


_events: dict[str, Event] = {}


def event(
    code: str,
    title: str,
    channels: Iterable[MessageChannel],
    text: str,
    subject: str = "",
    *,
    lasts: dt.timedelta | None = None,
) -> Event:
    """Declare an event. Raises: ValueError for a code that is taken, for no channel, for braces that name nothing."""
    if code in _events:
        raise ValueError(f"two events {code}")
    declared = Event(code=code, title=title, channels=frozenset(channels), text=text, subject=subject, lasts=lasts)
    if not declared.channels:
        raise ValueError(f"event {code} has no channel")
    if wrong := [name for name in declared.placeholders if not name.isidentifier()]:
        raise ValueError(f"event {code}: {wrong} are no names of values")
    _events[code] = declared
    return declared


def event_of(code: str) -> Event:
    """Raises: UnknownEvent."""
    try:
        return _events[code]
    except KeyError:
        raise UnknownEvent(code) from None


def title_of(code: str) -> str:
    """What an event is called on pages; a row of an event that is no longer declared keeps its code."""
    found = _events.get(code)
    return found.title if found else code


def all_events() -> list[Event]:
    """Every event that was declared, by code."""
    return sorted(_events.values(), key=lambda one: one.code)
