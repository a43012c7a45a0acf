-- A reversal (冲正) is asked for a payment of this very day, decided once on that day by somebody else, and then carried out.
create or replace function banking_reversal_is_asked_for_a_payment() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state <> 'ASKED' then
        raise exception 'reversal of % must begin as ASKED', new.number
            using errcode = 'check_violation', constraint = 'reversal_begins_asked';
    end if;
    if not exists (
        select from banking_payslip p
        where p.id = new.slip_id and p.number = new.number and p.state = 'PAID' and p.payment_no = new.payment_no
          and p.bank_serial_id = new.paid_serial_id and p.total_fen = new.amount_fen and p.booked_on = new.booked_on
          and p.closed_by_id is not distinct from new.confirmed_by_id and p.custody_id = new.custody_id
    ) and not exists (
        select from banking_paymentorder p
        where p.id = new.order_id and p.number = new.number and p.state = 'PAID' and p.payment_no = new.payment_no
          and p.bank_serial_id = new.paid_serial_id and p.amount_fen = new.amount_fen and p.booked_on = new.booked_on
          and p.closed_by_id is not distinct from new.confirmed_by_id and p.custody_id = new.custody_id
    ) then
        raise exception 'reversal of %: it is not what the bank confirmed', new.number
            using errcode = 'check_violation', constraint = 'reversal_is_of_a_payment';
    end if;
    if (new.asked_at at time zone 'Asia/Shanghai')::date <> new.booked_on then
        raise exception 'reversal of %: its day is over', new.number
            using errcode = 'check_violation', constraint = 'reversal_is_of_the_same_day';
    end if;
    return new;
end $$;

create or replace function banking_reversal_is_decided_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array[
        'state', 'decided_at', 'decided_by_id', 'decided_by_name', 'note', 'reversal_serial_id'
    ];
begin
    if tg_op = 'DELETE' then
        raise exception 'reversal of % is refused deletion', old.number using errcode = 'insufficient_privilege';
    end if;
    if old.state <> 'ASKED' or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'reversal of % is decided once and never changed', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if new.state = 'APPROVED' and (new.decided_at at time zone 'Asia/Shanghai')::date <> new.booked_on then
        raise exception 'reversal of %: its day is over', new.number
            using errcode = 'check_violation', constraint = 'reversal_is_of_the_same_day';
    end if;
    return new;
end $$;

-- At commit: an approved reversal was carried out, its paper waits for its next payment or has had it.
create or replace function banking_reversal_is_carried_out() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state = 'APPROVED' and not exists (
        select from banking_payslip p where p.id = new.slip_id and p.payment_no > new.payment_no
    ) and not exists (
        select from banking_paymentorder p where p.id = new.order_id and p.payment_no > new.payment_no
    ) then
        raise exception 'reversal of % is approved but the paper is still paid', new.number
            using errcode = 'check_violation', constraint = 'reversal_is_carried_out';
    end if;
    return null;
end $$;

drop trigger if exists reversal_is_of_a_payment on banking_bankreversal;
create trigger reversal_is_of_a_payment before insert on banking_bankreversal
    for each row execute function banking_reversal_is_asked_for_a_payment();
drop trigger if exists reversal_is_decided_once on banking_bankreversal;
create trigger reversal_is_decided_once before update or delete on banking_bankreversal
    for each row execute function banking_reversal_is_decided_once();
drop trigger if exists reversal_is_not_emptied on banking_bankreversal;
create trigger reversal_is_not_emptied before truncate on banking_bankreversal
    for each statement execute function banking_row_is_append_only();
drop trigger if exists reversal_is_carried_out on banking_bankreversal;
create constraint trigger reversal_is_carried_out after update on banking_bankreversal
    deferrable initially deferred for each row execute function banking_reversal_is_carried_out();
