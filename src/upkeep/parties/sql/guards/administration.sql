-- What administrators did stays as it was written down, for the owner of the database too.
create or replace function parties_administration_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: the record of administration is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists administration_is_append_only on parties_administrationevent;
create trigger administration_is_append_only before update or delete on parties_administrationevent
    for each row execute function parties_administration_is_append_only();
drop trigger if exists administration_is_not_emptied on parties_administrationevent;
create trigger administration_is_not_emptied before truncate on parties_administrationevent
    for each statement execute function parties_administration_is_append_only();
