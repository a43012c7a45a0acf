-- Proofs at the moment of booking. Each runs once per statement over the transition table, so a million lines cost about as
-- little per line as two. References are proven here too: declared foreign keys would be checked row by row.

-- Locks the books of the areas in one order everywhere, so that two posts to one area take turns and none can deadlock.
-- Returns how many of them exist.
create or replace function ledger.lock_books(areas bigint[]) returns bigint
language sql volatile security definer set search_path = ledger, pg_temp as $$
    select count(*) from (select 1 from book where area_id = any (areas) order by area_id for update) locked
$$;

create or replace function ledger.line_after_insert() returns trigger
language plpgsql security definer set search_path = ledger, pg_temp set enable_seqscan = off as $$
declare
    fault text;
    culprit bigint;
    many boolean;
    wanted bigint;
    changed bigint;
begin
    perform lock_books(array(select distinct area_id from new_lines));

    -- EXECUTE: planned for this statement's own size, two lines or a million; a plan kept from the first call ruins the other.
    -- No sequential scans for small statements: statistics of a young table must not talk the planner out of the keys.
    execute 'select count(*) > 50000 from (select 1 from new_lines limit 50001) n' into many;
    perform set_config('enable_seqscan', case when many then 'on' else 'off' end, true);

    -- An entry's lines are numbered 1 to line_count, so a second statement can add none: the key is taken.
    execute $q$
        with booked as materialized (
            select entry_id, area_id, custody_id, code, booked_on,
                   count(*) as lines, min(line_no) as first_line, max(line_no) as last_line,
                   sum(debit_fen)::bigint as debit_fen, sum(credit_fen)::bigint as credit_fen
            from new_lines group by entry_id, area_id, custody_id, code, booked_on
        ), entries as (
            select entry_id, area_id, sum(lines) as lines, min(first_line) as first_line, max(last_line) as last_line,
                   min(booked_on) as first_day, max(booked_on) as last_day
            from booked group by entry_id, area_id
        ), faults as (
            select b.entry_id, 'entry_balances' as fault
            from booked b group by b.entry_id, b.custody_id having sum(b.debit_fen) <> sum(b.credit_fen)
            union all
            select t.entry_id, case
                when e.id is null then 'line_of_known_entry'
                when e.txid <> pg_current_xact_id() then 'line_of_own_transaction'
                when t.lines <> e.line_count or t.first_line <> 1 or t.last_line <> e.line_count
                    then 'entry_complete_in_one_statement'
                when t.first_day <> e.booked_on or t.last_day <> e.booked_on then 'line_of_same_day'
                when b.area_id is null then 'entry_of_known_book'
                else 'period_is_open' end
            from entries t
            left join entry e on e.id = t.entry_id and e.area_id = t.area_id
            left join book b on b.area_id = t.area_id
            where e.id is null or b.area_id is null or e.txid <> pg_current_xact_id() or t.lines <> e.line_count
               or t.first_line <> 1 or t.last_line <> e.line_count or t.first_day <> e.booked_on or t.last_day <> e.booked_on or e.booked_on <= b.closed_through
            union all
            select b.entry_id, case when a.code is null then 'line_of_known_account' else 'entry_of_one_fund' end
            from booked b
            join entry e on e.id = b.entry_id and e.area_id = b.area_id
            left join (account a join custody c on c.id = a.custody_id)
                   on a.area_id = b.area_id and a.custody_id = b.custody_id and a.code = b.code
            where a.code is null or c.fund <> e.fund
        ), totals as (
            insert into day_total as d (area_id, custody_id, code, booked_on, debit_fen, credit_fen)
            select area_id, custody_id, code, booked_on, sum(debit_fen), sum(credit_fen)
            from booked group by area_id, custody_id, code, booked_on
            on conflict (area_id, custody_id, code, booked_on)
            do update set debit_fen = d.debit_fen + excluded.debit_fen, credit_fen = d.credit_fen + excluded.credit_fen
        )
        select fault, entry_id from faults limit 1 $q$ into fault, culprit;
    if fault is not null then
        raise exception 'entry %: %', culprit, fault using errcode = 'check_violation', constraint = fault;
    end if;

    execute $q$
        with moved as materialized (
            select area_id, sub_account_id, sum(credit_fen - debit_fen)::bigint as change,
                   sum((credit_fen - debit_fen) * (date '2100-01-01' - booked_on))::bigint as product
            from new_lines where sub_account_id is not null group by area_id, sub_account_id
        ), written as (
            update sub_account s
            set balance_fen = s.balance_fen + m.change, day_product = s.day_product + m.product, version = s.version + 1
            from moved m where s.id = m.sub_account_id and s.area_id = m.area_id and s.closed_on is null
            returning 1
        )
        select (select count(*) from moved), (select count(*) from written) $q$ into wanted, changed;
    if changed <> wanted then
        if exists (select from new_lines n join sub_account s on s.id = n.sub_account_id and s.area_id = n.area_id
                   where s.closed_on is not null) then
            raise exception 'a line is booked on a closed sub-account'
                using errcode = 'check_violation', constraint = 'sub_account_closed_takes_nothing';
        end if;
        raise exception 'a line names no sub-account of its area'
            using errcode = 'check_violation', constraint = 'line_of_known_sub_account';
    end if;

    -- A correction (红字冲销) is the exact mirror of an entry that is no correction itself; "once" is the unique key's.
    execute $q$
        with corrections as (
            select e.id, e.area_id, e.reverses from entry e
            where (e.id, e.area_id) in (select distinct entry_id, area_id from new_lines) and e.reverses is not null
        ), both_sides as (
            select c.id, l.custody_id, l.code, l.sub_account_id, l.debit_fen, l.credit_fen, 1 as side
            from corrections c join new_lines l on l.entry_id = c.id and l.area_id = c.area_id
            union all
            select c.id, l.custody_id, l.code, l.sub_account_id, l.credit_fen, l.debit_fen, -1
            from corrections c join line l on l.entry_id = c.reverses and l.area_id = c.area_id
        )
        select id from (
            select id from both_sides group by id, custody_id, code, sub_account_id, debit_fen, credit_fen having sum(side) <> 0
            union all
            select c.id from corrections c join entry o on o.id = c.reverses and o.area_id = c.area_id
            where o.reverses is not null
        ) wrong limit 1 $q$ into culprit;
    if culprit is not null then
        raise exception 'entry % is no mirror of the entry it reverses', culprit
            using errcode = 'check_violation', constraint = 'reversal_is_mirror';
    end if;
    return null;
end $$;

drop trigger if exists line_after_insert on ledger.line;
create trigger line_after_insert after insert on ledger.line
    referencing new table as new_lines for each statement execute function ledger.line_after_insert();

-- An entry whose lines never came cannot be committed.
create or replace function ledger.entry_has_lines() returns trigger
language plpgsql security definer set search_path = ledger, pg_temp as $$
begin
    if not exists (select 1 from line where entry_id = new.id and area_id = new.area_id) then
        raise exception 'entry % has no lines', new.id using errcode = 'check_violation', constraint = 'entry_has_lines';
    end if;
    return null;
end $$;

drop trigger if exists entry_has_lines on ledger.entry;
create constraint trigger entry_has_lines after insert on ledger.entry
    deferrable initially deferred for each row execute function ledger.entry_has_lines();
