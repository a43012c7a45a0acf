-- The journal (账簿). Shape only: what guards it stands in guards/, who may touch it in grants.sql; both are re-installed after
-- every migration and compared with the live database.
--
-- A line names a general-ledger account (科目: code within an area and a custody account) and, where it moves a house's money,
-- that house's sub-account (分户账). Balance, held amount and day products (积数) live on the sub-account alone. The area stands
-- in every table and every unique key, so that it can be the distribution key.
create schema ledger;

-- One row per area (物业管理区域): what a post locks, and the day through which its books are closed.
create table ledger.book (
    area_id        bigint primary key,
    closed_through date not null default '-infinity'    -- written by the trigger on period alone
);

-- A custody account (专户) keeps one set of books: 商品住宅 or 已售公有住房. The word is opaque here.
create table ledger.custody (
    id   bigint primary key,
    fund text not null
);

create table ledger.account (
    area_id    bigint not null,
    custody_id bigint not null references ledger.custody,
    code       text collate "C" not null,               -- '1001', '4001' ... of the chart in upkeep.books
    primary key (area_id, custody_id, code)
);

create table ledger.sub_account (
    id          bigint not null,                         -- chosen by the caller: the holder's own id (a house's)
    area_id     bigint not null,
    balance_fen bigint not null default 0,               -- written by the trigger on line alone
    held_fen    bigint not null default 0,               -- approved, not yet paid; written by the triggers on hold alone
    day_product bigint not null default 0,               -- sum of amount x (2100-01-01 - booked day)
    version     bigint not null default 0,
    closed_on   date,
    primary key (id, area_id),
    constraint sub_account_never_below_held check (balance_fen >= held_fen and held_fen >= 0),
    constraint sub_account_closed_is_empty check (closed_on is null or (balance_fen = 0 and held_fen = 0))
) with (fillfactor = 55);                                -- room for in-place (HOT) balance updates

create table ledger.entry (
    id         bigint not null,                          -- made by the application
    area_id    bigint not null,
    ordinal    bigint generated always as identity,      -- order of booking within the area; the wall clock decides nothing
    source     text not null,                            -- idempotency key within the area: 'bank:ICBC:000123'
    reason     text not null,                            -- the posting template that made it
    fund       text not null,                            -- the set of books of all its custody accounts
    booked_on  date not null,
    reverses   bigint,
    line_count int not null,
    content    bytea not null,                           -- SHA-256 of the canonical content, see docs/ledger.md
    txid       xid8 not null default pg_current_xact_id(),
    primary key (id, area_id),
    foreign key (reverses, area_id) references ledger.entry (id, area_id),
    constraint entry_source_once unique (area_id, source),
    constraint entry_reversed_once unique (reverses, area_id)
);

create index entry_by_reason on ledger.entry (reason, booked_on);

create table ledger.line (
    entry_id       bigint not null,
    line_no        int not null,
    area_id        bigint not null,
    booked_on      date not null,
    custody_id     bigint not null,
    code           text collate "C" not null,
    sub_account_id bigint,
    debit_fen      bigint not null default 0,
    credit_fen     bigint not null default 0,
    primary key (entry_id, line_no, area_id),
    constraint line_is_debit_or_credit check ((debit_fen > 0 and credit_fen = 0) or (credit_fen > 0 and debit_fen = 0))
);
create index line_of_sub_account on ledger.line (sub_account_id, entry_id) where sub_account_id is not null;

-- What was booked per account and day: the general ledger as sums, kept under the area's lock. No row is shared between areas.
create table ledger.day_total (
    area_id    bigint not null,
    custody_id bigint not null,
    code       text collate "C" not null,
    booked_on  date not null,
    debit_fen  bigint not null,
    credit_fen bigint not null,
    primary key (area_id, custody_id, code, booked_on)
) with (fillfactor = 70);

create table ledger.hold (
    id             bigint not null,
    area_id        bigint not null,
    sub_account_id bigint not null,
    source         text not null,                        -- who holds: 'payment-order:17'
    amount_fen     bigint not null,
    created_at     timestamptz not null,
    released_at    timestamptz,
    primary key (id, area_id),
    constraint hold_is_positive check (amount_fen > 0)
);
create unique index hold_once on ledger.hold (area_id, source, sub_account_id) where released_at is null;

-- A closing of an area's books through a day (结账), and its reopening (反结账). History stays.
create table ledger.period (
    area_id     bigint not null,
    through     date not null,
    closed_at   timestamptz not null,
    closed_by   text not null,
    reopened_at timestamptz,
    reopened_by text,
    primary key (area_id, through, closed_at),
    constraint period_reopened_by_someone check ((reopened_at is null) = (reopened_by is null))
);
create unique index period_closed_once on ledger.period (area_id, through) where reopened_at is null;
