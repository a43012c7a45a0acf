-- What a house was made from stays written as it was, and both houses are of one area.
create or replace function estate_lineage_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: where a house comes from is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists lineage_is_append_only on estate_houselineage;
create trigger lineage_is_append_only before update or delete on estate_houselineage
    for each row execute function estate_lineage_is_append_only();
drop trigger if exists lineage_is_not_emptied on estate_houselineage;
create trigger lineage_is_not_emptied before truncate on estate_houselineage
    for each statement execute function estate_lineage_is_append_only();

create or replace function estate_lineage_leads_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select n.from_house_id into culprit
    from added n
    join estate_house f on f.id = n.from_house_id
    join estate_house t on t.id = n.to_house_id
    where f.area_id <> t.area_id or f.state not in ('SPLIT', 'MERGED') or t.state <> 'ACTIVE'
    limit 1;
    if culprit is not null then
        raise exception 'house % became another: it must have been split or merged, into a live house of its area', culprit
            using errcode = 'check_violation', constraint = 'lineage_leads_to_a_live_house_of_the_area';
    end if;
    return null;
end $$;

drop trigger if exists lineage_leads_on on estate_houselineage;
create trigger lineage_leads_on after insert on estate_houselineage
    referencing new table as added for each statement execute function estate_lineage_leads_on();

-- A house that was split or merged says into what. Checked when the transaction ends: the new ones come after it has left.
create or replace function estate_house_says_into_what() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from estate_houselineage l where l.from_house_id = new.id) then
        raise exception 'house % is % and does not say into what', new.id, new.state
            using errcode = 'check_violation', constraint = 'house_says_into_what';
    end if;
    return null;
end $$;

drop trigger if exists house_says_into_what on estate_house;
create constraint trigger house_says_into_what after update of state on estate_house
    deferrable initially deferred for each row when (new.state in ('SPLIT', 'MERGED'))
    execute function estate_house_says_into_what();
