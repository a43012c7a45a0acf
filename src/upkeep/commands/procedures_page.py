"""docs/procedures.md, written from the registry: what each procedure asks, who may start it, who decides, what it prints.

It says what the code says where a city's policy says nothing; a policy may put another chain or other starters.
"""

from collections.abc import Iterable, Iterator

from upkeep.casework.pages import (
    FormPage,
    Page,
    SheetPage,
)
from upkeep.casework.procedure import Procedure, register
from upkeep.parties.roles import Role

_HEAD = """\
# Procedures

Written by `./upkeep write-docs` from the registry; a test fails when it is out of date. Do not edit.
The chain and the starters are the procedure's own; a city's policy (`review_chain`) may replace both.
"""


def procedures_page() -> str:
    """The whole page."""
    procedures = sorted(register, key=lambda one: one.code)
    rows = [
        f"| [`{one.code}`](#{one.code}) | {one.title} | `{one.prefix}` | {'、'.join(one.covers)} | {_roles(one.starters)} |"
        for one in procedures
    ]
    table = ["| code | 业务 | number | covers | 发起人 |", "|---|---|---|---|---|", *rows, ""]
    parts = [line for one in procedures for line in _procedure(one)]
    return "\n".join([_HEAD, *table, *parts]).rstrip() + "\n"


def _roles(roles: Iterable[Role]) -> str:
    order = list(Role)
    return "、".join(role.label for role in sorted(roles, key=order.index))


def _procedure(one: Procedure) -> Iterator[str]:
    yield f"## {one.code}"
    yield ""
    yield f"{one.title} (`src/{type(one).__module__.replace('.', '/')}.py`)"
    yield ""
    yield from _list("Pages", (_page(one, page) for page in one.pages))
    yield from _list("Papers", (f"{paper.title}{'' if paper.required else ' (optional)'}" for paper in one.papers))
    steps = (f"{step.label} (working days: {step.working_days})" for step in one.default_chain().steps)
    yield from _list("Chain", steps, empty="nobody: handing it in decides")
    yield from _list("Prints", (f"{wanted.title} (`{wanted.code}`)" for wanted in one.prints))


def _list(title: str, lines: Iterable[str], *, empty: str = "none") -> Iterator[str]:
    found = list(lines)
    if not found:
        yield f"**{title}**: {empty}"
        yield ""
        return
    yield f"**{title}**"
    yield ""
    yield from (f"{place}. {line}" for place, line in enumerate(found, start=1))
    yield ""


def _page(one: Procedure, page: Page) -> str:
    fields = "、".join(_labels(one, page.fields)) if isinstance(page, FormPage | SheetPage) else ""
    sheet = f" of {len(one.sheets[page.part].columns)} columns" if isinstance(page, SheetPage) else ""
    return f"{page.title} ({page.KIND}{sheet}){f': {fields}' if fields else ''}"


def _labels(one: Procedure, names: Iterable[str]) -> Iterator[str]:
    form = one.make_form()
    return (str(form.fields[name].label) for name in names)
