"""docs/permissions.md, written from `@access` of every view and from the chains: who may open which page, make which move.

Which objects a role sees on a page it may open is another question, answered by each package's `visible_to`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import Move
from upkeep.parties.roles import BANK, BOOKKEEPERS, OFFICE, ORGANISATION, Role
from upkeep.policy.review_chain import ChainStep
from upkeep.web import gallery
from upkeep.web.menu import MENUS
from upkeep.web.menu_items import MenuItem

_HEAD = """\
# Permissions

Written by `./upkeep write-docs` from the code; a test fails when it is out of date. Do not edit: a change of rights shows in
review as a changed line here. A stranger is led to the login, the wrong role is refused (403), and what a user may not see does
not exist for him (404): the pages of a case are open to everybody because visitors hand in cases too, and show each visitor
only his own.
"""

#: The groups by which the code speaks of roles, the widest first.
_GROUPS = (
    ("管理中心全部", OFFICE),
    ("单位全部", ORGANISATION),
    ("账簿", BOOKKEEPERS),
    ("银行全部", BANK),
)

#: The Chinese words with which the docstring of a view begins are the page's name.
_CHINESE = re.compile(r"[一-鿿（）、 ]*[一-鿿）]")

_DECIDING = (Move.ACCEPT, Move.PASS, Move.RETURN, Move.REJECT)


#: Everybody's telephone and mailbox: there only where nobody is real.
_DEMO_OUTBOX = "demo_outbox"


def permissions_page() -> str:
    """The whole page."""
    groups = [f"| {title} | {_labels(roles)} |" for title, roles in _GROUPS]
    found = list(_pages())
    pages = [f"| `{one.address}` | `{one.name}` | {one.title} | {_who(one.roles)} |" for one in found]
    moves = [line for one in sorted(register, key=lambda one: one.code) for line in _moves(one)]
    parts = [
        _HEAD,
        "## Groups of roles",
        "",
        "| group | 角色 |",
        "|---|---|",
        *groups,
        "",
        "## Pages",
        "",
        "| address | name | 页面 | who may open it |",
        "|---|---|---|---|",
        *pages,
        "",
        "## Roles",
        "",
        "The pages and moves of each role, those left out that are open to everybody.",
        "",
        "| 角色 | pages | moves |",
        "|---|---|---|",
        *(_role_line(role, found) for role in Role if role is not Role.PUBLIC),
        "",
        "## Moves",
        "",
        "By each procedure's own chain; a city's policy may replace it. The applicant submits (提交) and withdraws (撤回)",
        "his own case. Nobody decides a case he handed in himself, and nobody decides two steps of one case.",
        "",
        "| procedure | step | 角色 | moves |",
        "|---|---|---|---|",
        *moves,
    ]
    return "\n".join(parts) + "\n"


def _labels(roles: Iterable[Role]) -> str:
    order = list(Role)
    return "、".join(role.label for role in sorted(roles, key=order.index))


def _who(roles: frozenset[Role]) -> str:
    """Whole groups by their names, the rest one by one."""
    if Role.PUBLIC in roles:
        return "everybody"
    left, said = set(roles), []
    for title, group in _GROUPS:
        if left.issuperset(group):
            said.append(title)
            left -= set(group)
    return "、".join([*said, *([_labels(left)] if left else [])])


@dataclass(frozen=True)
class Page:
    """One address, what it is called in the code and, where it has a name for users, by them."""

    address: str
    name: str
    title: str
    roles: frozenset[Role]


def _pages() -> Iterator[Page]:
    """Every page but those that only the demo has; a view without `@access` answers machines."""
    titles = dict(_menu_titles(item for items in MENUS.values() for item in items))
    for address, name, view in _walk(get_resolver(), "/", ""):
        if view.__module__ != gallery.__name__ and name != _DEMO_OUTBOX:
            said = _CHINESE.match(view.__doc__ or "")
            title = titles.get(name) or (said[0] if said else "")
            yield Page(address, name, title, getattr(view, "access", frozenset({Role.PUBLIC})))


def _menu_titles(items: Iterable[MenuItem]) -> Iterator[tuple[str, str]]:
    """By name of the page; a page that many items lead to, each with its own argument, has no title of its own."""
    for item in items:
        if item.url_name and not item.argument:
            yield item.url_name, item.title
        yield from _menu_titles(item.children)


def _role_line(role: Role, pages: Iterable[Page]) -> str:
    own = [f"`{one.name}`" for one in pages if role in one.roles and Role.PUBLIC not in one.roles]
    return f"| {role.label} | {' '.join(own) or '–'} | {'；'.join(_moves_of(role)) or '–'} |"


def _moves_of(role: Role) -> Iterator[str]:
    for one in sorted(register, key=lambda one: one.code):
        starts = f"{Move.SUBMIT.label}、{Move.WITHDRAW.label}" if role in one.starters else ""
        decides = [_moves_at(place, step) for place, step in enumerate(one.default_chain().steps) if step.role == role]
        if said := "、".join(filter(None, [starts, *decides])):
            yield f"{one.title}：{said}"


def _walk(resolver: URLResolver, before: str, space: str) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    for pattern in resolver.url_patterns:
        address = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, address, f"{pattern.namespace}:" if pattern.namespace else space)
        elif isinstance(pattern, URLPattern):
            yield address, f"{space}{pattern.name}", pattern.callback


def _moves(one: Procedure) -> Iterator[str]:
    yield f"| {one.title} | – | {_labels(one.starters)} | {Move.SUBMIT.label}、{Move.WITHDRAW.label} |"
    for place, step in enumerate(one.default_chain().steps):
        yield f"| {one.title} | {place + 1} | {step.label} | {_moves_at(place, step)} |"


def _moves_at(place: int, step: ChainStep) -> str:
    decided = Move.ACCEPT if place == 0 and step.role == Role.WINDOW_CLERK else Move.PASS
    return "、".join(move.label for move in _DECIDING if move in (decided, Move.RETURN, Move.REJECT))
