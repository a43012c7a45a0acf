-- 维修支取任务单: its owners' signed list is its vote, and no money of it is ordered before that vote has passed (C4).
create or replace function repairs_order_is_signed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not repairs_is_decided('project:' || new.id) then
        raise exception 'order %: its owners have not signed', new.number using errcode = 'check_violation';
    end if;
    return new;
end $$;

drop trigger if exists order_is_signed_before_it_is_approved on repairs_repairproject;
create trigger order_is_signed_before_it_is_approved before update on repairs_repairproject
    for each row when (new.kind = 'ORDER' and old.stage = 'REVIEW' and new.stage = 'TRANSFER')
    execute function repairs_order_is_signed();
