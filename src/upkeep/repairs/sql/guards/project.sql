-- A project moves along its stages only; what was published about it stays; its history, payees and cases are append-only.
create or replace function repairs_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists project_event_is_append_only on repairs_projectevent;
create trigger project_event_is_append_only before update or delete on repairs_projectevent
    for each row execute function repairs_is_append_only();
drop trigger if exists project_events_are_not_emptied on repairs_projectevent;
create trigger project_events_are_not_emptied before truncate on repairs_projectevent
    for each statement execute function repairs_is_append_only();
drop trigger if exists payee_is_append_only on repairs_payeeaccount;
create trigger payee_is_append_only before update or delete on repairs_payeeaccount
    for each row execute function repairs_is_append_only();
drop trigger if exists project_case_is_append_only on repairs_projectcase;
create trigger project_case_is_append_only before update or delete on repairs_projectcase
    for each row execute function repairs_is_append_only();

-- The allowed steps; tests/repairs compares them with repairs.stages.TRANSITIONS.
create or replace function repairs_stage_may_follow(before text, after text) returns boolean
language sql immutable set search_path = public, pg_temp as $$
    select before = after or (before || '>' || after) in (
        'NEW>NOTICE', 'NOTICE>VOTING', 'VOTING>NOTICE', 'VOTING>PASSED', 'PASSED>ACCEPTED',
        'ACCEPTED>ACCEPTANCE_NOTICE', 'ACCEPTANCE_NOTICE>REVIEW', 'REVIEW>ACCEPTANCE_NOTICE', 'REVIEW>TRANSFER',
        'TRANSFER>FINISHED', 'FINISHED>TRANSFER')
$$;

create or replace function repairs_project_keeps_to_its_stages() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    shares bigint; houses bigint; whole_dm2 bigint; budgets bigint; taken_back boolean := false;
begin
    if tg_op = 'DELETE' then
        raise exception 'project % is refused deletion', old.number using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'INSERT' then
        if new.stage <> 'NEW' then
            raise exception 'project %: a project begins as NEW', new.number using errcode = 'check_violation';
        end if;
        return new;
    end if;
    if new.paid_fen < old.paid_fen then
        -- 冲正: this very moment a bank takes a payment of the project back, and the order is not waiting again yet.
        taken_back := new.stage = 'TRANSFER' and exists (
            select from banking_bankreversal r
            join banking_paymentorder o on o.id = r.order_id and o.payment_no = r.payment_no
            where o.reference like 'repair:' || old.id || ':%' and r.state = 'APPROVED'
              and r.amount_fen = old.paid_fen - new.paid_fen
        );
    end if;
    if old.stage = 'FINISHED' and not taken_back then
        raise exception 'project % is finished and cannot change', old.number using errcode = 'insufficient_privilege';
    end if;
    if not repairs_stage_may_follow(old.stage, new.stage) then
        raise exception 'project %: % cannot follow %', old.number, new.stage, old.stage
            using errcode = 'check_violation';
    end if;
    if (new.number, new.kind, new.jurisdiction_id, new.area_id, new.organisation_id, new.created_at) is distinct from
       (old.number, old.kind, old.jurisdiction_id, old.area_id, old.organisation_id, old.created_at) then
        raise exception 'project %: number, kind, area and starter never change', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.stage <> 'NEW' and
       (new.title, new.reason, new.budget_fen, new.house_count, new.area_dm2, new.starts_on, new.ends_on)
       is distinct from
       (old.title, old.reason, old.budget_fen, old.house_count, old.area_dm2, old.starts_on, old.ends_on) then
        raise exception 'project %: what was published cannot change', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.settlement_fen is not null and new.settlement_fen is distinct from old.settlement_fen then
        raise exception 'project %: the settlement cannot change', old.number using errcode = 'insufficient_privilege';
    end if;
    if (new.paid_fen < old.paid_fen and not taken_back) or new.ordered_fen < old.ordered_fen then
        raise exception 'project %: what was ordered or paid does not shrink', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.stage = 'NEW' and new.stage = 'NOTICE' then
        select coalesce(sum(share_fen), 0), count(*), coalesce(sum(area_dm2), 0)
          into shares, houses, whole_dm2 from repairs_projecthouse where project_id = new.id;
        select coalesce(sum(budget_fen), 0) into budgets from repairs_projectfacility where project_id = new.id;
        if shares <> new.budget_fen or budgets <> new.budget_fen
           or houses <> new.house_count or whole_dm2 <> new.area_dm2 then
            raise exception 'project %: shares % and facilities % do not add up to the budget %',
                old.number, shares, budgets, new.budget_fen using errcode = 'check_violation';
        end if;
    end if;
    return new;
end $$;
drop trigger if exists project_keeps_to_its_stages on repairs_repairproject;
create trigger project_keeps_to_its_stages before insert or update or delete on repairs_repairproject
    for each row execute function repairs_project_keeps_to_its_stages();

-- Shares and facilities are taken out and put in anew, and only while the project is new. FOR SHARE waits for whoever is publishing it.
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
drop trigger if exists shares_are_frozen_insert on repairs_projecthouse;
create trigger shares_are_frozen_insert after insert on repairs_projecthouse
    referencing new table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists shares_are_replaced_not_changed on repairs_projecthouse;
create trigger shares_are_replaced_not_changed before update on repairs_projecthouse
    for each row execute function repairs_is_append_only();
drop trigger if exists shares_are_frozen_delete on repairs_projecthouse;
create trigger shares_are_frozen_delete after delete on repairs_projecthouse
    referencing old table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists facilities_are_frozen_insert on repairs_projectfacility;
create trigger facilities_are_frozen_insert after insert on repairs_projectfacility
    referencing new table as touched for each statement execute function repairs_shares_are_frozen();
drop trigger if exists facilities_are_replaced_not_changed on repairs_projectfacility;
create trigger facilities_are_replaced_not_changed before update on repairs_projectfacility
    for each row execute function repairs_is_append_only();
drop trigger if exists facilities_are_frozen_delete on repairs_projectfacility;
create trigger facilities_are_frozen_delete after delete on repairs_projectfacility
    referencing old table as touched for each statement execute function repairs_shares_are_frozen();
