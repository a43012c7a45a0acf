"""What each posting is called in Chinese (摘要): what an owner reads on his statement and an accountant in the journal."""

TITLES = {
    "deposit_confirmed": "交存",
    "deposit_reversed": "交存冲正",
    "opening_balance": "期初余额",
    "interest_received": "存款利息收入",
    "other_income": "其他收入",
    "repair_paid": "维修支出",
    "repair_cleared_back": "维修清退",
    "refund_paid": "退款",
    "loss_recognised": "房屋灭失应返还",
    "loss_paid": "支付房屋灭失返还",
    "balance_returned": "返还余额",
    "other_expense": "其他支出",
    "petty_cash_drawn": "提取备用金",
    "petty_cash_returned": "退回备用金",
    "repair_paid_in_cash": "备用金支付维修",
    "bonds_bought": "购买国债",
    "bonds_matured": "国债到期",
    "transfer_sent": "专户间划出",
    "transfer_arrived": "专户间划入",
    "fund_handed_over": "划转业主大会",
    "houses_moved_out": "楼栋迁出",
    "houses_moved_in": "楼栋迁入",
    "house_money_divided": "房屋拆分合并结转",
    "earnings_distributed": "收益分配",
    "manual_voucher": "手工记账",
    "opening_undistributed": "期初待分配收益",
    "earnings_allotted": "收益分配转出",
    "earnings_shared": "收益分配到户",
    "term_deposit_placed": "转存定期",
    "term_deposit_returned": "定期收回",
    "income_carried_forward": "结转收入",
    "expenses_carried_forward": "结转支出",
    "other_expense_borne": "其他支出分摊到户",
    "entry_reversed": "冲正",
}


def title_of(reason: str) -> str:
    """The Chinese name of a posting; the code itself where it has none."""
    return TITLES.get(reason, reason)
