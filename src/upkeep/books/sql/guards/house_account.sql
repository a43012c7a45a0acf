-- A house leaves the register only with its sub-account closed, which a check holds empty; and no sub-account is opened or
-- opened again for a house that has left. So there is no balance and no posting on a house that is not active.
create or replace function books_house_leaves_with_its_account_closed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    -- There must be one: the key of the closed account is what stops another from being opened meanwhile.
    if not exists (select from ledger.sub_account s where s.id = new.id and s.area_id = new.area_id)
       or exists (select from ledger.sub_account s where s.id = new.id and s.closed_on is null) then
        raise exception 'house % cannot become % before its sub-account is closed', new.id, new.state
            using errcode = 'check_violation', constraint = 'house_leaves_with_its_account_closed';
    end if;
    return null;
end $$;

drop trigger if exists house_leaves_with_its_account_closed on estate_house;
create trigger house_leaves_with_its_account_closed after update of state on estate_house
    for each row when (old.state = 'ACTIVE' and new.state <> 'ACTIVE')
    execute function books_house_leaves_with_its_account_closed();

create or replace function books_account_is_of_a_live_house() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select a.id into culprit
    from opened a join estate_house h on h.id = a.id
    where h.state <> 'ACTIVE' and a.closed_on is null limit 1;
    if culprit is not null then
        raise exception 'house % has left the register: its sub-account stays closed', culprit
            using errcode = 'check_violation', constraint = 'account_is_of_a_live_house';
    end if;
    return null;
end $$;

drop trigger if exists account_is_of_a_live_house on ledger.sub_account;
create trigger account_is_of_a_live_house after insert on ledger.sub_account
    referencing new table as opened for each statement execute function books_account_is_of_a_live_house();

create or replace function books_account_stays_closed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from estate_house h where h.id = new.id and h.state <> 'ACTIVE') then
        raise exception 'house % has left the register: its sub-account stays closed', new.id
            using errcode = 'check_violation', constraint = 'account_stays_closed';
    end if;
    return new;
end $$;

drop trigger if exists account_stays_closed on ledger.sub_account;
create trigger account_stays_closed before update of closed_on on ledger.sub_account
    for each row when (old.closed_on is not null and new.closed_on is distinct from old.closed_on)
    execute function books_account_stays_closed();
