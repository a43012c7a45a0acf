"""Proves the journal's invariants again, by set, over everything that is stored: what the guards promise, found true or not.

Every query returns the keys of what is wrong, and nothing when all is well. It shares no code with posting.
"""

from upkeep.ledger.database import named_rows, whole_tables
from upkeep.ledger.types import Finding

_CHECKS: dict[str, tuple[str, str]] = {
    "L1.balance": (
        "分录借贷不平",
        "select entry_id, custody_id, sum(debit_fen - credit_fen)::bigint as off_fen from ledger.line"
        " group by entry_id, area_id, custody_id having sum(debit_fen) <> sum(credit_fen)",
    ),
    "L1.lines": (
        "分录行数与登记不符",
        "select e.id as entry_id, e.line_count, coalesce(l.n, 0) as found from ledger.entry e left join"
        " (select entry_id, area_id, count(*) as n from ledger.line group by entry_id, area_id) l"
        " on l.entry_id = e.id and l.area_id = e.area_id where e.line_count <> coalesce(l.n, 0)",
    ),
    "L2.orphan": (
        "分录行没有对应的分录，或与分录日期不一致",
        "select l.entry_id, l.line_no from ledger.line l left join ledger.entry e"
        " on e.id = l.entry_id and e.area_id = l.area_id where e.id is null or e.booked_on <> l.booked_on",
    ),
    "L2.id": (
        "分录编号重复",
        "select id as entry_id from ledger.entry group by id having count(*) > 1",
    ),
    "L3.amount": (
        "分录行金额不是单一的借方或贷方正数",
        "select entry_id, line_no from ledger.line"
        " where not ((debit_fen > 0 and credit_fen = 0) or (credit_fen > 0 and debit_fen = 0))",
    ),
    "L4.floor": (
        "分户余额低于冻结金额，或冻结金额为负",
        "select id as sub_account_id, area_id from ledger.sub_account where balance_fen < held_fen or held_fen < 0",
    ),
    "L4.closed": (
        "已销户的分户仍有余额或冻结",
        "select id as sub_account_id, area_id from ledger.sub_account"
        " where closed_on is not null and (balance_fen <> 0 or held_fen <> 0)",
    ),
    "L5.balance": (
        "分户余额或积数不等于其分录之和",
        "select s.id as sub_account_id, s.area_id, s.balance_fen, coalesce(l.fen, 0) as lines_fen"
        " from ledger.sub_account s left join (select sub_account_id, area_id,"
        " sum(credit_fen - debit_fen)::bigint as fen,"
        " sum((credit_fen - debit_fen) * (date '2100-01-01' - booked_on))::bigint as product"
        " from ledger.line where sub_account_id is not null group by sub_account_id, area_id) l"
        " on l.sub_account_id = s.id and l.area_id = s.area_id"
        " where s.balance_fen <> coalesce(l.fen, 0) or s.day_product <> coalesce(l.product, 0)",
    ),
    "L5.held": (
        "分户冻结金额不等于未解冻记录之和",
        "select s.id as sub_account_id, s.area_id, s.held_fen, coalesce(h.fen, 0) as holds_fen"
        " from ledger.sub_account s left join (select sub_account_id, area_id, sum(amount_fen)::bigint as fen"
        " from ledger.hold where released_at is null group by sub_account_id, area_id) h"
        " on h.sub_account_id = s.id and h.area_id = s.area_id where s.held_fen <> coalesce(h.fen, 0)",
    ),
    "L5.totals": (
        "科目日合计不等于其分录之和",
        "select area_id, custody_id, code, booked_on from ("
        " select area_id, custody_id, code, booked_on, debit_fen, credit_fen from ledger.day_total union all"
        " select area_id, custody_id, code, booked_on, -sum(debit_fen)::bigint, -sum(credit_fen)::bigint"
        " from ledger.line group by area_id, custody_id, code, booked_on) t"
        " group by area_id, custody_id, code, booked_on having sum(debit_fen) <> 0 or sum(credit_fen) <> 0",
    ),
    "L6.account": (
        "分录行的科目未开设，或专户属于另一套账",
        "select l.area_id, l.custody_id, l.code, l.fund from (select distinct l.area_id, l.custody_id, l.code, e.fund"
        " from ledger.line l join ledger.entry e on e.id = l.entry_id and e.area_id = l.area_id) l"
        " left join (ledger.account a join ledger.custody c on c.id = a.custody_id) using (area_id, custody_id, code)"
        " where c.fund is distinct from l.fund",
    ),
    "L6.sub_account": (
        "分录行或冻结记录的分户不存在",
        "select sub_account_id, area_id from (select sub_account_id, area_id from ledger.line"
        " where sub_account_id is not null union select sub_account_id, area_id from ledger.hold) l"
        " where not exists (select from ledger.sub_account s where s.id = l.sub_account_id and s.area_id = l.area_id)",
    ),
    "L6.book": (
        "分录或分户所属区域没有账簿",
        "select distinct area_id from (select area_id from ledger.entry union select area_id from ledger.sub_account) a"
        " where not exists (select from ledger.book b where b.area_id = a.area_id)",
    ),
    "L8.mirror": (
        "冲正分录与原分录不是逐行相反",
        "select entry_id from (select e.id as entry_id, l.custody_id, l.code, l.sub_account_id, l.debit_fen,"
        " l.credit_fen, 1 as side from ledger.entry e join ledger.line l on l.entry_id = e.id and l.area_id = e.area_id"
        " where e.reverses is not null union all"
        " select e.id, l.custody_id, l.code, l.sub_account_id, l.credit_fen, l.debit_fen, -1 from ledger.entry e"
        " join ledger.line l on l.entry_id = e.reverses and l.area_id = e.area_id) b"
        " group by entry_id, custody_id, code, sub_account_id, debit_fen, credit_fen having sum(side) <> 0",
    ),
    "L8.once": (
        "同一分录被冲正多次，或冲正又被冲正",
        "select e.reverses as entry_id from ledger.entry e join ledger.entry o"
        " on o.id = e.reverses and o.area_id = e.area_id group by e.reverses, o.reverses"
        " having count(*) > 1 or o.reverses is not null",
    ),
    "L9.source": (
        "同一业务流水号在同一区域记账多次",
        "select area_id, source from ledger.entry group by area_id, source having count(*) > 1",
    ),
    "L10.content": (
        "分录内容与登记的摘要值不符",
        "select e.id as entry_id from ledger.entry e join (select entry_id, area_id,"
        " string_agg(custody_id || '|' || code || '|' || coalesce(sub_account_id::text, '') || '|' || debit_fen"
        " || '|' || credit_fen || chr(10), '' order by line_no) as text from ledger.line group by entry_id, area_id) l"
        " on l.entry_id = e.id and l.area_id = e.area_id where e.content <> sha256(convert_to("
        "concat_ws('|', e.area_id, e.source, e.reason, e.fund, to_char(e.booked_on, 'YYYY-MM-DD'),"
        " coalesce(e.reverses::text, ''), e.line_count) || chr(10) || l.text, 'UTF8'))",
    ),
    "L11.closed": (
        "账簿的结账日与结账记录不符",
        "select b.area_id from ledger.book b left join (select area_id, max(through) as through from ledger.period"
        " where reopened_at is null group by area_id) p using (area_id)"
        " where b.closed_through <> coalesce(p.through, '-infinity')",
    ),
}


def findings(*, most: int = 100) -> list[Finding]:
    """What is wrong, at most `most` findings per rule; empty when the journal is sound."""
    with whole_tables():
        return [
            Finding(code=code, text=text, keys=keys)
            for code, (text, query) in _CHECKS.items()
            for keys in named_rows(f"{query} limit %s", [most])
        ]


def rule_count() -> int:
    """How many rules are proved."""
    return len(_CHECKS)
