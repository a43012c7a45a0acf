-- What was changed about an organisation or a user stays written as it was.
create or replace function parties_change_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: the history of changes is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists organisation_change_is_append_only on parties_organisationchange;
create trigger organisation_change_is_append_only before update or delete on parties_organisationchange
    for each row execute function parties_change_is_append_only();
drop trigger if exists organisation_change_is_not_emptied on parties_organisationchange;
create trigger organisation_change_is_not_emptied before truncate on parties_organisationchange
    for each statement execute function parties_change_is_append_only();

drop trigger if exists user_change_is_append_only on parties_userchange;
create trigger user_change_is_append_only before update or delete on parties_userchange
    for each row execute function parties_change_is_append_only();
drop trigger if exists user_change_is_not_emptied on parties_userchange;
create trigger user_change_is_not_emptied before truncate on parties_userchange
    for each statement execute function parties_change_is_append_only();
