-- A unit's part of a house (售房款交存): who sold what for how much never changes, it is paid in by a slip of its account and
-- unpaid again only beside an approved reversal (冲正) of that payment, and it ends once.
create or replace function deposits_unit_sale_is_kept() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['slip_id', 'deposited_fen', 'deposited_on', 'ended_at', 'end'];
begin
    if tg_op = 'DELETE' then
        raise exception 'unit sale % is refused deletion', old.id using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable or old.ended_at is not null then
        raise exception 'unit sale %: what was declared never changes', old.id using errcode = 'insufficient_privilege';
    end if;
    if new.deposited_fen is not distinct from old.deposited_fen then
        return new;
    end if;
    if old.deposited_fen is not null and not (new.deposited_fen is null and exists (
        select from banking_bankreversal r join banking_payslip s on s.id = r.slip_id and s.payment_no = r.payment_no
        where s.id = old.slip_id and r.state = 'APPROVED'
    )) then
        raise exception 'unit sale %: its part is deposited', old.id
            using errcode = 'check_violation', constraint = 'unit_part_of_a_house_is_deposited_once';
    end if;
    return new;
end $$;

drop trigger if exists unit_sale_is_kept on deposits_unitsale;
create trigger unit_sale_is_kept before update or delete on deposits_unitsale
    for each row execute function deposits_unit_sale_is_kept();

-- What is paid in stands on a paid slip of the account, for that house, with that amount; or was another house's before it was
-- split or merged.
create or replace function deposits_unit_part_came_in() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    brought bigint;
    taken bigint;
begin
    if new.is_inherited then
        select coalesce(sum(o.deposited_fen), 0) into brought
        from deposits_unitsale o
        where o.account_id = new.account_id and o.end = 'DIVIDED'
          and o.house_id in (select l.from_house_id from estate_houselineage l where l.to_house_id = new.house_id);
        select coalesce(sum(h.deposited_fen), 0) into taken
        from deposits_unitsale h
        where h.account_id = new.account_id and h.is_inherited and h.house_id in (
            select s.to_house_id from estate_houselineage s where s.from_house_id in (
                select l.from_house_id from estate_houselineage l where l.to_house_id = new.house_id));
        if taken <= brought then
            return null;
        end if;
    elsif exists (
        select from banking_payslip s join banking_payslipline l on l.slip_id = s.id
        where s.id = new.slip_id and s.state = 'PAID' and s.unit_account_id = new.account_id
          and l.house_id = new.house_id and l.amount_fen = new.deposited_fen
    ) then
        return null;
    end if;
    raise exception 'unit sale %: no slip has brought in its part', new.id
        using errcode = 'check_violation', constraint = 'unit_part_came_in';
end $$;

drop trigger if exists unit_part_came_in on deposits_unitsale;
create trigger unit_part_came_in after insert or update of deposited_fen on deposits_unitsale
    for each row when (new.deposited_fen is not null) execute function deposits_unit_part_came_in();

create or replace function deposits_unit_sale_is_not_emptied() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists unit_sale_is_not_emptied on deposits_unitsale;
create trigger unit_sale_is_not_emptied before truncate on deposits_unitsale
    for each statement execute function deposits_unit_sale_is_not_emptied();
