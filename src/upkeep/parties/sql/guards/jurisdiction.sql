-- The tree of jurisdictions: a parent stands exactly one level above, so that there is no circle and no fourth level.
create or replace function parties_jurisdiction_keeps_its_place() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    above text;
begin
    if tg_op = 'DELETE' then
        raise exception 'jurisdiction % is refused deletion: retire it instead', old.name
            using errcode = 'insufficient_privilege';
    end if;
    -- Levels never change; so what is checked here once holds for ever, whoever writes at the same time.
    if tg_op = 'UPDATE' and (new.level <> old.level or new.code <> old.code
            or (old.parent_id is not null and new.parent_id is distinct from old.parent_id)) then
        raise exception 'jurisdiction %: level, code and parent never change', old.name
            using errcode = 'insufficient_privilege';
    end if;
    if new.parent_id is not null then
        select level into above from parties_jurisdiction where id = new.parent_id;
        if (above, new.level) not in (('PROVINCE', 'CITY'), ('CITY', 'DISTRICT')) then
            raise exception 'a % cannot stand under a %', new.level, coalesce(above, 'jurisdiction that is not there')
                using errcode = 'check_violation';
        end if;
    end if;
    return new;
end $$;

drop trigger if exists jurisdiction_keeps_its_place on parties_jurisdiction;
create trigger jurisdiction_keeps_its_place before insert or update or delete on parties_jurisdiction
    for each row execute function parties_jurisdiction_keeps_its_place();

-- The city that a jurisdiction belongs to; a city's and a province's is itself.
create or replace function parties_city_of(jurisdiction bigint) returns bigint
language sql stable set search_path = public, pg_temp as $$
    select case when level = 'DISTRICT' then parent_id else id end from parties_jurisdiction where id = jurisdiction
$$;

-- An office never moves, and whoever works there has the office's jurisdiction and no organisation.
create or replace function parties_office_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.jurisdiction_id <> old.jurisdiction_id then
        raise exception 'office % stays in its jurisdiction', old.name using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists office_stays on parties_office;
create trigger office_stays before update on parties_office for each row execute function parties_office_stays();

create or replace function parties_staff_belong_to_their_office() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.office_id is not null and (new.organisation_id is not null or not exists (
            select from parties_office where id = new.office_id and jurisdiction_id = new.jurisdiction_id)) then
        raise exception 'user %: the jurisdiction of staff is that of their office', new.username
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

drop trigger if exists staff_belong_to_their_office on parties_user;
create trigger staff_belong_to_their_office before insert or update of office_id, jurisdiction_id, organisation_id
    on parties_user for each row execute function parties_staff_belong_to_their_office();
