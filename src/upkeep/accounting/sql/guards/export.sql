-- What was taken out stays on record.
create or replace function accounting_export_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on the record of exports is refused: it is append-only', tg_op using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists export_is_append_only on accounting_dataexport;
create trigger export_is_append_only before update or delete on accounting_dataexport
    for each row execute function accounting_export_is_append_only();
