-- A service relation is history: it begins, and it is ended once. And it joins an area to an organisation of its own city.
create or replace function estate_service_is_history() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'service % is refused deletion: end it instead', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.until is not null then
        raise exception 'service % has ended and cannot change', old.id using errcode = 'insufficient_privilege';
    end if;
    if (new.id, new.area_id, new.organisation_id, new.kind, new.since, new.basis, new.begun_at)
       is distinct from (old.id, old.area_id, old.organisation_id, old.kind, old.since, old.basis, old.begun_at)
       or new.case_id is distinct from old.case_id or new.begun_by_id is distinct from old.begun_by_id then
        raise exception 'service %: how it began never changes', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists service_is_history on estate_service;
create trigger service_is_history before update or delete on estate_service
    for each row execute function estate_service_is_history();

create or replace function estate_service_joins_one_city() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    home bigint;
    what text;
begin
    select o.jurisdiction_id, o.kind into home, what from parties_organisation o where o.id = new.organisation_id;
    if what is distinct from new.kind then
        raise exception 'organisation % is a %, not a %', new.organisation_id, what, new.kind
            using errcode = 'check_violation';
    end if;
    if not exists (
        with recursive line as (
            select j.id, j.parent_id from parties_jurisdiction j
            join estate_area a on a.jurisdiction_id = j.id where a.id = new.area_id
            union all
            select j.id, j.parent_id from parties_jurisdiction j join line on j.id = line.parent_id
        )
        select 1 from line where line.id = home
    ) then
        raise exception 'organisation % is of another city than area %', new.organisation_id, new.area_id
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

drop trigger if exists service_joins_one_city on estate_service;
create trigger service_joins_one_city before insert on estate_service
    for each row execute function estate_service_joins_one_city();
