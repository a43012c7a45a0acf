-- What the register said before is history: it is added to, never changed, never taken away.
create or replace function estate_history_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: the history of the register is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists house_change_is_append_only on estate_housechange;
create trigger house_change_is_append_only before update or delete on estate_housechange
    for each row execute function estate_history_is_append_only();
drop trigger if exists house_change_is_not_emptied on estate_housechange;
create trigger house_change_is_not_emptied before truncate on estate_housechange
    for each statement execute function estate_history_is_append_only();

drop trigger if exists building_change_is_append_only on estate_buildingchange;
create trigger building_change_is_append_only before update or delete on estate_buildingchange
    for each row execute function estate_history_is_append_only();
drop trigger if exists building_change_is_not_emptied on estate_buildingchange;
create trigger building_change_is_not_emptied before truncate on estate_buildingchange
    for each statement execute function estate_history_is_append_only();
