"""The rows of an opening (期初建账) matched with the register, set by set: every row that names nothing, or something twice,
is told; what is right becomes the opening's lines."""

from django.db import connection

from upkeep.accounting.models import Opening, OpeningFault
from upkeep.accounting.opening_rows import Faults
from upkeep.books.openings import ACCOUNTS
from upkeep.parties.queries import within

_TOLD = 20_000

# Where a row has a code, the code decides; else the names do. `found` counts the houses that go by the names.
_MATCHED = f"""
create temporary table opening_matched on commit drop as
with places as (select unnest(%(places)s::bigint[]) as id),
areas as (select a.id, a.name from estate_area a join places p on p.id = a.jurisdiction_id),
named as (
    select r.row_no, count(*) as found, min(h.id) as account_id, min(h.area_id) as area_id, min(h.nature) as nature
    from opening_raw r
    join areas a on a.name = r.area
    join estate_building b on b.area_id = a.id and b.name = r.building and not b.is_provisional
    join estate_house h on h.building_id = b.id and h.room = r.room and h.state = 'ACTIVE'
         and regexp_replace(h.unit, '单元$', '') = r.unit
    where r.account is null group by r.row_no
), coded as (
    select r.row_no, s.account_id, s.area_id, coalesce(h.nature, 'SOLD_PUBLIC') as nature
    from opening_raw r join {ACCOUNTS} s on s.account_id = r.account
    join areas a on a.id = s.area_id
    left join estate_house h on h.id = s.account_id
)
select x.*, min(x.row_no) over (partition by x.account_id, x.custody_id) as first_row from (
select r.row_no, r.fen, r.account, r.area, r.building, r.room, r.custody,
       case when r.account is null then coalesce(n.found, 0) when d.row_no is null then 0 else 1 end as found,
       coalesce(d.account_id, n.account_id) as account_id, coalesce(d.area_id, n.area_id) as area_id,
       coalesce(d.nature, n.nature) as nature, c.id as custody_id, c.fund_kind
from opening_raw r
left join named n on n.row_no = r.row_no
left join coded d on d.row_no = r.row_no
left join banking_custodyaccount c on c.number = r.custody and c.jurisdiction_id in (select id from places)
) x
"""

# (column, sentence as SQL, condition)
_CHECKS: tuple[tuple[str, str, str], ...] = (
    ("分户代码", "'没有这个分户，请从下载的建账表中复制'", "m.account is not null and m.found = 0"),
    (
        "物业区域",
        "'本市没有名为“' || left(m.area, 40) || '”的物业区域，请先采集楼盘'",
        "m.account is null and m.area <> '' and m.found = 0 and not exists"
        " (select from estate_area a where a.name = m.area and a.jurisdiction_id = any (%(places)s::bigint[]))",
    ),
    (
        "房号",
        "'“' || left(m.area, 40) || '”没有这套房屋（' || left(m.building, 30) || ' ' || left(m.room, 20) || '）'",
        "m.account is null and m.area <> '' and m.building <> '' and m.room <> '' and m.found = 0 and exists"
        " (select from estate_area a where a.name = m.area and a.jurisdiction_id = any (%(places)s::bigint[]))",
    ),
    ("房号", "'有 ' || m.found || ' 套房屋符合，请填写分户代码'", "m.found > 1"),
    ("专户账号", "'本市没有账号为 ' || left(m.custody, 40) || ' 的专户'", "m.custody <> '' and m.custody_id is null"),
    (
        "专户账号",
        "'房屋性质与专户的资金类别不符：已售公有住房的资金应在已售公有住房专户，其他房屋在商品住宅专户'",
        "m.found = 1 and m.custody_id is not null and (m.nature = 'SOLD_PUBLIC') <> (m.fund_kind = 'PUBLIC')",
    ),
    (
        "分户代码",
        "'与第 ' || first_row || ' 行是同一分户、同一专户'",
        "m.found = 1 and m.custody_id is not null and first_row < m.row_no",
    ),
    (
        "分户代码",
        "'该分户已有发生额或已销户，不能再建期初'",
        f"m.found = 1 and exists (select from {ACCOUNTS} s where s.account_id = m.account_id"
        " and s.area_id = m.area_id and (s.version > 0 or s.closed_on is not null))",
    ),
    (
        "分户代码",
        "'该房屋尚未开立分户账，请联系系统管理员'",
        f"m.found = 1 and not exists (select from {ACCOUNTS} s where s.account_id = m.account_id"
        " and s.area_id = m.area_id)",
    ),
)


def match_rows(opening: Opening, faults: Faults) -> None:
    """Match `opening_raw`; faults go to the opening's faults, and with none at all its lines are written."""
    places = list(within(opening.jurisdiction_id))
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists pg_temp.opening_matched")
        cursor.execute(_MATCHED, {"places": places})
        cursor.execute("analyze opening_matched")
        for column, text, condition in _CHECKS:
            cursor.execute(
                f"with wrong as materialized (select m.row_no, {text} as text from opening_matched m where {condition}),"
                ' told as (insert into accounting_openingfault (opening_id, row_no, "column", text)'
                " select %(opening)s, row_no, %(column)s, text from wrong order by row_no limit %(most)s)"
                " select count(*) from wrong",
                {"opening": opening.pk, "column": column, "most": _TOLD, "places": places},
            )
            faults.count += cursor.fetchone()[0]
        OpeningFault.objects.bulk_create(
            [
                OpeningFault(opening=opening, row_no=row, column=column, text=text[:200])
                for row, column, text in faults.kept
            ],
            batch_size=5_000,
        )
        if faults.count == 0:
            cursor.execute(
                "insert into accounting_openingline (opening_id, row_no, area_id, account_id, custody_id, fen)"
                " select %s, row_no, area_id, account_id, custody_id, fen from opening_matched"
                " where fen > 0 order by area_id, custody_id, row_no",
                [opening.pk],
            )
            cursor.execute(
                "update accounting_openingtotal t set houses_fen = l.fen, rows = l.rows"
                " from (select custody_id, sum(fen)::bigint as fen, count(*) as rows from accounting_openingline"
                " where opening_id = %s group by custody_id) l where t.opening_id = %s and t.custody_id = l.custody_id",
                [opening.pk, opening.pk],
            )
