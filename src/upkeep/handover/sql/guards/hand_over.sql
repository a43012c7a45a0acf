-- What was entered for a hand-over stays as it was entered and is decided once; a list line never changes.
create or replace function handover_only_its_life_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array[
        'state', 'note', 'checked_at', 'checked_by_id', 'checked_by_name', 'order_count', 'paid_count', 'finished_at'
    ];
begin
    if tg_op = 'DELETE' or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable
       or old.state = 'DECLINED' or new.state = 'WAITING' or old.state <> 'WAITING' and new.state = 'DECLINED'
       or old.state = 'WAITING' and new.state = 'FINISHED' then
        raise exception 'hand-over % is kept as it was entered and decided once', old.number
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function handover_row_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: it is kept for ever', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists handover_stays_as_entered on handover_handover;
create trigger handover_stays_as_entered before update or delete on handover_handover
    for each row execute function handover_only_its_life_changes();
drop trigger if exists handover_is_not_emptied on handover_handover;
create trigger handover_is_not_emptied before truncate on handover_handover
    for each statement execute function handover_row_stays();
drop trigger if exists handover_line_stays on handover_handoverline;
create trigger handover_line_stays before update or delete on handover_handoverline
    for each row execute function handover_row_stays();
drop trigger if exists filing_stays on handover_usefiling;
create trigger filing_stays before update or delete on handover_usefiling
    for each row execute function handover_row_stays();
