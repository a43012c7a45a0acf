-- A manual voucher (手工凭证) moves from draft to checked to booked and nowhere else; what is being checked balances and no
-- longer changes; what is booked is an entry of its own name, and a reversal's entry reverses what it says.

create or replace function accounting_manual_goes_its_way() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    moved constant text[] := array['state', 'submitted_at', 'checked_by_id', 'checked_by_name', 'checked_at', 'note', 'entry_id'];
    debit bigint;
    credit bigint;
    lines int;
begin
    if tg_op = 'DELETE' then
        raise exception '% is refused deletion: drop it instead', old.number using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'DRAFT' then
            raise exception '% begins as a draft', new.number
                using errcode = 'check_violation', constraint = 'manual_begins_as_draft';
        end if;
        return new;
    end if;
    if old.state not in ('DRAFT', 'RETURNED')
       and to_jsonb(new) - moved is distinct from to_jsonb(old) - moved then
        raise exception '% is % and does not change', old.number, old.state using errcode = 'insufficient_privilege';
    end if;
    if old.state = new.state and old.state in ('DRAFT', 'RETURNED') then
        return new;
    end if;
    if not ((old.state in ('DRAFT', 'RETURNED') and new.state in ('WAITING', 'DROPPED'))
            or (old.state = 'WAITING' and new.state in ('POSTED', 'RETURNED'))) then
        raise exception '%: % cannot follow %', old.number, new.state, old.state
            using errcode = 'check_violation', constraint = 'manual_goes_its_way';
    end if;
    if new.state = 'WAITING' then
        select coalesce(sum(debit_fen), 0), coalesce(sum(credit_fen), 0), count(*) into debit, credit, lines
        from accounting_manualline where voucher_id = new.id;
        if debit <> credit or debit <> new.amount_fen or lines < 2 then
            raise exception '% does not balance', new.number
                using errcode = 'check_violation', constraint = 'manual_balances';
        end if;
    elsif new.state = 'POSTED' and not exists (
        select from ledger.entry e
        where e.id = new.entry_id and e.area_id = coalesce(new.area_id, new.custody_id)
          and e.source = 'manual:' || new.id and e.booked_on = new.booked_on
          and e.reverses is not distinct from (select o.entry_id from accounting_manualvoucher o where o.id = new.reverses_id)
    ) then
        raise exception '% is not booked', new.number
            using errcode = 'check_violation', constraint = 'manual_is_its_entry';
    end if;
    return new;
end $$;

drop trigger if exists manual_goes_its_way on accounting_manualvoucher;
create trigger manual_goes_its_way before insert or update or delete on accounting_manualvoucher
    for each row execute function accounting_manual_goes_its_way();

create or replace function accounting_manual_line_is_of_a_draft() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    touched bigint := case when tg_op = 'DELETE' then old.voucher_id else new.voucher_id end;
begin
    if (select state from accounting_manualvoucher where id = touched for update) not in ('DRAFT', 'RETURNED')
       or (tg_op = 'UPDATE' and old.voucher_id <> new.voucher_id) then
        raise exception 'voucher %: its lines do not change any more', touched using errcode = 'insufficient_privilege';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
end $$;

drop trigger if exists manual_line_is_of_a_draft on accounting_manualline;
create trigger manual_line_is_of_a_draft before insert or update or delete on accounting_manualline
    for each row execute function accounting_manual_line_is_of_a_draft();
