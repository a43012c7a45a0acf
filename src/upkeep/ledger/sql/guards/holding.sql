-- Held money: approved and promised to a payment order, not yet paid. held_fen is the sum of open holds, written here alone.

create or replace function ledger.hold_after_insert() returns trigger
language plpgsql security definer set search_path = ledger, pg_temp set enable_seqscan = off as $$
declare
    wanted bigint;
    changed bigint;
begin
    if exists (select 1 from new_holds where released_at is not null) then
        raise exception 'a hold begins open' using errcode = 'check_violation', constraint = 'hold_begins_open';
    end if;
    perform lock_books(array(select distinct area_id from new_holds));
    execute $q$
        with held as materialized (
            select area_id, sub_account_id, sum(amount_fen)::bigint as amount_fen from new_holds group by area_id, sub_account_id
        ), written as (
            update sub_account s set held_fen = s.held_fen + h.amount_fen, version = s.version + 1
            from held h where s.id = h.sub_account_id and s.area_id = h.area_id returning 1
        )
        select (select count(*) from held), (select count(*) from written) $q$ into wanted, changed;
    if changed <> wanted then
        raise exception 'a hold names no sub-account of its area'
            using errcode = 'check_violation', constraint = 'hold_of_known_sub_account';
    end if;
    return null;
end $$;

drop trigger if exists hold_after_insert on ledger.hold;
create trigger hold_after_insert after insert on ledger.hold
    referencing new table as new_holds for each statement execute function ledger.hold_after_insert();

create or replace function ledger.hold_after_update() returns trigger
language plpgsql security definer set search_path = ledger, pg_temp set enable_seqscan = off as $$
declare
    kept bigint;
    touched bigint;
begin
    execute $q$
        select (select count(*) from old_holds), (
            select count(*) from old_holds o join new_holds n using (id, area_id, sub_account_id, source, amount_fen, created_at)
            where o.released_at is null and n.released_at is not null) $q$ into touched, kept;
    if kept <> touched then
        raise exception 'a hold is only ever released, once'
            using errcode = 'check_violation', constraint = 'hold_is_only_released';
    end if;
    perform lock_books(array(select distinct area_id from new_holds));
    execute $q$
        update sub_account s set held_fen = s.held_fen - h.amount_fen, version = s.version + 1
        from (select area_id, sub_account_id, sum(amount_fen)::bigint as amount_fen
              from new_holds group by area_id, sub_account_id) h
        where s.id = h.sub_account_id and s.area_id = h.area_id $q$;
    return null;
end $$;

drop trigger if exists hold_after_update on ledger.hold;
create trigger hold_after_update after update on ledger.hold
    referencing old table as old_holds new table as new_holds
    for each statement execute function ledger.hold_after_update();
