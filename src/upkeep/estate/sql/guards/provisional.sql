-- Nobody owns a house that the register does not know, and nothing is built on one.
create or replace function estate_ownership_is_of_the_register() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select h.id into culprit
    from added a join estate_house h on h.id = a.house_id where h.state in ('PROVISIONAL', 'DROPPED') limit 1;
    if culprit is not null then
        raise exception 'house % is not in the register: nobody can own it', culprit
            using errcode = 'check_violation', constraint = 'ownership_is_of_the_register';
    end if;
    return null;
end $$;

drop trigger if exists ownership_is_of_the_register on estate_ownership;
create trigger ownership_is_of_the_register after insert on estate_ownership
    referencing new table as added for each statement execute function estate_ownership_is_of_the_register();

-- A house of the register does not stand in a building that only its payer knows.
create or replace function estate_house_of_the_register_has_a_building() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select h.id into culprit
    from changed h join estate_building b on b.id = h.building_id
    where b.is_provisional and h.state not in ('PROVISIONAL', 'DROPPED') limit 1;
    if culprit is not null then
        raise exception 'house % stands in a building that the register does not know', culprit
            using errcode = 'check_violation', constraint = 'house_of_the_register_has_a_building';
    end if;
    return null;
end $$;

drop trigger if exists house_of_the_register_has_a_building_when_entered on estate_house;
create trigger house_of_the_register_has_a_building_when_entered after insert on estate_house
    referencing new table as changed for each statement execute function estate_house_of_the_register_has_a_building();
drop trigger if exists house_of_the_register_has_a_building_when_changed on estate_house;
create trigger house_of_the_register_has_a_building_when_changed after update on estate_house
    referencing new table as changed for each statement execute function estate_house_of_the_register_has_a_building();
