-- On every day the shares of a house make a whole, or nobody owns it. Checked when the transaction ends, since a change of
-- owners ends one and begins another.
create or replace function estate_ownership_is_whole() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    home bigint := case when tg_op = 'DELETE' then old.house_id else new.house_id end;
    now_ppm bigint;
    wrong date;
begin
    select sum(share_ppm) into now_ppm from estate_ownership where house_id = home and until is null;
    if now_ppm <> 1000000 then
        raise exception 'house %: the shares of its owners make % ppm, not 1000000', home, now_ppm
            using errcode = 'check_violation';
    end if;
    select days.day into wrong
    from (
        select since as day from estate_ownership where house_id = home
        union
        select until from estate_ownership where house_id = home and until is not null
    ) as days
    where (
        select sum(o.share_ppm) from estate_ownership o
        where o.house_id = home and o.since <= days.day and (o.until is null or o.until > days.day)
    ) <> 1000000
    limit 1;
    if wrong is not null then
        raise exception 'house %: the shares of its owners do not make 1000000 ppm on %', home, wrong
            using errcode = 'check_violation';
    end if;
    return null;
end $$;

drop trigger if exists ownership_is_whole on estate_ownership;
create constraint trigger ownership_is_whole after insert or update or delete on estate_ownership
    deferrable initially deferred for each row execute function estate_ownership_is_whole();

-- An ownership begins as it is and is ended once; it never disappears.
create or replace function estate_ownership_is_history() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'ownership % is refused deletion: end it instead', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.until is not null then
        raise exception 'ownership % has ended and cannot change', old.id using errcode = 'insufficient_privilege';
    end if;
    if (new.id, new.house_id, new.owner_id, new.share_ppm, new.manner, new.since)
       is distinct from (old.id, old.house_id, old.owner_id, old.share_ppm, old.manner, old.since)
       or new.begun_with_id is distinct from old.begun_with_id then
        raise exception 'ownership %: how it began never changes', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists ownership_is_history on estate_ownership;
create trigger ownership_is_history before update or delete on estate_ownership
    for each row execute function estate_ownership_is_history();

-- What was entered about owners and areas stays written as it was.
create or replace function estate_record_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: what was recorded is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists ownership_act_is_append_only on estate_ownershipact;
create trigger ownership_act_is_append_only before update or delete on estate_ownershipact
    for each row execute function estate_record_is_append_only();
drop trigger if exists ownership_act_is_not_emptied on estate_ownershipact;
create trigger ownership_act_is_not_emptied before truncate on estate_ownershipact
    for each statement execute function estate_record_is_append_only();

drop trigger if exists owner_correction_is_append_only on estate_ownercorrection;
create trigger owner_correction_is_append_only before update or delete on estate_ownercorrection
    for each row execute function estate_record_is_append_only();
drop trigger if exists owner_correction_is_not_emptied on estate_ownercorrection;
create trigger owner_correction_is_not_emptied before truncate on estate_ownercorrection
    for each statement execute function estate_record_is_append_only();

drop trigger if exists owner_view_is_append_only on estate_ownerview;
create trigger owner_view_is_append_only before update or delete on estate_ownerview
    for each row execute function estate_record_is_append_only();
drop trigger if exists owner_view_is_not_emptied on estate_ownerview;
create trigger owner_view_is_not_emptied before truncate on estate_ownerview
    for each statement execute function estate_record_is_append_only();

drop trigger if exists area_change_is_append_only on estate_areachange;
create trigger area_change_is_append_only before update or delete on estate_areachange
    for each row execute function estate_record_is_append_only();
drop trigger if exists area_change_is_not_emptied on estate_areachange;
create trigger area_change_is_not_emptied before truncate on estate_areachange
    for each statement execute function estate_record_is_append_only();
