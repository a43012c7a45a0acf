-- What the other guards of repairs use; files are applied in the order of their names.
create or replace function repairs_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
