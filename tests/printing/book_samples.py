"""One document of each form of the books."""

from tests.printing.places import DAY, OFFICE
from upkeep.kernel.money import in_capitals
from upkeep.printing.documents import Document
from upkeep.printing.forms.earnings import InterestSummary
from upkeep.printing.forms.fund_statement import FundStatement, FundStatementRow, HeadGroup
from upkeep.printing.forms.parts import Fact, Table
from upkeep.printing.forms.reconciling import BalanceAdjustment
from upkeep.printing.forms.vouchers import VoucherRow, Vouchers, VoucherSheet


def fund_statement() -> Document:
    heads = ("商品住宅", "公有住房", "合计")
    return Document(
        form="fund_statement",
        title="收支表",
        number="BB202611210000003",
        subject="statement:8:0:income:2026-10",
        issuer=OFFICE,
        data=FundStatement(
            code="会住维02表",
            when="2026年10月",
            first_head="项目",
            groups=(HeadGroup(title="本月数", columns=heads), HeadGroup(title="本年累计数", columns=heads)),
            rows=(
                FundStatementRow(number="1", label="一、本期收入"),
                FundStatementRow(
                    number="2", label="交存收入", cells=("10,060.60", "0.00", "10,060.60") * 2, indent=True
                ),
                FundStatementRow(
                    number="3", label="收入合计", cells=("10,060.60", "0.00", "10,060.60") * 2, is_sum=True
                ),
            ),
            made_by="孙会计",
            note="2026年10月尚未结账，数据可能变动。",
        ),
    )


def vouchers(count: int = 3) -> Document:
    """`count` vouchers of a month, the last one a reversal."""
    sheets = tuple(
        VoucherSheet(
            name=f"2026-11 记 {number} 号",
            booked_on=DAY,
            part="",
            rows=(
                VoucherRow(
                    words="交存",
                    account="1001 银行存款",
                    custody="商品住宅专户（尾号 2333）",
                    houses="",
                    debit_fen=1006060,
                    credit_fen=None,
                ),
                VoucherRow(
                    words="交存",
                    account="4001 交存收入",
                    custody="商品住宅专户（尾号 2333）",
                    houses="36",
                    debit_fen=None,
                    credit_fen=1006060,
                ),
            ),
            total_fen=1006060,
            capitals=in_capitals(1006060),
            basis="首期交存　JK202611210000178",
            attachments="1",
            made_by="系统自动",
            checked_by="系统自动",
            is_reversal=number == count,
        )
        for number in range(1, count + 1)
    )
    return Document(
        form="vouchers",
        title="记账凭证",
        number="PZ202611210000017",
        subject="vouchers:1",
        issuer=OFFICE,
        city="shifan",
        data=Vouchers(book="江南名邸（一期）", sheets=sheets),
    )


def balance_adjustment() -> Document:
    """A fee that the bank has taken and we have not booked."""
    rows = (
        ("账面银行存款余额", "10,060.60", "银行对账单余额", "10,045.60"),
        ("减：银行已付、我方未付", "15.00", "减：我方已付、银行未付", "0.00"),
    )
    last = ("调节后余额", "10,045.60", "调节后余额", "10,045.60")
    return Document(
        form="balance_adjustment",
        title="银行存款余额调节表",
        number="TJ202611210000002",
        subject="adjustment:8:20261121",
        issuer=OFFICE,
        data=BalanceAdjustment(
            facts=(Fact("户名", "示范市住宅专项维修资金专户", wide=True), Fact("账号", "62220000")),
            day_on=DAY,
            balances=Table("", ("项目", "金额（元）", "项目", "金额（元）"), rows, "lrlr", (3, 2, 3, 2), total=last),
            items=(
                Table(
                    "银行已付、我方未付（1 笔）",
                    ("日期", "银行流水号", "摘要", "金额（元）"),
                    (("2026-11-21", "20261121900002", "账户管理费", "15.00"),),
                    "cllr",
                    (2, 4, 6, 3),
                ),
            ),
            remark="调节后双方余额相符。",
            printed_for="孙会计",
        ),
    )


def interest_summary(areas: int = 40) -> Document:
    """A year's interest of `areas` areas."""
    rows = tuple((f"小区{place}", "商品住宅", "120", "1,000,000.00", "25.50") for place in range(areas))
    return Document(
        form="interest_summary",
        title="住宅专项维修资金结息汇总表",
        number="JX202611210000004",
        subject="interest:4",
        issuer=OFFICE,
        data=InterestSummary(
            facts=(Fact("计息方式", "专户收益按积数分摊"), Fact("分户数", f"{120 * areas:,} 户")),
            tables=(
                Table(
                    title="物业区域",
                    headers=("物业区域", "专户", "分户数", "积数（元·天）", "结息金额（元）"),
                    rows=rows,
                    aligns="llrrr",
                    widths=(3, 1.4, 1, 2.2, 1.6),
                    total=("合计", "", f"{120 * areas:,}", f"{1_000_000 * areas:,}.00", "1,020.00"),
                ),
            ),
            made_by="孙会计",
            approved_by="王主任",
            state="已入账",
        ),
    )
