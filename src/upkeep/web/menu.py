"""The side menus, one per portal, as data. Colleagues add items here; an item whose page does not exist is not shown."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, reverse

from upkeep.parties.actor import Actor
from upkeep.parties.roles import BANK, ORGANISATION, Portal, Role
from upkeep.policy.wording import Wording
from upkeep.repairs.queries import STARTERS
from upkeep.web.menu_items import MenuItem, ShownItem, begins
from upkeep.web.menu_pages import (
    CASE_PAGES,
    FACILITY_PAGES,
    FURTHER_PAGES,
    HANDOVER_PAGES,
    ORDER_WIZARD_PAGES,
    OWNER_PAGES,
    PROJECT_PAGES,
    SLIP_PAGES,
    UNIT_PAGES,
    USER_PAGES,
)
from upkeep.web.office_menu import OFFICE_MENU

#: Organisations that pay deposits, each for itself or for owners.
PAYERS = (Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.SELLING_UNIT)
#: 机构管理: of organisations and of banks.
OWN_ORGANISATION = MenuItem(
    title="机构管理",
    icon="organisation",
    children=(
        MenuItem(
            title="信息变更", url_name="organisation:change", roles=(Role.ORG_ADMIN,), also=("organisation:check",)
        ),
        MenuItem(title="变更记录", url_name="organisation:history", roles=(*ORGANISATION, *BANK)),
        MenuItem(title="机构用户管理", url_name="organisation:users", roles=(Role.ORG_ADMIN,), also=USER_PAGES),
    ),
)

MENUS: dict[Portal, tuple[MenuItem, ...]] = {
    Portal.OFFICE: OFFICE_MENU,
    Portal.ORGANISATION: (
        MenuItem(title="首页", icon="home", url_name="organisation:home", roles=(*ORGANISATION, Role.UNVERIFIED)),
        MenuItem(
            title="我的业务",
            icon="cases",
            url_name="cases:list",
            roles=(*ORGANISATION, Role.UNVERIFIED),
            also=CASE_PAGES,
        ),
        MenuItem(title="单据补打", icon="print", url_name="cases:prints", roles=(*ORGANISATION, Role.UNVERIFIED)),
        MenuItem(
            title="单位注册申请",
            icon="organisation",
            url_name="cases:guide",
            argument="unit_registration",
            roles=(Role.UNVERIFIED,),
        ),
        MenuItem(
            title="{area}管理",
            icon="buildings",
            children=(
                MenuItem(title="{area}与楼盘表", url_name="estate:areas", roles=ORGANISATION, also=("estate:area",)),
                MenuItem(title="户室管理", url_name="estate:houses", roles=ORGANISATION, also=("estate:house",)),
                begins("物业区域采集", "area_collection", Role.DEVELOPER),
                begins("房屋补充", "house_supplement", Role.DEVELOPER),
                begins("房屋信息变更", "house_change", Role.DEVELOPER),
                begins("房屋注销", "house_cancellation", Role.DEVELOPER),
                begins("楼栋变更", "building_change", Role.DEVELOPER),
                begins("房屋拆分合并", "house_split_merge", Role.DEVELOPER),
                begins("房屋权属批量变更", "ownership_change", Role.DEVELOPER),
                MenuItem(title="{area}变更", url_name="cases:guide", argument="area_change", roles=(Role.DEVELOPER,)),
                MenuItem(title="入驻审批", url_name="service:approvals", roles=(Role.DEVELOPER,), way="MOVE_IN"),
                MenuItem(title="申请入驻", url_name="service:move_in", roles=(Role.PROPERTY_COMPANY,), way="MOVE_IN"),
                MenuItem(title="物业区域关联", url_name="service:association", roles=STARTERS, way="ASSOCIATION"),
            ),
        ),
        MenuItem(
            title="业主管理",
            icon="users",
            children=(
                MenuItem(title="业主查询", url_name="owners:search", roles=ORGANISATION, also=OWNER_PAGES),
                MenuItem(
                    title="业主绑定",
                    url_name="cases:guide",
                    argument="owner_binding",
                    roles=(Role.DEVELOPER, Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE),
                ),
                MenuItem(title="过户记录", url_name="owners:records", roles=ORGANISATION),
            ),
        ),
        MenuItem(
            title="交款管理",
            icon="deposit",
            children=(
                begins("开发建设单位批量交款", "developer_deposit", Role.DEVELOPER),
                begins("代打交款通知单", "printed_notice", Role.DEVELOPER),
                begins("售房单位交存", "selling_unit_deposit", Role.SELLING_UNIT),
                MenuItem(
                    title="售房单位分账",
                    url_name="deposits:units",
                    roles=(Role.SELLING_UNIT, Role.PROPERTY_COMPANY),
                    also=UNIT_PAGES,
                ),
                MenuItem(title="交款通知单", url_name="deposits:slips", roles=PAYERS, also=SLIP_PAGES),
                MenuItem(title="票据", url_name="deposits:receipts", roles=PAYERS),
                MenuItem(title="资金管理", url_name="deposits:houses", roles=ORGANISATION),
                MenuItem(title="交存情况", url_name="deposits:state", roles=ORGANISATION),
                MenuItem(
                    title="交易明细",
                    url_name="transactions:list",
                    roles=ORGANISATION,
                    also=("transactions:statement",),
                ),
                MenuItem(title="年度结存单", url_name="transactions:annual", roles=ORGANISATION),
                MenuItem(title="欠交与续交", url_name="deposits:arrears", roles=ORGANISATION, also=FURTHER_PAGES),
                begins("续交方案", "further_deposit", Role.PROPERTY_COMPANY, Role.OWNERS_COMMITTEE),
            ),
        ),
        MenuItem(
            title="维修项目管理",
            icon="repair",
            children=(
                MenuItem(title="维修项目列表", url_name="projects:list", roles=STARTERS, also=PROJECT_PAGES),
                MenuItem(
                    title="新建维修项目",
                    url_name="projects:new",
                    roles=STARTERS,
                    also=("projects:create",),
                    way="PROJECT",
                ),
                MenuItem(title="维修记录", url_name="projects:records", roles=STARTERS),
            ),
        ),
        MenuItem(
            title="维修资金（物业）",
            icon="payment",
            children=(
                MenuItem(
                    title="商品房维修支取申请",
                    url_name="orders:list",
                    roles=(Role.PROPERTY_COMPANY,),
                    also=ORDER_WIZARD_PAGES,
                    way="ORDER",
                ),
            ),
        ),
        MenuItem(
            title="综合查询",
            icon="search",
            children=(
                MenuItem(title="设施设备查询", url_name="estate:facilities", roles=STARTERS, also=FACILITY_PAGES),
            ),
        ),
        OWN_ORGANISATION,
        MenuItem(
            title="划转与使用备案",
            icon="payment",
            url_name="handover:list",
            roles=(Role.OWNERS_COMMITTEE,),
            also=HANDOVER_PAGES,
        ),
        MenuItem(title="后台工作", icon="task", url_name="jobs:list", roles=ORGANISATION, also=("jobs:show",)),
    ),
    Portal.BANK: (
        MenuItem(title="首页", icon="home", url_name="bank:home", roles=BANK),
        MenuItem(title="柜台收付款", icon="scan", url_name="bank:counter", roles=BANK, also=("bank:done",)),
        MenuItem(title="付款通知", icon="payment", url_name="bank:orders", roles=BANK),
        MenuItem(title="当日流水", icon="list", url_name="bank:journal", roles=BANK),
        MenuItem(title="冲正", icon="refund", url_name="bank:reversals", roles=BANK, also=("bank:reversal",)),
        MenuItem(title="交款通知单", icon="receipt", url_name="deposits:slips", roles=BANK, also=SLIP_PAGES),
        OWN_ORGANISATION,
    ),
    Portal.OWNER: (),
    Portal.PUBLIC: (),
}


def no_ways() -> frozenset[str]:
    """For whoever has no city."""
    return frozenset()


def shown_menu(
    *,
    portal: Portal,
    roles: frozenset[Role],
    url_name: str,
    words: Wording | None = None,
    ways: Callable[[], frozenset[str]] = no_ways,
) -> tuple[ShownItem, ...]:
    """The portal's menu for these roles, with the item of the page `url_name` marked open, in the city's words.

    `ways` is asked only when an item depends on the way that the city opens.
    """
    view = _View(roles, url_name, vars(words or Wording()), ways)
    return tuple(_shown(MENUS[portal], view))


def shortcuts(
    actor: Actor, *, words: Wording | None = None, ways: Callable[[], frozenset[str]] = no_ways
) -> list[ShownItem]:
    """Every page of the actor's menu except his home: what 快捷入口 offers. A page without an icon has its group's."""
    items = shown_menu(portal=actor.portal, roles=actor.roles, url_name="", words=words, ways=ways)
    flat = [replace(child, icon=child.icon or item.icon) for item in items for child in item.children or (item,)]
    home = _url(f"{actor.portal.value}:home")
    return [item for item in flat if item.url != home]


def trail(items: tuple[ShownItem, ...]) -> tuple[ShownItem, ...]:
    """From the top of the menu to the open page: what the breadcrumb begins with."""
    for item in items:
        if item.is_open:
            return (replace(item, children=()), *trail(item.children))
    return ()


@dataclass(frozen=True)
class _View:
    """For whom a menu is made ready, on which page, in which words."""

    roles: frozenset[Role]
    url_name: str
    words: Mapping[str, str]
    ways: Callable[[], frozenset[str]]


def _shown(items: tuple[MenuItem, ...], view: _View) -> Iterator[ShownItem]:
    for item in items:
        children = tuple(_shown(item.children, view))
        url = _url(item.url_name, item.argument)
        if not children and (not url or view.roles.isdisjoint(item.roles)):
            continue
        if item.way and item.way not in view.ways():
            continue
        own = () if item.argument else (item.url_name,)
        is_open = view.url_name in (*own, *item.also) or any(child.is_open for child in children)
        title = item.title.format_map(view.words)
        yield ShownItem(title=title, icon=item.icon, url=url, is_open=is_open, children=children)


def _url(url_name: str, argument: str = "") -> str:
    try:
        return reverse(url_name, args=[argument] if argument else []) if url_name else ""
    except NoReverseMatch:
        return ""
