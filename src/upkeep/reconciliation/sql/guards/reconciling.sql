-- What the bank said stays as it came, a match adds up, and what was decided stays decided.
create or replace function reconciliation_only_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception '% on % is refused: it is kept for ever', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - tg_argv is distinct from to_jsonb(old) - tg_argv then
        raise exception '% %: what was kept never changes', tg_table_name, old.id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function reconciliation_row_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: it is kept for ever', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create or replace function reconciliation_act_is_decided_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['state', 'decided_at', 'decided_by_id', 'decided_by_name', 'note'];
begin
    if tg_op = 'DELETE' or old.state <> 'WAITING'
       or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'act % is decided once and never changed', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

-- Both sides of a match come to the same sum, of one custody account; a dissolved one joins nothing.
create or replace function reconciliation_match_adds_up() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong bigint;
begin
    with touched as (
        select distinct match_id as id from changed where match_id is not null
        union select distinct match_id from before where match_id is not null
    )
    select t.id into wrong from touched t
    join reconciliation_match k on k.id = t.id
    cross join lateral (
        select sum(b.fen) as fen, min(b.custody_id) as low, max(b.custody_id) as high
        from reconciliation_bankline b where b.match_id = t.id
    ) theirs
    cross join lateral (
        select sum(m.fen) as fen, min(m.custody_id) as low, max(m.custody_id) as high
        from reconciliation_bookmovement m where m.match_id = t.id
    ) ours
    where coalesce(theirs.fen, 0) <> coalesce(ours.fen, 0)
       or least(theirs.low, ours.low) <> k.custody_id or greatest(theirs.high, ours.high) <> k.custody_id
       or k.dissolved_at is not null and (theirs.fen is not null or ours.fen is not null)
    limit 1;
    if wrong is not null then
        raise exception 'match % does not add up', wrong
            using errcode = 'check_violation', constraint = 'match_adds_up';
    end if;
    return null;
end $$;

drop trigger if exists bank_line_stays_as_it_came on reconciliation_bankline;
create trigger bank_line_stays_as_it_came before update or delete on reconciliation_bankline
    for each row execute function reconciliation_only_changes('match_id', 'transit_until', 'is_replaced');
drop trigger if exists bank_line_is_not_emptied on reconciliation_bankline;
create trigger bank_line_is_not_emptied before truncate on reconciliation_bankline
    for each statement execute function reconciliation_row_stays();
drop trigger if exists statement_stays_as_it_came on reconciliation_bankstatement;
create trigger statement_stays_as_it_came before update or delete on reconciliation_bankstatement
    for each row execute function reconciliation_only_changes('replaced_at');
drop trigger if exists statement_is_not_emptied on reconciliation_bankstatement;
create trigger statement_is_not_emptied before truncate on reconciliation_bankstatement
    for each statement execute function reconciliation_row_stays();
drop trigger if exists book_movement_stays on reconciliation_bookmovement;
create trigger book_movement_stays before update or delete on reconciliation_bookmovement
    for each row execute function reconciliation_only_changes('match_id', 'transit_until');
drop trigger if exists book_movement_is_not_emptied on reconciliation_bookmovement;
create trigger book_movement_is_not_emptied before truncate on reconciliation_bookmovement
    for each statement execute function reconciliation_row_stays();
drop trigger if exists match_stays on reconciliation_match;
create trigger match_stays before update or delete on reconciliation_match
    for each row execute function reconciliation_only_changes(
        'dissolved_at', 'dissolved_by_id', 'dissolved_by_name', 'dissolved_reason'
    );
drop trigger if exists match_is_not_emptied on reconciliation_match;
create trigger match_is_not_emptied before truncate on reconciliation_match
    for each statement execute function reconciliation_row_stays();
drop trigger if exists difference_act_is_decided_once on reconciliation_differenceact;
create trigger difference_act_is_decided_once before update or delete on reconciliation_differenceact
    for each row execute function reconciliation_act_is_decided_once();
drop trigger if exists difference_act_is_not_emptied on reconciliation_differenceact;
create trigger difference_act_is_not_emptied before truncate on reconciliation_differenceact
    for each statement execute function reconciliation_row_stays();

drop trigger if exists match_adds_up on reconciliation_bankline;
create trigger match_adds_up after update on reconciliation_bankline
    referencing new table as changed old table as before
    for each statement execute function reconciliation_match_adds_up();
drop trigger if exists match_adds_up on reconciliation_bookmovement;
create trigger match_adds_up after update on reconciliation_bookmovement
    referencing new table as changed old table as before
    for each statement execute function reconciliation_match_adds_up();
