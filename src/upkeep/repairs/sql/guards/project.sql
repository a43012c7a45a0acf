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
create or replace function repairs_stage_may_follow(kind text, before text, after text) returns boolean
language sql immutable set search_path = public, pg_temp as $$
    select before = after or case kind
        when 'GENERAL' then before || '>' || after in (
            'NEW>CANCELLED', 'NEW>NOTICE', 'NOTICE>VOTING', 'VOTING>NOTICE', 'VOTING>PASSED',
            'APPLICATION>DISBURSING', 'DISBURSING>ACCEPTED', 'ACCEPTED>ACCEPTANCE_NOTICE',
            'DISBURSING>FINISHED', 'ACCEPTANCE_NOTICE>FINISHED', 'FINISHED>ACCEPTANCE_NOTICE',
            'ACCEPTED>SUPPLEMENT', 'SUPPLEMENT>ACCEPTED', 'PASSED>APPLICATION', 'APPLICATION>PASSED',
            'NOTICE>CANCELLATION', 'VOTING>CANCELLATION', 'PASSED>CANCELLATION', 'APPLICATION>CANCELLATION',
            'DISBURSING>CANCELLATION', 'ACCEPTED>CANCELLATION', 'SUPPLEMENT>CANCELLATION',
            'ACCEPTANCE_NOTICE>CANCELLATION', 'CANCELLATION>CANCELLED')
        when 'EMERGENCY' then before || '>' || after in (
            'NEW>CANCELLED', 'NEW>NOTICE', 'APPLICATION>DISBURSING', 'DISBURSING>ACCEPTED',
            'ACCEPTED>ACCEPTANCE_NOTICE', 'DISBURSING>FINISHED', 'ACCEPTANCE_NOTICE>FINISHED',
            'FINISHED>ACCEPTANCE_NOTICE', 'NOTICE>APPLICATION', 'APPLICATION>NOTICE', 'NOTICE>CANCELLATION',
            'APPLICATION>CANCELLATION', 'DISBURSING>CANCELLATION', 'ACCEPTED>CANCELLATION',
            'SUPPLEMENT>CANCELLATION', 'ACCEPTANCE_NOTICE>CANCELLATION', 'CANCELLATION>CANCELLED')
        when 'SIMPLE' then before || '>' || after in (
            'NEW>CANCELLED', 'NEW>NOTICE', 'NOTICE>VOTING', 'VOTING>NOTICE', 'VOTING>PASSED',
            'REVIEW>TRANSFER', 'TRANSFER>FINISHED', 'FINISHED>TRANSFER', 'PASSED>ACCEPTED',
            'ACCEPTED>ACCEPTANCE_NOTICE', 'ACCEPTANCE_NOTICE>REVIEW', 'REVIEW>ACCEPTANCE_NOTICE',
            'NOTICE>CANCELLATION', 'VOTING>CANCELLATION', 'PASSED>CANCELLATION', 'ACCEPTED>CANCELLATION',
            'ACCEPTANCE_NOTICE>CANCELLATION', 'REVIEW>CANCELLATION', 'TRANSFER>CANCELLATION',
            'CANCELLATION>CANCELLED')
        when 'ORDER' then before || '>' || after in (
            'NEW>CANCELLED', 'REVIEW>TRANSFER', 'TRANSFER>FINISHED', 'FINISHED>TRANSFER', 'NEW>REVIEW',
            'REVIEW>CANCELLED', 'REVIEW>CANCELLATION', 'TRANSFER>CANCELLATION', 'CANCELLATION>CANCELLED')
        else false
    end
$$;

create or replace function repairs_project_keeps_to_its_stages() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    taken_back boolean := false;
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
    if new.paid_fen + new.cleared_fen < old.paid_fen + old.cleared_fen then
        -- 冲正: this very moment a bank takes a payment of the project back, and the order is not waiting again yet.
        taken_back := exists (
            select from banking_bankreversal r
            join banking_paymentorder o on o.id = r.order_id and o.payment_no = r.payment_no
            where o.reference like 'repair:' || old.id || ':%' and r.state = 'APPROVED'
              and r.amount_fen = old.paid_fen + old.cleared_fen - new.paid_fen - new.cleared_fen
        );
    end if;
    if old.stage = 'CANCELLED' or (old.stage = 'FINISHED' and not taken_back and new.cleared_fen = old.cleared_fen) then
        raise exception 'project % is finished and cannot change', old.number using errcode = 'insufficient_privilege';
    end if;
    if new.paid_fen + new.cleared_fen < old.paid_fen + old.cleared_fen and not taken_back then
        raise exception 'project %: what was paid does not shrink', old.number using errcode = 'insufficient_privilege';
    end if;
    if not repairs_stage_may_follow(new.kind, old.stage, new.stage) then
        raise exception 'project %: % cannot follow %', old.number, new.stage, old.stage
            using errcode = 'check_violation';
    end if;
    if (new.number, new.jurisdiction_id, new.area_id, new.organisation_id, new.created_at) is distinct from
       (old.number, old.jurisdiction_id, old.area_id, old.organisation_id, old.created_at) then
        raise exception 'project %: number, area and starter never change', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.stage <> 'NEW' and
       (new.kind, new.title, new.reason, new.budget_fen, new.payable_fen, new.house_count, new.area_dm2, new.starts_on,
        new.ends_on)
       is distinct from
       (old.kind, old.title, old.reason, old.budget_fen, old.payable_fen, old.house_count, old.area_dm2, old.starts_on,
        old.ends_on) then
        raise exception 'project %: what was published cannot change', old.number
            using errcode = 'insufficient_privilege';
    end if;
    perform repairs_settlement_is_decided(old, new);
    if new.ordered_fen + new.cleared_fen < old.ordered_fen + old.cleared_fen and not taken_back
       and new.stage <> 'CANCELLATION' then
        raise exception 'project %: what was ordered does not shrink', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.stage <> 'PASSED' and new.stage = 'PASSED' and not repairs_is_decided('project:' || old.id) then
        raise exception 'project %: no vote has passed', old.number using errcode = 'check_violation';
    end if;
    if old.stage = 'NEW' and new.stage in ('NOTICE', 'REVIEW') then
        perform repairs_sums_agree(new);
    end if;
    return new;
end $$;

create or replace function repairs_is_decided(matter text) returns boolean
language sql stable set search_path = public, pg_temp as $$
    select exists (select from voting_vote where source = matter and state = 'PASSED')
$$;

-- The settlement changes until its notice is published; the fund pays more than was planned only after a second vote.
create or replace function repairs_settlement_is_decided(before repairs_repairproject, after repairs_repairproject)
returns void language plpgsql set search_path = public, pg_temp as $$
begin
    if before.settlement_fen is not null and after.settlement_fen is distinct from before.settlement_fen
       and (before.stage <> 'ACCEPTED' or before.kind = 'SIMPLE') then
        raise exception 'project %: the settlement cannot change', before.number
            using errcode = 'insufficient_privilege';
    end if;
    if after.limit_fen = before.limit_fen then
        return;
    end if;
    if before.stage not in ('NEW', 'DISBURSING', 'ACCEPTED', 'SUPPLEMENT') then
        raise exception 'project %: the limit cannot change', before.number using errcode = 'insufficient_privilege';
    end if;
    if before.stage <> 'NEW' and after.settlement_fen is null then
        raise exception 'project %: the limit follows the settlement', before.number
            using errcode = 'insufficient_privilege';
    end if;
    if after.limit_fen > after.payable_fen and after.kind <> 'EMERGENCY'
       and not (after.settlement_fen > after.budget_fen and repairs_is_decided('supplement:' || after.id)) then
        raise exception 'project %: the owners have not agreed to more than the budget', before.number
            using errcode = 'check_violation';
    end if;
end $$;

-- What is published or handed in adds up: houses, facilities and their houses, the plan.
create or replace function repairs_sums_agree(project repairs_repairproject) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
    shares bigint; payable bigint; houses bigint; whole_dm2 bigint; budgets bigint; phases bigint; planned bigint;
begin
    select coalesce(sum(share_fen), 0), coalesce(sum(fund_fen + unit_fen), 0), count(*), coalesce(sum(area_dm2), 0)
      into shares, payable, houses, whole_dm2 from repairs_projecthouse where project_id = project.id;
    select coalesce(sum(budget_fen), 0) into budgets from repairs_projectfacility where project_id = project.id;
    if shares <> project.budget_fen or budgets <> project.budget_fen or payable <> project.payable_fen
       or payable <> project.limit_fen or houses <> project.house_count or whole_dm2 <> project.area_dm2 then
        raise exception 'project %: shares % and facilities % do not add up to the budget %',
            project.number, shares, budgets, project.budget_fen using errcode = 'check_violation';
    end if;
    perform 1 from repairs_projectfacility w
      where w.project_id = project.id
        and w.budget_fen <> (select coalesce(sum(s.share_fen), 0) from repairs_facilityshare s where s.work_id = w.id);
    if found then
        raise exception 'project %: the shares of a facility do not add up to its budget', project.number
            using errcode = 'check_violation';
    end if;
    perform 1 from (
        select s.house_id, sum(s.share_fen) as fen
          from repairs_facilityshare s join repairs_projectfacility w on w.id = s.work_id
         where w.project_id = project.id group by s.house_id
    ) part
    full join (select house_id, share_fen from repairs_projecthouse where project_id = project.id) merged
      using (house_id)
    where part.fen is distinct from merged.share_fen;
    if found then
        raise exception 'project %: the merged list differs from the facilities'' shares', project.number
            using errcode = 'check_violation';
    end if;
    select count(*), coalesce(sum(amount_fen), 0) into phases, planned
      from repairs_projectphase where project_id = project.id;
    if project.kind in ('SIMPLE', 'ORDER') and phases > 0 then
        raise exception 'project %: a single payment has no plan', project.number using errcode = 'check_violation';
    end if;
    if project.kind in ('GENERAL', 'EMERGENCY') and planned <> project.payable_fen then
        raise exception 'project %: the plan % does not add up to %', project.number, planned, project.payable_fen
            using errcode = 'check_violation';
    end if;
end $$;

drop trigger if exists project_keeps_to_its_stages on repairs_repairproject;
create trigger project_keeps_to_its_stages before insert or update or delete on repairs_repairproject
    for each row execute function repairs_project_keeps_to_its_stages();
