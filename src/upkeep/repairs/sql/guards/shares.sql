-- Facilities, their shares, the merged list and the plan are taken out and put in anew, and only while the project is new.
-- FOR SHARE waits for whoever is publishing it.
create or replace function repairs_shares_are_frozen() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    perform 1
       from (select p.stage from repairs_repairproject p
              where p.id in (select project_id from touched) for share) asked
      where asked.stage <> 'NEW';
    if found then
        raise exception '% on % is refused: the project is published', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

create or replace function repairs_facility_shares_are_frozen() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    perform 1
       from (select p.stage from repairs_repairproject p
              where p.id in (select w.project_id from repairs_projectfacility w
                              where w.id in (select distinct work_id from touched)) for share) asked
      where asked.stage <> 'NEW';
    if found then
        raise exception '% on % is refused: the project is published', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

-- What a published share says stays; the settlement's part is written while the settlement is made.
create or replace function repairs_house_shares_stay() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    perform 1 from was join now_is on now_is.id = was.id
      where (was.project_id, was.house_id, was.area_dm2, was.fund_kind, was.share_fen, was.fund_fen, was.unit_fen,
             was.outside_fen, was.outside_reason, was.shortfall_fen)
            is distinct from
            (now_is.project_id, now_is.house_id, now_is.area_dm2, now_is.fund_kind, now_is.share_fen, now_is.fund_fen,
             now_is.unit_fen, now_is.outside_fen, now_is.outside_reason, now_is.shortfall_fen);
    if found then
        raise exception 'the shares of a project are replaced, not changed' using errcode = 'insufficient_privilege';
    end if;
    perform 1 from was join now_is on now_is.id = was.id
      join repairs_repairproject p on p.id = was.project_id
      where (was.final_fen, was.final_fund_fen, was.final_unit_fen, was.final_outside_fen)
            is distinct from
            (now_is.final_fen, now_is.final_fund_fen, now_is.final_unit_fen, now_is.final_outside_fen)
        and p.stage not in ('DISBURSING', 'ACCEPTED', 'SUPPLEMENT');
    if found then
        raise exception 'the settlement of a project cannot change any more' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

create or replace function repairs_plan_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    stage text;
begin
    if (new.id, new.project_id, new.number, new.title, new.planned_on, new.amount_fen) is distinct from
       (old.id, old.project_id, old.number, old.title, old.planned_on, old.amount_fen) then
        raise exception 'a plan is replaced, not changed' using errcode = 'insufficient_privilege';
    end if;
    if new.limit_fen <> old.limit_fen then
        select p.stage into stage from repairs_repairproject p where p.id = new.project_id for share;
        if stage not in ('DISBURSING', 'ACCEPTED', 'SUPPLEMENT') then
            raise exception 'the limit of a phase follows the settlement' using errcode = 'insufficient_privilege';
        end if;
    end if;
    return new;
end $$;

drop trigger if exists shares_are_frozen_insert on repairs_projecthouse;
create trigger shares_are_frozen_insert after insert on repairs_projecthouse
    referencing new table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists shares_are_frozen_delete on repairs_projecthouse;
create trigger shares_are_frozen_delete after delete on repairs_projecthouse
    referencing old table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists house_shares_stay on repairs_projecthouse;
create trigger house_shares_stay after update on repairs_projecthouse
    referencing old table as was new table as now_is for each statement execute function repairs_house_shares_stay();

drop trigger if exists facilities_are_frozen_insert on repairs_projectfacility;
create trigger facilities_are_frozen_insert after insert on repairs_projectfacility
    referencing new table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists facilities_are_replaced_not_changed on repairs_projectfacility;
create trigger facilities_are_replaced_not_changed before update on repairs_projectfacility
    for each row execute function repairs_is_append_only();
drop trigger if exists facilities_are_frozen_delete on repairs_projectfacility;
create trigger facilities_are_frozen_delete after delete on repairs_projectfacility
    referencing old table as touched for each statement execute function repairs_shares_are_frozen();

drop trigger if exists facility_shares_are_frozen_insert on repairs_facilityshare;
create trigger facility_shares_are_frozen_insert after insert on repairs_facilityshare
    referencing new table as touched for each statement execute function repairs_facility_shares_are_frozen();
drop trigger if exists facility_shares_are_replaced_not_changed on repairs_facilityshare;
create trigger facility_shares_are_replaced_not_changed before update on repairs_facilityshare
    for each row execute function repairs_is_append_only();
drop trigger if exists facility_shares_are_frozen_delete on repairs_facilityshare;
create trigger facility_shares_are_frozen_delete after delete on repairs_facilityshare
    referencing old table as touched for each statement execute function repairs_facility_shares_are_frozen();

drop trigger if exists plan_is_frozen_insert on repairs_projectphase;
create trigger plan_is_frozen_insert after insert on repairs_projectphase
    referencing new table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists plan_stays on repairs_projectphase;
create trigger plan_stays before update on repairs_projectphase
    for each row execute function repairs_plan_stays();
drop trigger if exists plan_is_frozen_delete on repairs_projectphase;
create trigger plan_is_frozen_delete after delete on repairs_projectphase
    referencing old table as touched for each statement execute function repairs_shares_are_frozen();
