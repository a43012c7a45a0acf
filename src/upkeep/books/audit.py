"""Does the journal mean what it should? Control formulas (控制公式) on top of the journal's own audit."""

from upkeep.books.chart import CHART, HOUSE_MONEY, MONEY, AccountKind, FundKind
from upkeep.ledger import api as ledger
from upkeep.ledger.api import Finding

__all__ = ["Finding", "audit"]

_CHECKS: dict[str, tuple[str, str]] = {
    "B1.control": (
        "区域内分户余额之和不等于维修资金加未结转的交存、支出",
        "select area_id, coalesce(s.fen, 0) as sub_accounts_fen, coalesce(t.fen, 0) as control_fen"
        " from (select area_id, sum(balance_fen)::bigint as fen from ledger.sub_account group by area_id) s"
        " full join (select area_id, sum(credit_fen - debit_fen)::bigint as fen from ledger.day_total"
        " where code = any (%(house_money)s) group by area_id) t using (area_id)"
        " where coalesce(s.fen, 0) <> coalesce(t.fen, 0)",
    ),
    "B2.control_of_custody": (
        "专户内记到分户的金额不等于维修资金加未结转的交存、支出",
        "select area_id, custody_id from ledger.line where code = any (%(house_money)s) or sub_account_id is not null"
        " group by area_id, custody_id"
        " having coalesce(sum(credit_fen - debit_fen) filter (where sub_account_id is not null), 0)"
        " <> coalesce(sum(credit_fen - debit_fen) filter (where code = any (%(house_money)s)), 0)",
    ),
    "B3.sub_account": (
        "分户金额记在了与房屋资金无关的科目",
        "select entry_id, line_no, code from ledger.line"
        " where sub_account_id is not null and not code = any (%(house_money)s)",
    ),
    "B4.money": (
        "银行存款、国债投资或备用金为负",
        "select custody_id, code, sum(debit_fen - credit_fen)::bigint as fen from ledger.day_total"
        " where code = any (%(money)s) group by custody_id, code having sum(debit_fen) < sum(credit_fen)",
    ),
    "B5.equation": (
        "资产不等于负债、净资产与未结转收支之和",
        "select custody_id, sum(debit_fen - credit_fen)::bigint as off_fen from ledger.day_total"
        " group by custody_id having sum(debit_fen) <> sum(credit_fen)",
    ),
    "B6.chart": (
        "使用了会计科目表以外的科目",
        "select area_id, custody_id, code from ledger.account where not code = any (%(chart)s)",
    ),
    "B7.fund": (
        "商品住宅与已售公有住房的账混记",
        "select t.area_id, t.custody_id, t.code from ledger.account t join ledger.custody c on c.id = t.custody_id"
        " where (t.code, c.fund) in (('3001', %(public)s), ('3002', %(commodity)s))"
        " or not c.fund in (%(public)s, %(commodity)s)",
    ),
    "B8.in_transit": (
        "专户划转在途为负：到账多于转出",
        "select custody_id, sum(debit_fen - credit_fen)::bigint as fen from ledger.day_total where code = '100199'"
        " group by custody_id having sum(debit_fen) < sum(credit_fen)",
    ),
    "B9.carried_forward": (
        "已结账期间仍有未结转的收入或支出",
        "select t.area_id, t.custody_id, t.code from ledger.day_total t join ledger.book b using (area_id)"
        " where t.code = any (%(nominal)s) and t.booked_on <= b.closed_through"
        " group by t.area_id, t.custody_id, t.code having sum(t.debit_fen) <> sum(t.credit_fen)",
    ),
}


def audit(*, most: int = 100) -> list[Finding]:
    """Everything wrong with journal and books, at most `most` findings per rule; empty when all is well."""
    nominal = [a.code for a in CHART.values() if a.kind in (AccountKind.INCOME, AccountKind.EXPENSE)]
    values = {
        "house_money": list(HOUSE_MONEY),
        "money": list(MONEY),
        "chart": list(CHART),
        "nominal": nominal,
        "public": FundKind.PUBLIC.value,
        "commodity": FundKind.COMMODITY.value,
        "most": most,
    }
    with ledger.whole_tables():
        return ledger.findings(most=most) + [
            Finding(code=code, text=text, keys=keys)
            for code, (text, query) in _CHECKS.items()
            for keys in ledger.named_rows(f"{query} limit %(most)s", values)
        ]


def rule_count() -> int:
    """How many rules an audit proves."""
    return len(_CHECKS) + ledger.rule_count()
