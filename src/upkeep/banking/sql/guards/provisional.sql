-- A house that its payer has entered comes into the register with the money and not without it.
create or replace function banking_provisional_house_is_paid_for() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (
        select from banking_payslipline l join banking_payslip s on s.id = l.slip_id
        where l.house_id = new.id and s.state = 'PAID'
    ) then
        raise exception 'house % is provisional until the bank has confirmed its slip', new.id
            using errcode = 'check_violation', constraint = 'provisional_house_is_paid_for';
    end if;
    return null;
end $$;

drop trigger if exists provisional_house_is_paid_for on estate_house;
create trigger provisional_house_is_paid_for after update of state on estate_house
    for each row when (old.state = 'PROVISIONAL' and new.state = 'ACTIVE')
    execute function banking_provisional_house_is_paid_for();
