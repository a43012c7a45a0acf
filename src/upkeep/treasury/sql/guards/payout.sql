-- What is owed to whom never changes; a payout is ordered once and paid once, in this order, and is never deleted.
create or replace function treasury_payout_is_paid_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['state', 'basis', 'ordered_at', 'ordered_by_id', 'paid_at'];
begin
    if tg_op = 'DELETE' then
        raise exception 'payout % is refused deletion', old.id using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'payout %: to whom and how much never changes', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.state = 'PAID' and new.state = 'ORDERED' and new.basis = old.basis and exists (
        -- 冲正: this very moment the bank takes the payment back, and the order is not waiting again yet.
        select from banking_bankreversal r
        join banking_paymentorder o on o.id = r.order_id and o.payment_no = r.payment_no
        where o.reference = 'payout:' || old.id and r.state = 'APPROVED'
    ) then
        return new;
    end if;
    if not ((old.state = 'OWED' and new.state = 'ORDERED') or (old.state = 'ORDERED' and new.state = 'PAID')) then
        raise exception 'payout %: % cannot follow %', old.id, new.state, old.state using errcode = 'check_violation';
    end if;
    return new;
end $$;

drop trigger if exists payout_is_paid_once on treasury_payout;
create trigger payout_is_paid_once before update or delete on treasury_payout
    for each row execute function treasury_payout_is_paid_once();

-- Owed only for a house that is cancelled; born owed.
create or replace function treasury_payout_is_of_a_cancelled_house() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    culprit bigint;
begin
    select n.house_id into culprit
    from added n join estate_house h on h.id = n.house_id
    where h.state <> 'CANCELLED' or h.area_id <> n.area_id or n.state <> 'OWED'
    limit 1;
    if culprit is not null then
        raise exception 'house % is not cancelled: nothing is owed for it', culprit
            using errcode = 'check_violation', constraint = 'payout_is_of_a_cancelled_house';
    end if;
    return null;
end $$;

drop trigger if exists payout_is_of_a_cancelled_house on treasury_payout;
create trigger payout_is_of_a_cancelled_house after insert on treasury_payout
    referencing new table as added for each statement execute function treasury_payout_is_of_a_cancelled_house();

-- A payout is ordered only from a batch that a second person has checked: who lets the money go has not entered the account.
create or replace function treasury_payout_is_checked_by_two() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (
        select from treasury_payoutbatchline l join treasury_payoutbatch b on b.id = l.batch_id
        where l.payout_id = new.id and not l.is_returned and b.state = 'ISSUED'
          and b.checked_by_id = new.ordered_by_id and b.made_by_id <> new.ordered_by_id
    ) then
        raise exception 'payout %: nobody but its orderer has seen the account', new.id
            using errcode = 'check_violation', constraint = 'payout_is_checked_by_two';
    end if;
    return new;
end $$;

drop trigger if exists payout_is_checked_by_two on treasury_payout;
create trigger payout_is_checked_by_two before update of state on treasury_payout
    for each row when (old.state = 'OWED' and new.state = 'ORDERED') execute function treasury_payout_is_checked_by_two();

-- An order of a payout is the payout's own: its amount, custody account, and whoever was checked; only one that is good.
create or replace function treasury_payout_order_is_its_own() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (
        select from treasury_payout p
        where 'payout:' || p.id = new.reference and p.state = 'ORDERED' and p.amount_fen = new.amount_fen
          and p.custody_id = new.custody_id and p.area_id = new.area_id
    ) then
        raise exception 'order %: no payout of that amount waits for it', new.number
            using errcode = 'check_violation', constraint = 'payout_order_is_its_own';
    end if;
    if exists (
        select from banking_paymentorder o
        where o.reference = new.reference and o.id <> new.id and o.state in ('WAITING', 'PAID')
    ) then
        raise exception 'order %: the payout has a payment order that is still good', new.number
            using errcode = 'check_violation', constraint = 'payout_is_ordered_once';
    end if;
    return null;
end $$;

drop trigger if exists payout_order_is_its_own on banking_paymentorder;
create trigger payout_order_is_its_own after insert on banking_paymentorder
    for each row when (new.purpose = 'payout') execute function treasury_payout_order_is_its_own();

-- A batch is decided once, and its lines stay what was checked.
create or replace function treasury_batch_is_decided_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['state', 'checked_by_id', 'checked_by_name', 'checked_at', 'note', 'is_returned'];
begin
    if tg_op = 'DELETE' or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception '% on % is refused: what was entered to be checked never changes', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if tg_table_name = 'treasury_payoutbatch' and to_jsonb(old) ->> 'state' <> 'WAITING' then
        raise exception 'batch % is decided', old.id using errcode = 'insufficient_privilege';
    end if;
    if tg_table_name = 'treasury_payoutbatchline' and (to_jsonb(old) ->> 'is_returned')::boolean then
        raise exception 'line % was returned', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists payout_batch_is_decided_once on treasury_payoutbatch;
create trigger payout_batch_is_decided_once before update or delete on treasury_payoutbatch
    for each row execute function treasury_batch_is_decided_once();
drop trigger if exists payout_batch_line_is_kept on treasury_payoutbatchline;
create trigger payout_batch_line_is_kept before update or delete on treasury_payoutbatchline
    for each row execute function treasury_batch_is_decided_once();

-- Lines come while the batch waits; they are returned with it and not otherwise.
create or replace function treasury_line_follows_its_batch() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    stands text;
begin
    select state into stands from treasury_payoutbatch where id = new.batch_id;
    if (tg_op = 'INSERT' and (stands <> 'WAITING' or new.is_returned)) or (tg_op = 'UPDATE' and stands <> 'RETURNED') then
        raise exception 'line %: its batch is %', new.id, stands
            using errcode = 'check_violation', constraint = 'payout_batch_line_follows_its_batch';
    end if;
    return null;
end $$;

drop trigger if exists payout_batch_line_follows_its_batch on treasury_payoutbatchline;
create trigger payout_batch_line_follows_its_batch after insert or update on treasury_payoutbatchline
    for each row execute function treasury_line_follows_its_batch();
