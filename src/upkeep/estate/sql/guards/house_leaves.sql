-- A house that has left the register (cancelled, split, merged) stays as it left and never comes back; only when its building
-- has moved to another area does it follow there, so that who reads the building finds all of its history. It leaves free:
-- no slip, project, refund or other business holds it, and none can take hold of it afterwards.
-- A provisional house (entered by its payer) becomes a house of the register or is dropped; only its slip may hold it. A
-- house of the register never becomes provisional.
create or replace function estate_house_leaves_for_ever() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if old.state not in ('ACTIVE', 'PROVISIONAL') and to_jsonb(new) - 'area_id' = to_jsonb(old) - 'area_id'
       and new.area_id = (select b.area_id from estate_building b where b.id = new.building_id) then
        return new;
    end if;
    if old.state = 'PROVISIONAL' and new.state in ('PROVISIONAL', 'ACTIVE', 'DROPPED') then
        if (new.area_id, new.unit, new.room, new.area_dm2) is distinct from (old.area_id, old.unit, old.room, old.area_dm2) then
            raise exception 'house %: what its payer has entered stands on his slip and stays', old.id
                using errcode = 'check_violation', constraint = 'provisional_house_stays_as_entered';
        end if;
    elsif old.state <> 'ACTIVE' then
        raise exception 'house % is % and never changes again', old.id, old.state
            using errcode = 'check_violation', constraint = 'house_stays_as_it_left';
    end if;
    if old.state = 'ACTIVE' and new.state in ('PROVISIONAL', 'DROPPED') then
        raise exception 'house % is in the register and cannot become %', old.id, new.state
            using errcode = 'check_violation', constraint = 'house_of_the_register_stays_in_it';
    end if;
    if new.state not in ('ACTIVE', 'PROVISIONAL') and exists (select from estate_houseclaim c where c.house_id = old.id) then
        raise exception 'house % is engaged and cannot become %', old.id, new.state
            using errcode = 'check_violation', constraint = 'house_leaves_free';
    end if;
    return new;
end $$;

drop trigger if exists house_leaves_for_ever on estate_house;
create trigger house_leaves_for_ever before update on estate_house
    for each row when (old.state <> 'ACTIVE' or new.state <> 'ACTIVE')
    execute function estate_house_leaves_for_ever();

-- The rows are locked, so that a house cannot leave while it is being claimed.
create or replace function estate_claim_is_of_a_live_house() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    perform 1 from estate_house h where h.id in (select house_id from added) order by h.id for share;
    select h.id into culprit
    from added a join estate_house h on h.id = a.house_id
    where h.state <> 'ACTIVE' and not (h.state = 'PROVISIONAL' and a.kind = 'DEPOSIT') limit 1;
    if culprit is not null then
        raise exception 'house % has left the register and cannot be engaged', culprit
            using errcode = 'check_violation', constraint = 'claim_is_of_a_live_house';
    end if;
    return null;
end $$;

drop trigger if exists claim_is_of_a_live_house on estate_houseclaim;
create trigger claim_is_of_a_live_house after insert on estate_houseclaim
    referencing new table as added for each statement execute function estate_claim_is_of_a_live_house();
