-- An owner objects while the notice stands; his words are changed by adding a text, and not once he is answered.
create or replace function publishing_objection_is_made_in_time() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.texts <> 1 or new.answered_at is not null then
        raise exception 'objection % must begin with its first text, unanswered', new.number
            using errcode = 'check_violation', constraint = 'objection_begins_unanswered';
    end if;
    if not exists (
        select from publishing_publicnotice n
        where n.id = new.notice_id and new.made_at >= n.published_at
          and (new.made_at at time zone 'Asia/Shanghai')::date <= n.open_until
    ) then
        raise exception 'objection % is not within its notice''s period', new.number
            using errcode = 'check_violation', constraint = 'objection_is_made_in_time';
    end if;
    return new;
end $$;

create or replace function publishing_objection_moves_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'UPDATE'
       and to_jsonb(new) - '{texts,answered_at}'::text[] is not distinct from to_jsonb(old) - '{texts,answered_at}'::text[]
       and old.answered_at is null
       and ((new.texts = old.texts + 1 and new.answered_at is null)
            or (new.texts = old.texts and new.answered_at is not null)) then
        return new;
    end if;
    raise exception '% on objection % is refused: it gets another text until it is answered, no more', tg_op, old.number
        using errcode = 'insufficient_privilege';
end $$;

-- A text has the number that its objection has reached, and the objection is not answered.
create or replace function publishing_objection_text_is_next() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (
        select from publishing_objection o
        join publishing_publicnotice n on n.id = o.notice_id
        where o.id = new.objection_id and o.texts = new.number and o.answered_at is null
          and (new.at at time zone 'Asia/Shanghai')::date <= n.open_until
    ) then
        raise exception 'text % of objection % comes out of turn or too late', new.number, new.objection_id
            using errcode = 'check_violation', constraint = 'objection_text_is_next';
    end if;
    return new;
end $$;

create or replace function publishing_objection_says_its_texts() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (
        select from publishing_objection o
        join publishing_objectiontext t on t.objection_id = o.id and t.number = o.texts
        where o.id = new.id
    ) then
        raise exception 'objection % has no text', new.number
            using errcode = 'check_violation', constraint = 'objection_says_its_texts';
    end if;
    if exists (
        select from publishing_objection o where o.id = new.id and o.answered_at is not null
          and not exists (select from publishing_objectionanswer a where a.objection_id = o.id)
    ) then
        raise exception 'objection % is answered without an answer', new.number
            using errcode = 'check_violation', constraint = 'objection_says_its_texts';
    end if;
    return null;
end $$;

create or replace function publishing_objection_answer_is_counted() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from publishing_objection o where o.id = new.objection_id and o.answered_at is not null) then
        raise exception 'the objection is not marked as answered'
            using errcode = 'check_violation', constraint = 'objection_answer_is_counted';
    end if;
    return new;
end $$;

drop trigger if exists objection_is_made_in_time on publishing_objection;
create trigger objection_is_made_in_time before insert on publishing_objection
    for each row execute function publishing_objection_is_made_in_time();
drop trigger if exists objection_moves_on on publishing_objection;
create trigger objection_moves_on before update or delete on publishing_objection
    for each row execute function publishing_objection_moves_on();
drop trigger if exists objection_text_is_next on publishing_objectiontext;
create trigger objection_text_is_next before insert on publishing_objectiontext
    for each row execute function publishing_objection_text_is_next();
drop trigger if exists objection_says_its_texts on publishing_objection;
create constraint trigger objection_says_its_texts after insert or update on publishing_objection
    deferrable initially deferred for each row execute function publishing_objection_says_its_texts();
drop trigger if exists objection_answer_is_counted on publishing_objectionanswer;
create trigger objection_answer_is_counted before insert on publishing_objectionanswer
    for each row execute function publishing_objection_answer_is_counted();

do $$
declare one text;
begin
    foreach one in array array['objectiontext', 'objectionanswer'] loop
        execute format('drop trigger if exists %s_never_changes on publishing_%s', one, one);
        execute format('create trigger %s_never_changes before update or delete on publishing_%s
                        for each row execute function publishing_notice_never_changes()', one, one);
    end loop;
    foreach one in array array['objection', 'objectiontext', 'objectionanswer'] loop
        execute format('drop trigger if exists %ss_are_not_emptied on publishing_%s', one, one);
        execute format('create trigger %ss_are_not_emptied before truncate on publishing_%s
                        for each statement execute function publishing_notice_never_changes()', one, one);
    end loop;
end $$;
