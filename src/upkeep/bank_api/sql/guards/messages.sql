-- What a bank sent and what it was answered is only added to.
create or replace function bank_api_message_never_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: it is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

-- A nonce is forgotten only when its message would be refused for its age.
create or replace function bank_api_nonce_is_kept() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        if old.good_until < now() then
            return old;
        end if;
        raise exception 'nonce % is still needed', old.id using errcode = 'insufficient_privilege';
    end if;
    raise exception '% on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
end $$;

-- A key stays its bank's and what it is; what was enabled, ended or blocked does not go back.
create or replace function bank_api_key_moves_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array[
        'enabled_at', 'enabled_by_id', 'ends_at', 'blocked_at', 'blocked_by_id', 'block_reason'
    ];
begin
    if tg_op in ('DELETE', 'TRUNCATE') then
        raise exception '% on % is refused', tg_op, tg_table_name using errcode = 'insufficient_privilege';
    end if;
    if to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'key %: what was made never changes', old.code using errcode = 'insufficient_privilege';
    end if;
    if old.blocked_at is not null then
        raise exception 'key % is blocked for ever', old.code using errcode = 'insufficient_privilege';
    end if;
    if old.enabled_at is not null and new.enabled_at is distinct from old.enabled_at
       or old.ends_at is not null and (new.ends_at is null or new.ends_at > old.ends_at) then
        raise exception 'key % only comes nearer to its end', old.code using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists bank_message_never_changes on bank_api_bankmessage;
create trigger bank_message_never_changes before update or delete on bank_api_bankmessage
    for each row execute function bank_api_message_never_changes();
drop trigger if exists bank_message_is_not_emptied on bank_api_bankmessage;
create trigger bank_message_is_not_emptied before truncate on bank_api_bankmessage
    for each statement execute function bank_api_message_never_changes();
drop trigger if exists bank_nonce_is_kept on bank_api_banknonce;
create trigger bank_nonce_is_kept before update or delete on bank_api_banknonce
    for each row execute function bank_api_nonce_is_kept();
drop trigger if exists bank_nonce_is_not_emptied on bank_api_banknonce;
create trigger bank_nonce_is_not_emptied before truncate on bank_api_banknonce
    for each statement execute function bank_api_nonce_is_kept();
drop trigger if exists bank_key_moves_on on bank_api_bankkey;
create trigger bank_key_moves_on before update or delete on bank_api_bankkey
    for each row execute function bank_api_key_moves_on();
drop trigger if exists bank_key_is_not_emptied on bank_api_bankkey;
create trigger bank_key_is_not_emptied before truncate on bank_api_bankkey
    for each statement execute function bank_api_key_moves_on();
