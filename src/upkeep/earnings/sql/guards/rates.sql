-- A rate sheet is decided once, and its rates are those that were proposed.
create or replace function earnings_sheet_is_decided_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    decision constant text[] := array['state', 'decided_at', 'decided_by_id', 'decided_by_name', 'note'];
begin
    if tg_op = 'DELETE' then
        raise exception 'a rate sheet is kept' using errcode = 'insufficient_privilege';
    end if;
    if old.state <> 'WAITING' or to_jsonb(new) - decision is distinct from to_jsonb(old) - decision then
        raise exception 'a rate sheet is decided once and not changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists earnings_sheet_is_decided_once on earnings_ratesheet;
create trigger earnings_sheet_is_decided_once before update or delete on earnings_ratesheet
    for each row execute function earnings_sheet_is_decided_once();

create or replace function earnings_rate_is_of_a_waiting_sheet() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op <> 'INSERT' or not exists (
        select from earnings_ratesheet s where s.id = new.sheet_id and s.state = 'WAITING') then
        raise exception 'the rates of a sheet are fixed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists earnings_rate_is_of_a_waiting_sheet on earnings_rate;
create trigger earnings_rate_is_of_a_waiting_sheet before insert or update or delete on earnings_rate
    for each row execute function earnings_rate_is_of_a_waiting_sheet();
