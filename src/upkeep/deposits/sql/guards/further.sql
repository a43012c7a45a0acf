-- What an approved plan asks never changes: of a share only its slip and the obstacle, of a plan only its end, once. A share's
-- paid or waiting slip is not exchanged for another.
create or replace function deposits_share_keeps_what_it_asks() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['slip_id', 'obstacle'];
begin
    if tg_op <> 'UPDATE' then
        raise exception '% on % is refused: end the plan instead', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'share %: what was asked never changes', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.slip_id is not null and new.slip_id is distinct from old.slip_id
       and exists (select from banking_payslip where id = old.slip_id and state in ('WAITING', 'PAID')) then
        raise exception 'share %: its slip waits or is paid', old.id
            using errcode = 'check_violation', constraint = 'share_has_one_live_slip';
    end if;
    return new;
end $$;

create or replace function deposits_plan_only_ends() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['ended_at', 'ended_by_name', 'end_reason'];
begin
    if tg_op <> 'UPDATE' then
        raise exception '% on % is refused: a plan is kept', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if old.ended_at is not null or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'plan %: it only ends, and once', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

-- The shares of a plan add up to what it says it asks, at commit.
create or replace function deposits_plan_is_its_shares() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    asked bigint;
    houses bigint;
begin
    select coalesce(sum(amount_fen), 0), count(distinct house_id) into asked, houses
    from deposits_furthershare where plan_id = new.id;
    if asked <> new.total_fen or houses <> new.house_count then
        raise exception 'plan % asks % of % houses, its shares % of %', new.id, new.total_fen, new.house_count, asked, houses
            using errcode = 'check_violation', constraint = 'plan_is_the_sum_of_its_shares';
    end if;
    return null;
end $$;

create or replace function deposits_letter_is_kept() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: a letter that was sent is kept as it was', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create or replace function deposits_letter_batch_is_kept() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['job_id', 'printed_id'];
begin
    if tg_op <> 'UPDATE' or old.printed_id is not null
       or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception '% on % is refused: a batch of letters is kept, and printed once', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function deposits_arrears_are_only_left() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op <> 'UPDATE' or old.left_on is not null
       or to_jsonb(new) - array['left_on'] is distinct from to_jsonb(old) - array['left_on'] then
        raise exception '% on % is refused: an entry is only left, and once', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists share_keeps_what_it_asks on deposits_furthershare;
create trigger share_keeps_what_it_asks before update or delete on deposits_furthershare
    for each row execute function deposits_share_keeps_what_it_asks();
drop trigger if exists plan_only_ends on deposits_furtherplan;
create trigger plan_only_ends before update or delete on deposits_furtherplan
    for each row execute function deposits_plan_only_ends();
drop trigger if exists plan_is_its_shares on deposits_furtherplan;
create constraint trigger plan_is_its_shares after insert on deposits_furtherplan
    deferrable initially deferred for each row execute function deposits_plan_is_its_shares();
drop trigger if exists letter_is_kept on deposits_demandletter;
create trigger letter_is_kept before update or delete on deposits_demandletter
    for each row execute function deposits_letter_is_kept();
drop trigger if exists letter_batch_is_kept on deposits_letterbatch;
create trigger letter_batch_is_kept before update or delete on deposits_letterbatch
    for each row execute function deposits_letter_batch_is_kept();
drop trigger if exists arrears_are_only_left on deposits_arrears;
create trigger arrears_are_only_left before update or delete on deposits_arrears
    for each row execute function deposits_arrears_are_only_left();
