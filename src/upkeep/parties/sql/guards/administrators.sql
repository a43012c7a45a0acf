-- An organisation that has administrators (单位管理员) who can log in keeps at least one. Whoever takes one away locks the
-- organisation first, so that of two who do it at once the second sees what the first has done.
create or replace function parties_keep_an_administrator(organisation bigint) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
    perform from parties_organisation where id = organisation for no key update;
    if not exists (
        select from parties_user u join parties_userrole r on r.user_id = u.id
        where u.organisation_id = organisation and u.is_active and r.role = 'ORG_ADMIN'
    ) then
        raise exception 'organisation % would be left without an administrator', organisation
            using errcode = 'check_violation', constraint = 'organisation_keeps_an_administrator';
    end if;
end $$;

create or replace function parties_role_taken() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    organisation bigint;
begin
    if old.role = 'ORG_ADMIN' then
        select organisation_id into organisation from parties_user where id = old.user_id and is_active;
        if organisation is not null then
            perform parties_keep_an_administrator(organisation);
        end if;
    end if;
    return null;
end $$;

drop trigger if exists user_role_leaves_an_administrator on parties_userrole;
create trigger user_role_leaves_an_administrator after delete or update on parties_userrole
    for each row execute function parties_role_taken();

create or replace function parties_user_left() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if old.is_active and old.organisation_id is not null
       and (not new.is_active or new.organisation_id is distinct from old.organisation_id)
       and exists (select from parties_userrole where user_id = old.id and role = 'ORG_ADMIN') then
        perform parties_keep_an_administrator(old.organisation_id);
    end if;
    return null;
end $$;

drop trigger if exists user_leaves_an_administrator on parties_user;
create trigger user_leaves_an_administrator after update on parties_user
    for each row execute function parties_user_left();
