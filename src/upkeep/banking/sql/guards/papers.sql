-- A pay slip or payment order adds up, keeps what it was issued with, is closed once, and is never deleted.
-- Lines are positive (CHECK), so a line added after issue pushes the sum above the total and is refused.
create or replace function banking_lines_stay_within_total() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    if tg_table_name = 'banking_payslipline' then
        select s.number into wrong
        from (select distinct slip_id from added) a
        join banking_payslip s on s.id = a.slip_id
        join banking_payslipline l on l.slip_id = s.id
        group by s.id having sum(l.amount_fen) > s.total_fen or count(*) > s.house_count limit 1;
    else
        select o.number into wrong
        from (select distinct order_id from added) a
        join banking_paymentorder o on o.id = a.order_id
        join banking_paymentorderline l on l.order_id = o.id
        group by o.id having sum(l.amount_fen) > o.amount_fen or count(l.house_id) > o.house_count limit 1;
    end if;
    if wrong is not null then
        raise exception 'the lines of % exceed its total', wrong
            using errcode = 'check_violation', constraint = 'paper_lines_within_total';
    end if;
    return null;
end $$;

create or replace function banking_paper_adds_up() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    total bigint;
    houses bigint;
begin
    if tg_table_name = 'banking_payslip' then
        select coalesce(sum(amount_fen), 0), count(*) into total, houses
        from banking_payslipline where slip_id = new.id;
        -- Clearing back (清退): the money is a contractor's, and repairs_clearingline says which houses get it.
        if total = new.total_fen and houses = new.house_count or new.purpose = 'repair_clearing' and houses = 0 then
            return null;
        end if;
    else
        -- The account of a unit that sold houses (售房单位分账) bears its part beside them and is no house.
        select coalesce(sum(amount_fen), 0), count(house_id) into total, houses
        from banking_paymentorderline where order_id = new.id;
        if total = new.amount_fen and houses = new.house_count then
            return null;
        end if;
    end if;
    raise exception '%: % lines sum up to % fen', new.number, houses, total
        using errcode = 'check_violation', constraint = 'paper_adds_up';
end $$;

create or replace function banking_paper_is_closed_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array[
        'state', 'closed_at', 'closed_by_id', 'closed_by_name', 'void_reason', 'failure_reason', 'booked_on',
        'bank_serial_id'
    ];
begin
    if tg_op = 'DELETE' then
        raise exception '% is refused deletion: make it void instead', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.state = 'PAID' and new.state = 'WAITING' then
        -- 冲正: the payment was taken back on its day; the paper waits again for its next one.
        if not exists (
            select from banking_bankreversal r
            where r.number = old.number and r.payment_no = old.payment_no and r.state = 'APPROVED'
              and r.paid_serial_id = old.bank_serial_id
        ) or new.payment_no <> old.payment_no + 1
           or to_jsonb(new) - changeable - 'payment_no' is distinct from to_jsonb(old) - changeable - 'payment_no' then
            raise exception '% is paid and only an approved reversal lets it wait again', old.number
                using errcode = 'insufficient_privilege';
        end if;
        return new;
    end if;
    if old.state <> 'WAITING' then
        raise exception '% is % and cannot change', old.number, old.state using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception '%: what was issued never changes', old.number using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function banking_row_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

-- A new paper is waiting: nothing is born paid.
create or replace function banking_paper_begins_waiting() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.state <> 'WAITING' then
        raise exception '% must begin as WAITING, not %', new.number, new.state
            using errcode = 'check_violation', constraint = 'paper_begins_waiting';
    end if;
    return new;
end $$;

drop trigger if exists slip_begins_waiting on banking_payslip;
create trigger slip_begins_waiting before insert on banking_payslip
    for each row execute function banking_paper_begins_waiting();
drop trigger if exists order_begins_waiting on banking_paymentorder;
create trigger order_begins_waiting before insert on banking_paymentorder
    for each row execute function banking_paper_begins_waiting();

drop trigger if exists slip_lines_within_total on banking_payslipline;
create trigger slip_lines_within_total after insert on banking_payslipline
    referencing new table as added for each statement execute function banking_lines_stay_within_total();
drop trigger if exists order_lines_within_total on banking_paymentorderline;
create trigger order_lines_within_total after insert on banking_paymentorderline
    referencing new table as added for each statement execute function banking_lines_stay_within_total();

drop trigger if exists slip_adds_up on banking_payslip;
create constraint trigger slip_adds_up after insert on banking_payslip
    deferrable initially deferred for each row execute function banking_paper_adds_up();
drop trigger if exists order_adds_up on banking_paymentorder;
create constraint trigger order_adds_up after insert on banking_paymentorder
    deferrable initially deferred for each row execute function banking_paper_adds_up();

drop trigger if exists slip_is_closed_once on banking_payslip;
create trigger slip_is_closed_once before update or delete on banking_payslip
    for each row execute function banking_paper_is_closed_once();
drop trigger if exists order_is_closed_once on banking_paymentorder;
create trigger order_is_closed_once before update or delete on banking_paymentorder
    for each row execute function banking_paper_is_closed_once();
drop trigger if exists slip_is_not_emptied on banking_payslip;
create trigger slip_is_not_emptied before truncate on banking_payslip
    for each statement execute function banking_row_is_append_only();
drop trigger if exists order_is_not_emptied on banking_paymentorder;
create trigger order_is_not_emptied before truncate on banking_paymentorder
    for each statement execute function banking_row_is_append_only();

drop trigger if exists slip_line_is_append_only on banking_payslipline;
create trigger slip_line_is_append_only before update or delete on banking_payslipline
    for each row execute function banking_row_is_append_only();
drop trigger if exists slip_line_is_not_emptied on banking_payslipline;
create trigger slip_line_is_not_emptied before truncate on banking_payslipline
    for each statement execute function banking_row_is_append_only();
drop trigger if exists order_line_is_append_only on banking_paymentorderline;
create trigger order_line_is_append_only before update or delete on banking_paymentorderline
    for each row execute function banking_row_is_append_only();
drop trigger if exists order_line_is_not_emptied on banking_paymentorderline;
create trigger order_line_is_not_emptied before truncate on banking_paymentorderline
    for each statement execute function banking_row_is_append_only();
drop trigger if exists bank_serial_is_append_only on banking_bankserial;
create trigger bank_serial_is_append_only before update or delete on banking_bankserial
    for each row execute function banking_row_is_append_only();
drop trigger if exists bank_serial_is_not_emptied on banking_bankserial;
create trigger bank_serial_is_not_emptied before truncate on banking_bankserial
    for each statement execute function banking_row_is_append_only();
