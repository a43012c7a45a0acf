"""Whom the sample documents are of, and when."""

import datetime as dt

from upkeep.printing.forms.parts import BankAccount

OFFICE = "示范市住宅专项维修资金管理中心"
DAY = dt.date(2026, 11, 21)
AT = dt.datetime(2026, 11, 21, 15, 40, tzinfo=dt.UTC)
CUSTODY = BankAccount("示范市住宅专项维修资金专户", "6222 0000 1111 2222 333", "示范银行示范市分行营业部")
BUILDER = BankAccount("示范市安居防水工程有限公司", "6217 0012 3400 0056 789", "示范银行江阳支行")
CASE = "WC202611210000174"
