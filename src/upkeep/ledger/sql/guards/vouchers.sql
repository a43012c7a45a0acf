-- Voucher numbers (凭证号): in a book's month they run from 1 without a gap, and each belongs to an entry of that month.

create or replace function ledger.voucher_after_insert() returns trigger
language plpgsql security definer set search_path = ledger, pg_temp as $$
begin
    if exists (
        select from new_vouchers n left join entry e on e.id = n.entry_id and e.area_id = n.area_id
        where date_trunc('month', e.booked_on) is distinct from n.month
    ) then
        raise exception 'a voucher number belongs to the month of its entry'
            using errcode = 'check_violation', constraint = 'voucher_of_own_month';
    end if;
    perform lock_books(array(select distinct area_id from new_vouchers));
    if exists (
        select from (select distinct area_id, month from new_vouchers) n
        join voucher v on v.area_id = n.area_id and v.month = n.month
        group by n.area_id, n.month having max(v.number) <> count(*)
    ) then
        raise exception 'voucher numbers leave no gap'
            using errcode = 'check_violation', constraint = 'voucher_without_gap';
    end if;
    return null;
end $$;

drop trigger if exists voucher_after_insert on ledger.voucher;
create trigger voucher_after_insert after insert on ledger.voucher
    referencing new table as new_vouchers for each statement execute function ledger.voucher_after_insert();
