-- Closed periods. The posting trigger compares every entry's day with book.closed_through, which is written here alone, under
-- the lock that every post takes: a closing and a post can never overtake each other.

create or replace function ledger.period_changed() returns trigger
language plpgsql security definer set search_path = ledger, pg_temp as $$
begin
    perform lock_books(array(select distinct area_id from changed_periods));
    update book b set closed_through = coalesce(
        (select max(p.through) from period p where p.area_id = b.area_id and p.reopened_at is null), '-infinity')
    where b.area_id in (select area_id from changed_periods);
    return null;
end $$;

drop trigger if exists period_closed on ledger.period;
create trigger period_closed after insert on ledger.period
    referencing new table as changed_periods for each statement execute function ledger.period_changed();
drop trigger if exists period_reopened on ledger.period;
create trigger period_reopened after update on ledger.period
    referencing new table as changed_periods for each statement execute function ledger.period_changed();

create or replace function ledger.period_is_only_reopened() returns trigger language plpgsql as $$
begin
    if old.reopened_at is not null or new.reopened_at is null
       or (old.area_id, old.through, old.closed_at, old.closed_by)
          is distinct from (new.area_id, new.through, new.closed_at, new.closed_by) then
        raise exception 'a closed period is only ever reopened, once'
            using errcode = 'check_violation', constraint = 'period_is_only_reopened';
    end if;
    return new;
end $$;

drop trigger if exists period_is_only_reopened on ledger.period;
create trigger period_is_only_reopened before update on ledger.period
    for each row execute function ledger.period_is_only_reopened();
