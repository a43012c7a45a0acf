-- 清退: what is asked back of an order, and what has come back, is the sum of its clearings, house by house within what it paid.
create or replace function repairs_clearings_add_up() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    asked bigint; cleared bigint; wrong bigint; kept repairs_paidorder; one repairs_clearing;
begin
    select * into one from repairs_clearing where id = new.id;
    select * into kept from repairs_paidorder where order_id = new.paid_order_id;
    select coalesce(sum(amount_fen) filter (where state = 'WAITING'), 0),
           coalesce(sum(amount_fen) filter (where state = 'PAID'), 0)
      into asked, cleared from repairs_clearing where paid_order_id = new.paid_order_id;
    if kept.asked_fen <> asked or kept.cleared_fen <> cleared then
        raise exception 'order %: % fen asked back and % cleared are not those of its clearings',
            new.paid_order_id, kept.asked_fen, kept.cleared_fen
            using errcode = 'check_violation', constraint = 'clearings_add_up';
    end if;
    if one.amount_fen <> (select coalesce(sum(l.amount_fen), 0) from repairs_clearingline l where l.clearing_id = one.id)
       or not exists (select from banking_payslip s where s.id = one.slip_id and s.total_fen = one.amount_fen
                        and s.purpose = 'repair_clearing'
                        and case one.state when 'WAITING' then s.state = 'WAITING' when 'PAID' then s.state = 'PAID'
                            else s.state in ('VOID', 'EXPIRED') end) then
        raise exception 'clearing %: its houses and its slip do not add up to it', new.id
            using errcode = 'check_violation', constraint = 'clearings_add_up';
    end if;
    select coalesce(l.house_id, l.unit_account_id) into wrong
      from repairs_clearingline l
      join repairs_clearing c on c.id = l.clearing_id and c.state <> 'VOID'
      left join banking_paymentorderline o on o.order_id = c.paid_order_id
       and coalesce(o.house_id, o.unit_account_id) = coalesce(l.house_id, l.unit_account_id)
     where c.paid_order_id = new.paid_order_id
     group by coalesce(l.house_id, l.unit_account_id), o.amount_fen
    having sum(l.amount_fen) > coalesce(o.amount_fen, 0)
     limit 1;
    if wrong is not null then
        raise exception 'house % would get back more than it paid of order %', wrong, new.paid_order_id
            using errcode = 'check_violation', constraint = 'house_is_cleared_at_most_as_paid';
    end if;
    return null;
end $$;

-- Lines are positive, so one that is added later pushes the sum above the amount and is refused.
create or replace function repairs_clearing_lines_fit() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong bigint;
begin
    select c.id into wrong
      from repairs_clearing c join repairs_clearingline l on l.clearing_id = c.id
     where c.id in (select distinct clearing_id from added)
     group by c.id having sum(l.amount_fen) > c.amount_fen limit 1;
    if wrong is not null then
        raise exception 'the lines of clearing % exceed its amount', wrong
            using errcode = 'check_violation', constraint = 'clearings_add_up';
    end if;
    return null;
end $$;

create or replace function repairs_clearing_moves_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state = 'WAITING' then
            return new;
        end if;
    elsif tg_op = 'UPDATE'
       and to_jsonb(new) - '{state,finished_at}'::text[] is not distinct from to_jsonb(old) - '{state,finished_at}'::text[]
       and old.state || '>' || new.state in ('WAITING>PAID', 'WAITING>VOID', 'PAID>WAITING') then
        return new;
    end if;
    raise exception '% of a clearing is refused: it waits, then it is paid back or void', tg_op
        using errcode = 'insufficient_privilege';
end $$;

-- A row of its own only for what the bank has paid for a repair.
create or replace function repairs_paid_order_is_paid() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'order % is refused deletion', old.order_id using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'UPDATE' then
        if (new.order_id, new.project_id, new.phase_id, new.paid_fen)
           is distinct from (old.order_id, old.project_id, old.phase_id, old.paid_fen) then
            raise exception 'order %: what was paid stays', old.order_id using errcode = 'insufficient_privilege';
        end if;
        return new;
    end if;
    if new.asked_fen <> 0 or new.cleared_fen <> 0 or not exists (
        select from banking_paymentorder o
        where o.id = new.order_id and o.state = 'PAID' and o.purpose = 'repair' and o.amount_fen = new.paid_fen
          and o.reference like 'repair:' || new.project_id || ':%'
    ) then
        raise exception 'order % is not a paid order of project %', new.order_id, new.project_id
            using errcode = 'check_violation', constraint = 'paid_order_is_paid';
    end if;
    return new;
end $$;

-- 作废 of an unpaid order of a repair takes two persons of the office.
create or replace function repairs_order_is_voided_by_two() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.purpose = 'repair' and new.state = 'VOID' and old.state <> 'VOID'
       and not exists (select from repairs_ordervoiding v where v.order_id = new.id and v.is_approved) then
        raise exception '% is not given up by two persons', new.number using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function repairs_voiding_is_decided_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE' and old.decided_at is null and new.decided_at is not null
       and to_jsonb(new) - '{decided_by_id,decided_by_name,decided_at,is_approved}'::text[]
           is not distinct from to_jsonb(old) - '{decided_by_id,decided_by_name,decided_at,is_approved}'::text[] then
        return new;
    end if;
    raise exception '% of a voiding is refused: it is decided once', tg_op using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists clearings_add_up on repairs_clearing;
create constraint trigger clearings_add_up after insert or update on repairs_clearing
    deferrable initially deferred for each row execute function repairs_clearings_add_up();
drop trigger if exists clearing_moves_on on repairs_clearing;
create trigger clearing_moves_on before insert or update or delete on repairs_clearing
    for each row execute function repairs_clearing_moves_on();
drop trigger if exists clearing_line_is_append_only on repairs_clearingline;
create trigger clearing_line_is_append_only before update or delete on repairs_clearingline
    for each row execute function repairs_is_append_only();
drop trigger if exists clearing_lines_fit on repairs_clearingline;
create trigger clearing_lines_fit after insert on repairs_clearingline
    referencing new table as added for each statement execute function repairs_clearing_lines_fit();
drop trigger if exists paid_order_is_paid on repairs_paidorder;
create trigger paid_order_is_paid before insert or update or delete on repairs_paidorder
    for each row execute function repairs_paid_order_is_paid();
drop trigger if exists repair_order_is_voided_by_two on banking_paymentorder;
create trigger repair_order_is_voided_by_two before update of state on banking_paymentorder
    for each row execute function repairs_order_is_voided_by_two();
drop trigger if exists voiding_is_decided_once on repairs_ordervoiding;
create trigger voiding_is_decided_once before update or delete on repairs_ordervoiding
    for each row execute function repairs_voiding_is_decided_once();
