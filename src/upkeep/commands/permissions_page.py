"""docs/permissions.md, written from `@access` of every view and from the chains: who may open which page, make which move.

Which objects a role sees on a page it may open is another question, answered by each package's `visible_to`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from upkeep.casework.procedure import Procedure, register
from upkeep.casework.states import Move
from upkeep.parties.roles import BANK, BOOKKEEPERS, OFFICE, ORGANISATION, Role
from upkeep.web import gallery

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

_DECIDING = (Move.ACCEPT, Move.PASS, Move.RETURN, Move.REJECT)


def permissions_page() -> str:
    """The whole page."""
    groups = [f"| {title} | {_labels(roles)} |" for title, roles in _GROUPS]
    pages = [f"| `{address}` | `{name}` | {_who(roles)} |" for address, name, roles in _pages()]
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
        "| address | name | who may open it |",
        "|---|---|---|",
        *pages,
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


def _pages() -> Iterator[tuple[str, str, frozenset[Role]]]:
    """Address, name and roles of every page but the demo's gallery; a view without `@access` answers machines."""
    for address, name, view in _walk(get_resolver(), "/", ""):
        if view.__module__ != gallery.__name__:
            yield address, name, getattr(view, "access", frozenset({Role.PUBLIC}))


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
        decided = Move.ACCEPT if place == 0 and step.role == Role.WINDOW_CLERK else Move.PASS
        moves = "、".join(move.label for move in _DECIDING if move in (decided, Move.RETURN, Move.REJECT))
        yield f"| {one.title} | {place + 1} | {step.label} | {moves} |"
