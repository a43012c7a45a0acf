-- What a request asked for stays; what was ordered is never asked for again; a settlement is made before its notice.
create or replace function repairs_request_keeps_to_its_states() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'a request for money is refused deletion' using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'REVIEW' then
            raise exception 'a request for money begins under review' using errcode = 'check_violation';
        end if;
        perform 1 from repairs_projectphase p where p.id = new.phase_id and p.project_id <> new.project_id;
        if found then
            raise exception 'the phase is of another project' using errcode = 'check_violation';
        end if;
        return new;
    end if;
    if (new.case_id, new.project_id, new.phase_id) is distinct from (old.case_id, old.project_id, old.phase_id) then
        raise exception 'a request for money never changes its project or phase' using errcode = 'insufficient_privilege';
    end if;
    if not (old.state || '>' || new.state) in
       ('REVIEW>BACK', 'REVIEW>HELD', 'REVIEW>ORDERED', 'HELD>ORDERED', 'HELD>BACK', 'BACK>REVIEW') then
        raise exception 'request for money: % cannot follow %', new.state, old.state using errcode = 'check_violation';
    end if;
    if new.amount_fen <> old.amount_fen and old.state <> 'BACK' then
        raise exception 'what a request engages cannot change' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists request_keeps_to_its_states on repairs_fundrequest;
create trigger request_keeps_to_its_states before insert or update or delete on repairs_fundrequest
    for each row execute function repairs_request_keeps_to_its_states();

create or replace function repairs_work_settlement_is_open() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    stage text;
begin
    select p.stage into stage
      from repairs_projectfacility w join repairs_repairproject p on p.id = w.project_id
     where w.id = coalesce(new.work_id, old.work_id) for share of p;
    if tg_op = 'UPDATE' or stage not in ('DISBURSING', 'ACCEPTED') then
        raise exception '% on % is refused: a settlement is made anew until its notice', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return coalesce(new, old);
end $$;
drop trigger if exists work_settlement_is_open on repairs_worksettlement;
create trigger work_settlement_is_open before insert or update or delete on repairs_worksettlement
    for each row execute function repairs_work_settlement_is_open();
