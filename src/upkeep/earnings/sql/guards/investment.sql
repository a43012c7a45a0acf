-- An investment goes one way, keeps what was approved, and is never deleted.
create or replace function earnings_investment_moves() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    moves constant jsonb := '{"ASKED": ["INVESTED", "DECLINED"], "INVESTED": ["REDEEM_ASKED"],
        "REDEEM_ASKED": ["INVESTED", "REDEEMED"], "REDEEMED": [], "DECLINED": []}';
    fixed constant text[] := array['number', 'custody_id', 'kind', 'name', 'certificate', 'principal_fen', 'rate', 'placed_on',
        'matures_on', 'basis', 'serial', 'asked_by_id', 'asked_at'];
    field text;
begin
    if tg_op = 'DELETE' then
        raise exception '% is kept', old.number using errcode = 'insufficient_privilege';
    end if;
    if old.state in ('REDEEMED', 'DECLINED') or old.state <> new.state and not moves -> old.state ? new.state then
        raise exception '% cannot go from % to %', old.number, old.state, new.state
            using errcode = 'insufficient_privilege';
    end if;
    foreach field in array fixed loop
        if to_jsonb(old) -> field is distinct from to_jsonb(new) -> field then
            raise exception '% of % is fixed', field, old.number using errcode = 'insufficient_privilege';
        end if;
    end loop;
    if old.entry_id is not null and new.entry_id is distinct from old.entry_id then
        raise exception 'the entry of % is fixed', old.number using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists earnings_investment_moves on earnings_investment;
create trigger earnings_investment_moves before update or delete on earnings_investment
    for each row execute function earnings_investment_moves();
