-- The history of a case is append-only, and a closed case stays as it was closed.
create or replace function casework_event_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: the history of a case is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists case_event_is_append_only on casework_caseevent;
create trigger case_event_is_append_only before update or delete on casework_caseevent
    for each row execute function casework_event_is_append_only();
drop trigger if exists case_event_is_not_emptied on casework_caseevent;
create trigger case_event_is_not_emptied before truncate on casework_caseevent
    for each statement execute function casework_event_is_append_only();

create or replace function casework_closed_case_stays_closed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'case % is refused deletion: withdraw it instead', old.number
            using errcode = 'insufficient_privilege';
    end if;
    -- What a withdrawn case holds of people is taken away once, and nothing else of it changes with that.
    if old.state = 'WITHDRAWN' and old.forgotten_at is null and new.forgotten_at is not null
       and to_jsonb(new) - array['data', 'contact_phone', 'forgotten_at']
         = to_jsonb(old) - array['data', 'contact_phone', 'forgotten_at'] then
        return new;
    end if;
    if old.closed_at is not null then
        raise exception 'case % is closed and cannot change', old.number using errcode = 'insufficient_privilege';
    end if;
    if new.number <> old.number or new.procedure <> old.procedure
       or parties_city_of(new.jurisdiction_id) <> parties_city_of(old.jurisdiction_id)
       or (new.jurisdiction_id <> old.jurisdiction_id and old.state not in ('DRAFT', 'RETURNED'))
       or new.applicant_organisation_id is distinct from old.applicant_organisation_id
       or new.applicant_user_id is distinct from old.applicant_user_id then
        raise exception 'case %: number, procedure and applicant never change, nor its office once it is handed in', old.number
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists case_closed_stays_closed on casework_case;
create trigger case_closed_stays_closed before update or delete on casework_case
    for each row execute function casework_closed_case_stays_closed();

-- That an organisation owes its papers is not forgotten, and that they came is not taken back.
create or replace function casework_originals_are_received_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' or old.received_at is not null or new.organisation_id <> old.organisation_id
       or new.registration_id <> old.registration_id or new.opened_at <> old.opened_at then
        raise exception '% of the reminder of organisation % is refused', tg_op, old.organisation_id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists originals_are_received_once on casework_originalsreminder;
create trigger originals_are_received_once before update or delete on casework_originalsreminder
    for each row execute function casework_originals_are_received_once();
