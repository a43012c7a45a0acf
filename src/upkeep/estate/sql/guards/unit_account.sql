-- A selling unit's account (售房单位分账) shares the journal's sub-accounts with the houses, so no id may be both. It is of a
-- selling unit, and stays what it was opened as.
create or replace function estate_unit_account_is_opened() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from estate_house h where h.id = new.id) then
        raise exception 'account % has the id of a house', new.id
            using errcode = 'check_violation', constraint = 'unit_account_is_no_house';
    end if;
    if not exists (select from parties_organisation o where o.id = new.organisation_id and o.kind = 'SELLING_UNIT') then
        raise exception 'organisation % sells no public housing', new.organisation_id
            using errcode = 'check_violation', constraint = 'unit_account_is_of_a_selling_unit';
    end if;
    return new;
end $$;

drop trigger if exists unit_account_is_opened on estate_sellingunitaccount;
create trigger unit_account_is_opened before insert on estate_sellingunitaccount
    for each row execute function estate_unit_account_is_opened();

create or replace function estate_house_is_no_unit_account() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select a.id into culprit from entered h join estate_sellingunitaccount a on a.id = h.id limit 1;
    if culprit is not null then
        raise exception 'house % has the id of a selling unit''s account', culprit
            using errcode = 'check_violation', constraint = 'unit_account_is_no_house';
    end if;
    return null;
end $$;

drop trigger if exists house_is_no_unit_account on estate_house;
create trigger house_is_no_unit_account after insert on estate_house
    referencing new table as entered for each statement execute function estate_house_is_no_unit_account();

create or replace function estate_unit_account_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on a selling unit''s account is refused', tg_op using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists unit_account_stays on estate_sellingunitaccount;
create trigger unit_account_stays before update or delete on estate_sellingunitaccount
    for each row execute function estate_unit_account_stays();
drop trigger if exists unit_account_is_not_emptied on estate_sellingunitaccount;
create trigger unit_account_is_not_emptied before truncate on estate_sellingunitaccount
    for each statement execute function estate_unit_account_stays();
