-- Three-member separation (三员分立) and incompatible posts (不相容岗位): tests/parties compares this with parties.roles.
create or replace function parties_is_desk(role text) returns boolean
language sql immutable set search_path = public, pg_temp as $$
    select role in (
        'WINDOW_CLERK', 'FIRST_REVIEWER', 'SECOND_REVIEWER', 'APPROVER', 'ACCOUNTANT', 'CASHIER', 'EDITOR', 'AUDITOR')
$$;

create or replace function parties_roles_exclude(one text, other text) returns boolean
language sql immutable set search_path = public, pg_temp as $$
    select one <> other and (
        one in ('SYSTEM_ADMIN', 'SECURITY_ADMIN', 'AUDIT_ADMIN')
        or other in ('SYSTEM_ADMIN', 'SECURITY_ADMIN', 'AUDIT_ADMIN')
        or one = 'AUDITOR' or other = 'AUDITOR'
        or parties_is_desk(one) <> parties_is_desk(other)
        or (one in ('ACCOUNTANT', 'APPROVER') and other = 'CASHIER')
        or (one = 'CASHIER' and other in ('ACCOUNTANT', 'APPROVER')))
$$;

create or replace function parties_role_suits_its_holder() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    held text;
begin
    -- The holder's row is the lock: of two grants at once the second sees the first.
    perform from parties_user where id = new.user_id for no key update;
    select role into held from parties_userrole
        where user_id = new.user_id and id <> new.id and parties_roles_exclude(role, new.role) limit 1;
    if held is not null then
        raise exception 'user %: % and % are never one person''s', new.user_id, held, new.role
            using errcode = 'check_violation', constraint = 'roles_exclude_each_other';
    end if;
    return new;
end $$;

drop trigger if exists role_suits_its_holder on parties_userrole;
create trigger role_suits_its_holder before insert or update on parties_userrole
    for each row execute function parties_role_suits_its_holder();
