-- A close or reopening (结账单): what was asked for never changes, it goes one way only, and it is never deleted.
create or replace function closing_case_goes_one_way() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array[
        'state', 'decided_by_id', 'decided_by_name', 'decided_at', 'note', 'job_id', 'done_at', 'result'
    ];
begin
    if tg_op = 'DELETE' or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception '% on closing % is refused: what was asked for never changes', tg_op, old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.state <> new.state and not (
        (old.state = 'WAITING' and new.state in ('RUNNING', 'RETURNED'))
        or (old.state = 'RUNNING' and new.state in ('DONE', 'RETURNED'))
        or (old.state = 'DONE' and new.state = 'UNDONE' and new.act = 'CLOSE')
    ) then
        raise exception 'closing %: % cannot follow %', old.number, new.state, old.state
            using errcode = 'check_violation', constraint = 'closing_goes_one_way';
    end if;
    if old.decided_at is not null and old.state <> 'RUNNING'
       and (new.decided_by_id, new.decided_at) is distinct from (old.decided_by_id, old.decided_at) then
        raise exception 'closing % was decided', old.number using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists closing_case_goes_one_way on closing_closingcase;
create trigger closing_case_goes_one_way before update or delete on closing_closingcase
    for each row execute function closing_case_goes_one_way();

-- A close begins waiting, and only the case that undoes it, on another person's word, makes it undone.
create or replace function closing_case_is_undone_by_its_case() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'WAITING' then
            raise exception 'closing %: begins waiting', new.number
                using errcode = 'check_violation', constraint = 'closing_begins_waiting';
        end if;
        return null;
    end if;
    if new.state = 'UNDONE' and not exists (
        select from closing_closingcase c
        where c.undoes_id = new.id and c.act = 'REOPEN' and c.state = 'RUNNING' and c.decided_by_id <> c.asked_by_id
    ) then
        raise exception 'closing %: nobody has decided to reopen it', new.number
            using errcode = 'check_violation', constraint = 'closing_is_undone_by_its_case';
    end if;
    return null;
end $$;

drop trigger if exists closing_case_is_undone_by_its_case on closing_closingcase;
create trigger closing_case_is_undone_by_its_case after insert or update of state on closing_closingcase
    for each row execute function closing_case_is_undone_by_its_case();

-- What an audit found stays.
create or replace function closing_audit_is_kept() returns trigger language plpgsql as $$
begin
    raise exception '% on an audit of the books is refused', tg_op using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists audit_is_kept on closing_ledgeraudit;
create trigger audit_is_kept before update or delete on closing_ledgeraudit
    for each row execute function closing_audit_is_kept();

-- A book that is opened in a city whose books are closed through a day is closed through that day too: nothing can be booked into
-- a period whose statements stand.
create or replace function closing_new_book_is_closed_with_its_city() returns trigger
language plpgsql security definer set search_path = public, ledger, pg_temp as $$
begin
    insert into ledger.period (area_id, through, closed_at, closed_by)
    select distinct on (b.area_id) b.area_id, c.through, c.done_at, c.number
    from new_books b
    join (
        select id, jurisdiction_id from estate_area union all select id, jurisdiction_id from banking_custodyaccount
    ) owner on owner.id = b.area_id
    join parties_jurisdiction j on j.id = owner.jurisdiction_id
    left join parties_jurisdiction above on above.id = j.parent_id
    join closing_closingcase c on c.jurisdiction_id in (j.id, j.parent_id, above.parent_id)
    where c.act = 'CLOSE' and c.state = 'DONE'
    order by b.area_id, c.through desc;
    return null;
end $$;

drop trigger if exists new_book_is_closed_with_its_city on ledger.book;
create trigger new_book_is_closed_with_its_city after insert on ledger.book
    referencing new table as new_books for each statement execute function closing_new_book_is_closed_with_its_city();
