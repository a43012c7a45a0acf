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
