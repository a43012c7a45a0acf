"""One document of each form of the books."""

from tests.printing.places import DAY, OFFICE
from upkeep.kernel.money import in_capitals
from upkeep.printing.documents import Document
from upkeep.printing.forms.fund_statement import FundStatement, FundStatementRow, HeadGroup
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
