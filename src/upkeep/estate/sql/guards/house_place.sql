-- A live house stands in the area of its building: lists and sums of an area would tell two stories otherwise. A building
-- is moved to another area together with its houses, in one statement.
create or replace function estate_houses_stand_in_their_area() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select h.id into culprit
    from changed h join estate_building b on b.id = h.building_id
    where h.state = 'ACTIVE' and h.area_id <> b.area_id limit 1;
    if culprit is not null then
        raise exception 'house % is not in the area of its building', culprit
            using errcode = 'check_violation', constraint = 'house_stands_in_its_building';
    end if;
    return null;
end $$;

drop trigger if exists house_stands_in_its_building_when_entered on estate_house;
create trigger house_stands_in_its_building_when_entered after insert on estate_house
    referencing new table as changed for each statement execute function estate_houses_stand_in_their_area();
drop trigger if exists house_stands_in_its_building_when_changed on estate_house;
create trigger house_stands_in_its_building_when_changed after update on estate_house
    referencing new table as changed for each statement execute function estate_houses_stand_in_their_area();

create or replace function estate_building_takes_its_houses() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select h.id into culprit
    from moved b join estate_house h on h.building_id = b.id
    where h.state = 'ACTIVE' and h.area_id <> b.area_id limit 1;
    if culprit is not null then
        raise exception 'house % was left behind by its building', culprit
            using errcode = 'check_violation', constraint = 'building_takes_its_houses';
    end if;
    return null;
end $$;

drop trigger if exists building_takes_its_houses on estate_building;
create trigger building_takes_its_houses after update on estate_building
    referencing new table as moved for each statement execute function estate_building_takes_its_houses();
