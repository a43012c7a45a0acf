-- A refund (退款) goes to an owner or payer on record, never above what was paid in, and is settled once. It is never deleted.
create or replace function treasury_refund_is_settled_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array[
        'state', 'paid_by_id', 'paid_at', 'due_before_fen', 'voided_by_id', 'voided_at', 'void_reason'
    ];
begin
    if tg_op = 'DELETE' then
        raise exception 'refund % is refused deletion: void it instead', old.id using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'refund %: whose house, how much and to whom never changes', old.id
            using errcode = 'insufficient_privilege';
    end if;
    if old.state = 'PAID' and new.state = 'ORDERED' and exists (
        -- 冲正: this very moment the bank takes the payment back, and the order is not waiting again yet.
        select from banking_bankreversal r
        join banking_paymentorder o on o.id = r.order_id and o.payment_no = r.payment_no
        where o.reference = 'refund:' || old.id and r.state = 'APPROVED'
    ) then
        return new;
    end if;
    if old.state <> 'ORDERED' or new.state not in ('PAID', 'VOID') then
        raise exception 'refund %: % cannot follow %', old.id, new.state, old.state using errcode = 'check_violation';
    end if;
    if new.state = 'PAID' and not exists (
        select from banking_paymentorder o
        where o.reference = 'refund:' || old.id and o.state = 'PAID' and o.closed_by_id is not distinct from new.paid_by_id
    ) then
        raise exception 'refund %: no bank has paid it', old.id
            using errcode = 'check_violation', constraint = 'refund_is_paid_by_a_bank';
    end if;
    if new.state = 'VOID' and exists (
        select from banking_paymentorder o where o.reference = 'refund:' || old.id and o.state in ('WAITING', 'PAID')
    ) then
        raise exception 'refund %: its payment order is still good', old.id
            using errcode = 'check_violation', constraint = 'refund_is_void_with_its_order';
    end if;
    return new;
end $$;

drop trigger if exists refund_is_settled_once on treasury_refund;
create trigger refund_is_settled_once before update or delete on treasury_refund
    for each row execute function treasury_refund_is_settled_once();

-- Asked after the row is in: of two that meet on one house the second has by then waited for the first at the unique key of
-- the open ones, and sees what became of it.
create or replace function treasury_refund_is_sound() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    paid_in bigint;
    paid_back bigint;
begin
    if new.state <> 'ORDERED' or not exists (
        select from estate_house h where h.id = new.house_id and h.state = 'ACTIVE' and h.area_id = new.area_id
    ) then
        raise exception 'refund %: not of a live house of its area', new.id
            using errcode = 'check_violation', constraint = 'refund_is_of_a_live_house';
    end if;
    if not treasury_may_be_refunded(new.house_id, new.payee_owner_id, new.payee_slip_id, new.payee_name) then
        raise exception 'refund %: the payee is neither owner nor payer on record', new.id
            using errcode = 'check_violation', constraint = 'refund_goes_to_who_is_on_record';
    end if;
    select coalesce(sum(l.credit_fen - l.debit_fen) filter (where e.reason <> 'refund_paid'), 0),
           coalesce(sum(l.debit_fen - l.credit_fen) filter (where e.reason = 'refund_paid'), 0)
    into paid_in, paid_back
    from ledger.line l join ledger.entry e on e.id = l.entry_id and e.area_id = l.area_id
    where l.sub_account_id = new.house_id
      and e.reason in ('deposit_confirmed', 'opening_balance', 'house_money_divided', 'refund_paid');
    if paid_back + new.amount_fen > paid_in then
        raise exception 'refund %: % fen were paid in for house % and % of them paid back',
            new.id, paid_in, new.house_id, paid_back
            using errcode = 'check_violation', constraint = 'refund_is_within_deposits';
    end if;
    return null;
end $$;

-- Who owns the house now by his name; who paid for it, unless it has changed hands since.
create or replace function treasury_may_be_refunded(home bigint, owner bigint, slip bigint, payee text) returns boolean
language sql stable set search_path = public, pg_temp as $$
    select exists (
        select from estate_ownership w join estate_owner p on p.id = w.owner_id
        where w.house_id = home and w.owner_id = owner and w.until is null and p.name = payee
    ) or exists (
        select from banking_payslip s join banking_payslipline n on n.slip_id = s.id and n.house_id = home
        where s.id = slip and s.state = 'PAID' and s.payer_name = payee and not exists (
            select from estate_ownershipact a
            where a.house_id = home and a.kind = 'TRANSFER' and a.at > s.closed_at
        )
    )
$$;

drop trigger if exists refund_is_sound on treasury_refund;
create trigger refund_is_sound after insert on treasury_refund
    for each row execute function treasury_refund_is_sound();

drop trigger if exists refund_is_not_emptied on treasury_refund;
create trigger refund_is_not_emptied before truncate on treasury_refund
    for each statement execute function banking_row_is_append_only();

-- An order of a refund is the refund's own: its amount, house, custody account and payee, and only one that is good.
create or replace function treasury_refund_order_is_its_own() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (
        select from treasury_refund r
        where 'refund:' || r.id = new.reference and r.state = 'ORDERED' and r.amount_fen = new.amount_fen
          and r.custody_id = new.custody_id and r.area_id = new.area_id and r.payee_name = new.payee_name
    ) then
        raise exception 'order %: no open refund of that amount to that payee', new.number
            using errcode = 'check_violation', constraint = 'refund_order_is_its_own';
    end if;
    if exists (
        select from banking_paymentorder o
        where o.reference = new.reference and o.id <> new.id and o.state in ('WAITING', 'PAID')
    ) then
        raise exception 'order %: the refund has a payment order that is still good', new.number
            using errcode = 'check_violation', constraint = 'refund_is_ordered_once';
    end if;
    return null;
end $$;

drop trigger if exists refund_order_is_its_own on banking_paymentorder;
create trigger refund_order_is_its_own after insert on banking_paymentorder
    for each row when (new.purpose = 'refund') execute function treasury_refund_order_is_its_own();

create or replace function treasury_refund_order_is_of_its_house() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (
        select from added n join banking_paymentorder o on o.id = n.order_id
        join treasury_refund r on 'refund:' || r.id = o.reference
        where o.purpose = 'refund' and r.house_id <> n.house_id
    ) then
        raise exception 'a refund is taken from another house than its own'
            using errcode = 'check_violation', constraint = 'refund_order_is_of_its_house';
    end if;
    return null;
end $$;

drop trigger if exists refund_order_is_of_its_house on banking_paymentorderline;
create trigger refund_order_is_of_its_house after insert on banking_paymentorderline
    referencing new table as added for each statement execute function treasury_refund_order_is_of_its_house();
