-- An opening (期初建账) is read, checked, accepted and booked in this order; its rows change only while it is being read, and
-- it is accepted only where every custody account agrees with its bank.

create or replace function accounting_opening_goes_its_way() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception '% is refused deletion', old.number using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'INSERT' then
        if new.state <> 'READING' then
            raise exception '% begins with reading', new.number
                using errcode = 'check_violation', constraint = 'opening_begins_with_reading';
        end if;
        return new;
    end if;
    if new.state = old.state and to_jsonb(new) - 'job_id' is not distinct from to_jsonb(old) - 'job_id' then
        return new;
    end if;
    if not ((old.state = 'READING' and new.state in ('FAULTY', 'WAITING'))
            or (old.state = 'WAITING' and new.state in ('BOOKING', 'RETURNED'))
            or (old.state = 'BOOKING' and new.state in ('BOOKED', 'RETURNED'))) then
        raise exception '%: % cannot follow %', old.number, new.state, old.state
            using errcode = 'check_violation', constraint = 'opening_goes_its_way';
    end if;
    if new.state in ('WAITING', 'BOOKING') and (
        new.total_fen <> coalesce((select sum(houses_fen) from accounting_openingtotal where opening_id = new.id), 0)
        or exists (select from accounting_openingtotal t where t.opening_id = new.id
                   and t.bank_fen + t.bonds_fen <> t.houses_fen + t.undistributed_fen)
        or exists (select from (select custody_id, sum(fen) as fen, count(*) as rows from accounting_openingline
                                where opening_id = new.id group by custody_id) l
                   full join (select * from accounting_openingtotal where opening_id = new.id) t using (custody_id)
                   where coalesce(l.fen, 0) <> coalesce(t.houses_fen, -1) or coalesce(l.rows, 0) <> coalesce(t.rows, -1))
    ) then
        raise exception '% does not agree with the banks', new.number
            using errcode = 'check_violation', constraint = 'opening_agrees_with_the_banks';
    end if;
    return new;
end $$;

drop trigger if exists opening_goes_its_way on accounting_opening;
create trigger opening_goes_its_way before insert or update or delete on accounting_opening
    for each row execute function accounting_opening_goes_its_way();

create or replace function accounting_opening_rows_are_being_read() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if exists (select from changed c join accounting_opening o on o.id = c.opening_id where o.state <> 'READING') then
        raise exception 'the opening is read: its rows do not change any more' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

drop trigger if exists opening_line_is_added_while_read on accounting_openingline;
create trigger opening_line_is_added_while_read after insert on accounting_openingline
    referencing new table as changed for each statement execute function accounting_opening_rows_are_being_read();
drop trigger if exists opening_line_is_changed_while_read on accounting_openingline;
create trigger opening_line_is_changed_while_read after update on accounting_openingline
    referencing old table as changed for each statement execute function accounting_opening_rows_are_being_read();
drop trigger if exists opening_line_is_dropped_while_read on accounting_openingline;
create trigger opening_line_is_dropped_while_read after delete on accounting_openingline
    referencing old table as changed for each statement execute function accounting_opening_rows_are_being_read();
drop trigger if exists opening_total_is_changed_while_read on accounting_openingtotal;
create trigger opening_total_is_changed_while_read after update on accounting_openingtotal
    referencing old table as changed for each statement execute function accounting_opening_rows_are_being_read();
