"""Side menus."""

from upkeep.parties.roles import Portal, Role
from upkeep.web.menu import MENUS, shown_menu, trail


class TestTheMenu:
    def test_hides_what_the_role_may_not_open(self) -> None:
        assert shown_menu(portal=Portal.OFFICE, roles=frozenset({Role.TELLER}), url_name="office:home") == ()

    def test_marks_the_open_page_and_leads_the_breadcrumb_to_it(self) -> None:
        items = shown_menu(portal=Portal.BANK, roles=frozenset({Role.TELLER}), url_name="bank:home")
        assert [item.title for item in trail(items)] == ["首页"]

    def test_names_no_page_twice_to_anybody(self) -> None:
        for portal, items in MENUS.items():
            leaves = [leaf for item in items for leaf in item.children or (item,)]
            named = [(leaf.url_name, leaf.argument) for leaf in leaves]
            assert len(named) == len(set(named)), portal
