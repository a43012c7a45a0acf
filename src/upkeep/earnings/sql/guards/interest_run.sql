-- A run goes through its states in one order, keeps what was approved, and is never deleted; its lines change only while it is computed.
create or replace function earnings_run_moves() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    moves constant jsonb := '{
        "COMPUTING": ["WAITING", "VOID"], "WAITING": ["COMPUTING", "RETURNED", "POSTING", "VOID"],
        "RETURNED": ["COMPUTING", "VOID"], "POSTING": ["POSTED"], "POSTED": ["REVERSAL_ASKED"],
        "REVERSAL_ASKED": ["POSTED", "REVERSING"], "REVERSING": ["REVERSED"], "REVERSED": [], "VOID": []}';
    fixed constant text[] := array['number', 'jurisdiction_id', 'first', 'settled_on', 'booked_on'];
    approved constant text[] := array['mode', 'rule', 'accounts', 'total_fen', 'withheld_fen', 'made_by_id', 'made_at',
        'decided_by_id', 'decided_at'];
    field text;
begin
    if tg_op = 'DELETE' then
        raise exception '% is refused deletion: make it void instead', old.number using errcode = 'insufficient_privilege';
    end if;
    if old.state <> new.state and not moves -> old.state ? new.state then
        raise exception '% cannot go from % to %', old.number, old.state, new.state
            using errcode = 'insufficient_privilege';
    end if;
    foreach field in array fixed loop
        if to_jsonb(old) -> field is distinct from to_jsonb(new) -> field then
            raise exception '% of % is fixed', field, old.number using errcode = 'insufficient_privilege';
        end if;
    end loop;
    if old.state in ('COMPUTING', 'WAITING', 'RETURNED') then
        return new;
    end if;
    foreach field in array approved loop
        if to_jsonb(old) -> field is distinct from to_jsonb(new) -> field then
            raise exception '% of % was approved and is fixed', field, old.number using errcode = 'insufficient_privilege';
        end if;
    end loop;
    if new.posted_fen < old.posted_fen or new.reversed_fen < old.reversed_fen then
        raise exception 'what % has booked does not become less', old.number using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists earnings_run_moves on earnings_interestrun;
create trigger earnings_run_moves before update or delete on earnings_interestrun
    for each row execute function earnings_run_moves();

create or replace function earnings_lines_of_a_run_being_computed() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    select c.run_id::text into wrong from (select distinct run_id from changed) c
    left join earnings_interestrun r on r.id = c.run_id where r.state is distinct from 'COMPUTING' limit 1;
    if wrong is not null then
        raise exception 'the lines of % are fixed', wrong using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;

drop trigger if exists earnings_lines_added on earnings_interestline;
create trigger earnings_lines_added after insert on earnings_interestline referencing new table as changed
    for each statement execute function earnings_lines_of_a_run_being_computed();
drop trigger if exists earnings_lines_changed on earnings_interestline;
create trigger earnings_lines_changed after update on earnings_interestline referencing old table as changed
    for each statement execute function earnings_lines_of_a_run_being_computed();
drop trigger if exists earnings_lines_removed on earnings_interestline;
create trigger earnings_lines_removed after delete on earnings_interestline referencing old table as changed
    for each statement execute function earnings_lines_of_a_run_being_computed();

-- A part is booked once and taken back once; what it came to is its run's.
create or replace function earnings_part_is_booked_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    state text;
begin
    if tg_op = 'DELETE' then
        select r.state into state from earnings_interestrun r where r.id = old.run_id;
        if state <> 'COMPUTING' then
            raise exception 'the parts of a run are fixed' using errcode = 'insufficient_privilege';
        end if;
        return old;
    end if;
    if to_jsonb(new) - array['entry_id', 'reversal_id'] is distinct from to_jsonb(old) - array['entry_id', 'reversal_id']
       or old.entry_id is not null and new.entry_id is distinct from old.entry_id
       or old.reversal_id is not null and new.reversal_id is distinct from old.reversal_id then
        raise exception 'a part of a run is booked once' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists earnings_part_is_booked_once on earnings_interestpart;
create trigger earnings_part_is_booked_once before update or delete on earnings_interestpart
    for each row execute function earnings_part_is_booked_once();
