"""What a menu is made of."""

from dataclasses import dataclass

from upkeep.parties.roles import Role


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One line of a menu: a page, or a group of pages. Nobody sees it but the roles it names.

    The title may name a thing by the city's word for it: {area}管理. `also` names further pages on which the item
    counts as the open one (a case opened from its list). `way` is a way to serve areas that the city must have opened
    (`policy.service_rule`); it is asked only where such an item comes up.
    """

    title: str
    icon: str = ""
    url_name: str = ""
    argument: str = ""
    roles: tuple[Role, ...] = ()
    also: tuple[str, ...] = ()
    way: str = ""
    children: tuple["MenuItem", ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownItem:
    """A menu line made ready for one user on one page."""

    title: str
    icon: str
    url: str
    is_open: bool
    children: tuple["ShownItem", ...] = ()


def begins(title: str, procedure: str, *roles: Role) -> MenuItem:
    """Leads to the guide of a business form."""
    return MenuItem(title=title, url_name="cases:guide", argument=procedure, roles=roles)
