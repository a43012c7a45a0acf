"""The side menu of the office (管理中心), as data; what `menu` says of items holds here."""

from upkeep.parties.roles import ADMINISTRATORS, BOOKKEEPERS, OFFICE, Role
from upkeep.web.menu_items import MenuItem, begins
from upkeep.web.menu_pages import (
    ARTICLE_PAGES,
    BANK_KEY_PAGES,
    CASE_PAGES,
    CLOSING_PAGES,
    FACILITY_PAGES,
    FURTHER_PAGES,
    HANDOVER_PAGES,
    INVESTMENT_PAGES,
    KEY_PAGES,
    MANUAL_PAGES,
    OPENING_PAGES,
    ORDER_PAGES,
    ORGANISATION_PAGES,
    OWNER_PAGES,
    PAYOUT_PAGES,
    PLACE_PAGES,
    POLICY_PAGES,
    RECONCILIATION_PAGES,
    REFUND_PAGES,
    RUN_PAGES,
    SLIP_PAGES,
    STAFF_PAGES,
    UNIT_PAGES,
    VOUCHER_PAGES,
)

#: Who gives keys out and takes them back.
KEEPERS = (Role.SECURITY_ADMIN,)

OFFICE_MENU: tuple[MenuItem, ...] = (
    MenuItem(title="工作台", icon="home", url_name="office:home", roles=OFFICE),
    MenuItem(title="业务查询", icon="cases", url_name="cases:list", roles=OFFICE, also=CASE_PAGES),
    MenuItem(title="单据补打", icon="print", url_name="cases:prints", roles=OFFICE),
    MenuItem(title="{area}与楼盘表", icon="buildings", url_name="estate:areas", roles=OFFICE, also=("estate:area",)),
    MenuItem(title="户室管理", icon="area", url_name="estate:houses", roles=OFFICE, also=("estate:house",)),
    MenuItem(title="设施设备查询", icon="work", url_name="estate:facilities", roles=OFFICE, also=FACILITY_PAGES),
    MenuItem(
        title="业主管理",
        icon="users",
        children=(
            MenuItem(title="业主查询", url_name="owners:search", roles=OFFICE, also=OWNER_PAGES),
            MenuItem(title="过户记录", url_name="owners:records", roles=OFFICE),
            MenuItem(title="业主绑定", url_name="cases:guide", argument="owner_binding", roles=(Role.WINDOW_CLERK,)),
        ),
    ),
    MenuItem(
        title="维修项目",
        icon="repair",
        children=(
            MenuItem(
                title="维修项目列表",
                url_name="projects:list",
                roles=OFFICE,
                also=("projects:show", "projects:shares", "projects:results"),
            ),
            MenuItem(title="维修记录", url_name="projects:records", roles=OFFICE),
        ),
    ),
    MenuItem(
        title="交存管理",
        icon="deposit",
        children=(
            MenuItem(title="交存情况", url_name="deposits:state", roles=OFFICE),
            begins("代打交款通知单", "printed_notice", Role.WINDOW_CLERK),
            begins("售房单位交存", "selling_unit_deposit", Role.WINDOW_CLERK),
            MenuItem(title="售房单位分账", url_name="deposits:units", roles=OFFICE, also=UNIT_PAGES),
            MenuItem(title="资金管理", url_name="deposits:houses", roles=OFFICE),
            MenuItem(title="欠交与续交", url_name="deposits:arrears", roles=OFFICE, also=FURTHER_PAGES),
            MenuItem(title="交款通知单", url_name="deposits:slips", roles=OFFICE, also=SLIP_PAGES),
            MenuItem(title="票据", url_name="deposits:receipts", roles=OFFICE, also=("deposits:void_receipt",)),
            MenuItem(
                title="票据本",
                url_name="deposits:receipt_books",
                roles=OFFICE,
                also=("deposits:close_receipt_book",),
            ),
        ),
    ),
    MenuItem(
        title="资金拨付",
        icon="payment",
        children=(
            MenuItem(title="付款通知", url_name="payments:orders", roles=OFFICE, also=ORDER_PAGES),
            MenuItem(title="业主退款", url_name="payments:refunds", roles=OFFICE, also=REFUND_PAGES),
            MenuItem(title="房屋注销灭失返还", url_name="payments:payouts", roles=OFFICE, also=PAYOUT_PAGES),
            MenuItem(title="划转业主大会", url_name="handover:list", roles=BOOKKEEPERS, also=HANDOVER_PAGES),
        ),
    ),
    MenuItem(
        title="会计账簿",
        icon="book",
        children=(
            MenuItem(title="科目余额表", url_name="accounting:balances", roles=BOOKKEEPERS),
            MenuItem(title="总账与明细账", url_name="accounting:ledger", roles=BOOKKEEPERS),
            MenuItem(title="凭证", url_name="accounting:vouchers", roles=BOOKKEEPERS, also=VOUCHER_PAGES),
            MenuItem(title="手工凭证", url_name="accounting:manual", roles=BOOKKEEPERS, also=MANUAL_PAGES),
            MenuItem(title="期初建账", url_name="accounting:openings", roles=BOOKKEEPERS, also=OPENING_PAGES),
            MenuItem(title="分户账", url_name="office:sub_accounts", roles=OFFICE, also=("office:sub_account",)),
            MenuItem(title="交易明细", url_name="transactions:list", roles=OFFICE, also=("transactions:statement",)),
            MenuItem(title="年度结存单", url_name="transactions:annual", roles=OFFICE),
            MenuItem(title="数据导出", url_name="accounting:exports", roles=(*BOOKKEEPERS, Role.AUDIT_ADMIN)),
        ),
    ),
    MenuItem(
        title="对账与结账",
        icon="reconcile",
        children=(
            MenuItem(
                title="银行对账", url_name="reconciliation:accounts", roles=BOOKKEEPERS, also=RECONCILIATION_PAGES
            ),
            MenuItem(
                title="会计报表",
                url_name="closing:statement",
                argument="balance",
                roles=BOOKKEEPERS,
                also=("closing:statement", "closing:figure"),
            ),
            MenuItem(title="期末结账", url_name="closing:list", roles=BOOKKEEPERS, also=CLOSING_PAGES),
            MenuItem(title="控制检查", url_name="closing:controls", roles=BOOKKEEPERS),
        ),
    ),
    MenuItem(
        title="利息与收益",
        icon="money",
        children=(
            MenuItem(title="结息", url_name="earnings:runs", roles=BOOKKEEPERS, also=RUN_PAGES),
            MenuItem(title="利率表", url_name="earnings:rates", roles=BOOKKEEPERS, also=("earnings:new_rates",)),
            MenuItem(
                title="定期存款和国债", url_name="earnings:investments", roles=BOOKKEEPERS, also=INVESTMENT_PAGES
            ),
        ),
    ),
    MenuItem(
        title="机构管理",
        icon="organisation",
        children=(
            MenuItem(title="单位管理", url_name="administration:organisations", roles=OFFICE, also=ORGANISATION_PAGES),
            begins("售房单位登记", "organisation_registration", Role.WINDOW_CLERK),
            MenuItem(
                title="机构注册协议",
                url_name="office:agreement",
                roles=(Role.EDITOR, Role.SYSTEM_ADMIN),
            ),
        ),
    ),
    MenuItem(title="信息发布", icon="news", url_name="site:desk", roles=(Role.EDITOR,), also=ARTICLE_PAGES),
    MenuItem(title="政策设置", icon="settings", url_name="policies:overview", roles=OFFICE, also=POLICY_PAGES),
    MenuItem(
        title="系统管理",
        icon="settings",
        children=(
            MenuItem(title="人员管理", url_name="administration:staff", roles=ADMINISTRATORS, also=STAFF_PAGES),
            MenuItem(
                title="管辖区管理", url_name="administration:jurisdictions", roles=ADMINISTRATORS, also=PLACE_PAGES
            ),
            MenuItem(
                title="审计日志",
                url_name="administration:record",
                roles=(Role.AUDIT_ADMIN,),
                also=("administration:logins", "owners:views"),
            ),
            MenuItem(title="发送记录", url_name="office:outbox", roles=(Role.SYSTEM_ADMIN,)),
        ),
    ),
    MenuItem(
        title="密钥管理",
        icon="key",
        children=(
            MenuItem(title="密钥发放", url_name="keys:holders", roles=KEEPERS, also=KEY_PAGES),
            MenuItem(title="认证机构与吊销列表", url_name="keys:authorities", roles=KEEPERS),
            MenuItem(title="银行接口密钥", url_name="bank_keys:list", roles=ADMINISTRATORS, also=BANK_KEY_PAGES),
            MenuItem(title="密钥记录", url_name="keys:log", roles=(Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)),
        ),
    ),
    MenuItem(title="后台工作", icon="task", url_name="jobs:list", roles=OFFICE, also=("jobs:show",)),
)
