-- The sub-account of a selling unit's account (售房单位分账) stands in the area of its building and in no other.
create or replace function books_unit_account_in_its_area() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select o.id into culprit
    from opened o
    join estate_sellingunitaccount a on a.id = o.id
    join estate_building b on b.id = a.building_id
    where b.area_id <> o.area_id limit 1;
    if culprit is not null then
        raise exception 'account % is of a building of another area', culprit
            using errcode = 'check_violation', constraint = 'unit_account_in_its_area';
    end if;
    return null;
end $$;

drop trigger if exists unit_account_in_its_area on ledger.sub_account;
create trigger unit_account_in_its_area after insert on ledger.sub_account
    referencing new table as opened for each statement execute function books_unit_account_in_its_area();
