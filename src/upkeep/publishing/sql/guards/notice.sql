-- What was published stays as it was published.
create or replace function publishing_notice_never_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: what was published never changes', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
drop trigger if exists notice_never_changes on publishing_publicnotice;
create trigger notice_never_changes before update or delete on publishing_publicnotice
    for each row execute function publishing_notice_never_changes();
drop trigger if exists notices_are_not_emptied on publishing_publicnotice;
create trigger notices_are_not_emptied before truncate on publishing_publicnotice
    for each statement execute function publishing_notice_never_changes();
