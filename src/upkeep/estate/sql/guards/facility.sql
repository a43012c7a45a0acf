-- A facility stays in its area and stands at a place of it. What was taken out of use stays so.
create or replace function estate_facility_keeps_its_area() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    -- It goes to another area only with its building.
    if tg_op = 'UPDATE' and new.area_id <> old.area_id
       and (new.building_id is null or new.building_id is distinct from old.building_id) then
        raise exception 'facility % cannot leave its area', old.id using errcode = 'check_violation';
    end if;
    if tg_op = 'UPDATE' and old.state = 'RETIRED'
       and (new.area_id = old.area_id or to_jsonb(new) - 'area_id' is distinct from to_jsonb(old) - 'area_id') then
        raise exception 'facility % is out of use and cannot change', old.id using errcode = 'check_violation';
    end if;
    if new.building_id is not null and not exists (
        select 1 from estate_building b where b.id = new.building_id and b.area_id = new.area_id
    ) then
        raise exception 'building % is not in area % of facility %', new.building_id, new.area_id, new.id
            using errcode = 'check_violation';
    end if;
    return new;
end $$;

drop trigger if exists facility_keeps_its_area on estate_facility;
create trigger facility_keeps_its_area before insert or update on estate_facility
    for each row execute function estate_facility_keeps_its_area();

-- Its history is only added to.
create or replace function estate_facility_event_is_history() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception 'facility event % is history: % is refused', old.id, tg_op using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists facility_event_is_history on estate_facilityevent;
create trigger facility_event_is_history before update or delete on estate_facilityevent
    for each row execute function estate_facility_event_is_history();
