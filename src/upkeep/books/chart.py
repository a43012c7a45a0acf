"""The chart of accounts (会计科目) of 财会〔2020〕7号 and the two sets of books (套账) it asks for."""

from dataclasses import dataclass

from django.db import models


class AccountKind(models.TextChoices):
    """The five elements (会计要素); assets and expenses are debit by nature, the others credit."""

    ASSET = "ASSET", "资产"
    LIABILITY = "LIABILITY", "负债"
    NET_ASSET = "NET_ASSET", "净资产"
    INCOME = "INCOME", "收入"
    EXPENSE = "EXPENSE", "支出"

    @property
    def is_debit(self) -> bool:
        """Whether the balance is debit by nature."""
        return self in (AccountKind.ASSET, AccountKind.EXPENSE)


@dataclass(frozen=True)
class Account:
    """One general-ledger account: the code is the norm's; two more digits make a detail account (明细科目)."""

    code: str
    name: str
    kind: AccountKind


BANK = "1001"
TERM_DEPOSITS = "100102"  # detail of 1001: put out for a term
IN_TRANSIT = "100199"  # detail of 1001: on its way between two custody accounts; returns to zero
BONDS = "1101"
PETTY_CASH = "1201"
PAYABLE_FOR_LOST_HOUSES = "2001"
COMMODITY_FUND = "3001"
PUBLIC_FUND = "3002"
UNDISTRIBUTED = "3101"
DEPOSITS = "4001"
BANK_INTEREST = "4101"
BOND_INTEREST = "4102"
OPERATING_INCOME = "4201"
DISPOSAL_INCOME = "4301"
OTHER_INCOME = "4901"
REPAIRS = "5001"
RETURNS = "5101"
OTHER_EXPENSE = "5901"

CHART: dict[str, Account] = {
    account.code: account
    for account in (
        Account(BANK, "银行存款", AccountKind.ASSET),
        Account(TERM_DEPOSITS, "银行存款—定期存款", AccountKind.ASSET),
        Account(IN_TRANSIT, "银行存款—专户划转在途", AccountKind.ASSET),
        Account(BONDS, "国债投资", AccountKind.ASSET),
        Account(PETTY_CASH, "备用金", AccountKind.ASSET),
        Account(PAYABLE_FOR_LOST_HOUSES, "应付房屋灭失返还资金", AccountKind.LIABILITY),
        Account(COMMODITY_FUND, "商品住宅维修资金", AccountKind.NET_ASSET),
        Account(PUBLIC_FUND, "已售公有住房维修资金", AccountKind.NET_ASSET),
        Account(UNDISTRIBUTED, "待分配累计收益", AccountKind.NET_ASSET),
        Account(DEPOSITS, "交存收入", AccountKind.INCOME),
        Account(BANK_INTEREST, "存款利息收入", AccountKind.INCOME),
        Account(BOND_INTEREST, "国债利息收入", AccountKind.INCOME),
        Account(OPERATING_INCOME, "经营收入", AccountKind.INCOME),
        Account(DISPOSAL_INCOME, "共用设施处置收入", AccountKind.INCOME),
        Account(OTHER_INCOME, "其他收入", AccountKind.INCOME),
        Account(REPAIRS, "维修支出", AccountKind.EXPENSE),
        Account(RETURNS, "返还支出", AccountKind.EXPENSE),
        Account(OTHER_EXPENSE, "其他支出", AccountKind.EXPENSE),
    )
}

#: Accounts whose lines move houses' money and so carry a sub-account, save when the period close carries them forward.
HOUSE_MONEY = (COMMODITY_FUND, PUBLIC_FUND, DEPOSITS, REPAIRS, RETURNS)
#: Where the fund's money lies; never below zero.
MONEY = (BANK, TERM_DEPOSITS, BONDS, PETTY_CASH)
EARNINGS = (BANK_INTEREST, BOND_INTEREST, OPERATING_INCOME, DISPOSAL_INCOME, OTHER_INCOME)


class FundKind(models.TextChoices):
    """Whose money: each custody account (专户) keeps the books of one kind."""

    COMMODITY = "COMMODITY", "商品住宅"
    PUBLIC = "PUBLIC", "已售公有住房"

    @property
    def net_asset(self) -> str:
        """The net-asset account its houses' money belongs to."""
        return COMMODITY_FUND if self is FundKind.COMMODITY else PUBLIC_FUND
