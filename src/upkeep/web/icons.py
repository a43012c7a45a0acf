"""The icons of the platform: a fixed map from what an icon means here to a drawing of the Lucide set."""

from functools import cache

from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide

#: Meaning -> Lucide drawing. A name that is not here is refused, so no page ever shows a hole.
ICONS = {
    "accept": "clipboard-check",
    "account": "wallet",
    "add": "plus",
    "alarm": "triangle-alert",
    "area": "house",
    "arrow-left": "arrow-left",
    "arrow-right": "arrow-right",
    "attachment": "paperclip",
    "audit": "history",
    "back": "undo-2",
    "bank": "landmark",
    "bell": "bell",
    "book": "book-open",
    "building": "building",
    "buildings": "building-2",
    "calculator": "calculator",
    "calendar": "calendar",
    "cancel": "ban",
    "card": "credit-card",
    "case": "file-text",
    "cases": "files",
    "chart": "chart-column",
    "check": "check",
    "chevron-down": "chevron-down",
    "chevron-left": "chevron-left",
    "chevron-right": "chevron-right",
    "clock": "clock",
    "close": "x",
    "deposit": "hand-coins",
    "done": "circle-check",
    "download": "download",
    "edit": "pencil",
    "error": "circle-alert",
    "external": "external-link",
    "eye": "eye",
    "filter": "funnel",
    "grid": "layout-grid",
    "help": "circle-question-mark",
    "home": "house",
    "image": "image",
    "inbox": "inbox",
    "info": "info",
    "key": "key-round",
    "list": "list",
    "lock": "lock",
    "logout": "log-out",
    "mail": "mail",
    "menu": "menu",
    "merge": "merge",
    "message": "message-square",
    "minus": "minus",
    "money": "coins",
    "more": "ellipsis",
    "news": "newspaper",
    "notice": "megaphone",
    "office": "building-2",
    "organisation": "building",
    "payment": "banknote",
    "phone": "phone",
    "place": "map-pin",
    "print": "printer",
    "qr": "qr-code",
    "receipt": "receipt",
    "reconcile": "scale",
    "refresh": "refresh-cw",
    "refund": "rotate-ccw",
    "repair": "hammer",
    "save": "save",
    "scan": "scan-line",
    "search": "search",
    "secure": "shield-check",
    "send": "send",
    "settings": "settings",
    "sort": "arrow-up-down",
    "sort-down": "arrow-down",
    "sort-up": "arrow-up",
    "split": "split",
    "stop": "octagon-x",
    "task": "clipboard-list",
    "transfer": "arrow-left-right",
    "trash": "trash-2",
    "upload": "upload",
    "user": "user",
    "users": "users",
    "vote": "vote",
    "waiting": "hourglass",
    "work": "wrench",
}


class UnknownIcon(ValueError):
    """A template asked for an icon that the map does not have."""


@cache
def icon_svg(*, name: str, size: int) -> SafeString:
    """The drawing as inline SVG, hidden from screen readers: the words beside it speak.

    Raises: UnknownIcon.
    """
    if name not in ICONS:
        raise UnknownIcon(f"no icon {name!r}; add it to upkeep.web.icons.ICONS")
    drawing = lucide(
        Context(), ICONS[name], size=size, **{"class": "icon", "aria-hidden": "true", "focusable": "false"}
    )
    return mark_safe(drawing)
