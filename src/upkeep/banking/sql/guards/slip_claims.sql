-- A house stands on one live pay slip at most: while a slip waits, each of its houses carries the slip's claim, and
-- estate keeps claims of a kind unique per house; after a reversal (冲正) the slip waits under the name of its next payment.
-- So a second live slip for a house is refused, whoever writes it.
create or replace function banking_slip_has_its_claims() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    claimed bigint;
begin
    -- No house pays what a contractor pays back (清退): it may stand on a slip of its own meanwhile.
    if new.purpose = 'repair_clearing' then
        return null;
    end if;
    select count(*) into claimed
    from banking_payslipline l
    join banking_payslip s on s.id = l.slip_id
    join estate_houseclaim c on c.house_id = l.house_id
        and c.source = 'slip:' || s.id || case when s.payment_no > 1 then ':' || s.payment_no else '' end
    where l.slip_id = new.id;
    if claimed = new.house_count or (select state from banking_payslip where id = new.id) <> 'WAITING' then
        return null;
    end if;
    raise exception '%: % of its % houses are claimed', new.number, claimed, new.house_count
        using errcode = 'check_violation', constraint = 'slip_claims_its_houses';
end $$;

-- A claim goes only after its slip is closed.
create or replace function banking_claim_outlives_its_slip() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    select s.number into wrong
    from (select distinct source from removed where source like 'slip:%') r
    join banking_payslip s on s.id = split_part(r.source, ':', 2)::bigint
    where s.state = 'WAITING' limit 1;
    if wrong is not null then
        raise exception 'houses of % stay claimed while it waits', wrong
            using errcode = 'check_violation', constraint = 'slip_claims_its_houses';
    end if;
    return null;
end $$;

drop trigger if exists slip_claims_its_houses on banking_payslip;
create constraint trigger slip_claims_its_houses after insert or update of state on banking_payslip
    deferrable initially deferred for each row execute function banking_slip_has_its_claims();
drop trigger if exists claim_outlives_its_slip on estate_houseclaim;
create trigger claim_outlives_its_slip after delete on estate_houseclaim
    referencing old table as removed for each statement execute function banking_claim_outlives_its_slip();
