"""消息: what the user was told. A message is marked as read by opening it, which is a POST: a GET changes nothing."""

from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from upkeep.messaging import actions, queries
from upkeep.messaging.models import Message
from upkeep.parties.roles import EVERYONE, Role
from upkeep.web.access import ActorRequest, access

PER_PAGE = 20
_LOGGED_IN = tuple(role for role in EVERYONE if role is not Role.PUBLIC)
#: `?show=` → the words of the tab.
_TABS = {"": "全部", "unread": "未读", "read": "已读"}


@access(*_LOGGED_IN)
@require_safe
def message_list(request: ActorRequest) -> HttpResponse:
    """The user's messages, all or only the read or unread ones."""
    mine = queries.messages_of(user_id=request.actor.user_id)
    unread = queries.unread_count(user_id=request.actor.user_id)
    show = request.GET.get("show", "")
    show = show if show in _TABS else ""
    if show:
        mine = mine.filter(read_at__isnull=show == "unread")
    return render(
        request,
        "messaging/list.html",
        {
            "page": Paginator(mine, PER_PAGE).get_page(request.GET.get("page")),
            "tabs": [
                (title, f"?show={name}" if name else "?", unread if name == "unread" else None)
                for name, title in _TABS.items()
            ],
            "tab": _TABS[show],
            "unread_here": unread,
        },
    )


@access(*_LOGGED_IN)
@require_POST
def open_message(request: ActorRequest, message_id: int) -> HttpResponse:
    """Marks it as read and leads to the page it is about; without one, back to the list."""
    message = _read(request, message_id)
    return redirect(message.url or "messaging:list")


@access(*_LOGGED_IN)
@require_POST
def read_one(request: ActorRequest, message_id: int) -> HttpResponse:
    """Marks it as read and stays."""
    _read(request, message_id)
    return redirect("messaging:list")


@access(*_LOGGED_IN)
@require_POST
def read_all(request: ActorRequest) -> HttpResponse:
    """Marks everything as read."""
    if marked := actions.mark_all_read(user_id=request.actor.user_id, at=timezone.now()):
        notes.success(request, f"{marked} 条消息已标为已读")
    else:
        notes.info(request, "没有未读消息")
    return redirect("messaging:list")


def _read(request: ActorRequest, message_id: int) -> Message:
    """The user's message, read now; another's is as if it did not exist."""
    message = actions.mark_read(message_id=message_id, user_id=request.actor.user_id, at=timezone.now())
    if message is None:
        raise Http404
    return message
