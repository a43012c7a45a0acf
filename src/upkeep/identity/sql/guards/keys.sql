-- The log of the keys is only added to.
create or replace function identity_key_log_never_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: what happened to a key stays written', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;
drop trigger if exists key_log_never_changes on identity_keyevent;
create trigger key_log_never_changes before update or delete on identity_keyevent
    for each row execute function identity_key_log_never_changes();
drop trigger if exists key_log_is_not_emptied on identity_keyevent;
create trigger key_log_is_not_emptied before truncate on identity_keyevent
    for each statement execute function identity_key_log_never_changes();

-- A key stays its owner's, and what was taken out of use does not come back: a clone would come back with it.
create or replace function identity_security_key_moves_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.user_id <> old.user_id or new.credential_id <> old.credential_id or new.public_key <> old.public_key then
        raise exception 'a security key keeps its user and its public key' using errcode = 'insufficient_privilege';
    end if;
    if new.sign_count < old.sign_count then
        raise exception 'the sign counter of a security key never goes back' using errcode = 'insufficient_privilege';
    end if;
    if (old.removed_at is not null and new.removed_at is null)
       or (old.suspended_at is not null and new.suspended_at is null) then
        raise exception 'a security key taken out of use does not come back' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists security_key_moves_on on identity_securitykey;
create trigger security_key_moves_on before update on identity_securitykey
    for each row execute function identity_security_key_moves_on();

-- A certificate is one user's from its issue to its end.
create or replace function identity_certificate_moves_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.user_id <> old.user_id or new.authority_id <> old.authority_id or new.number <> old.number
       or new.fingerprint <> old.fingerprint then
        raise exception 'a certificate keeps its user' using errcode = 'insufficient_privilege';
    end if;
    if old.revoked_at is not null and new.revoked_at is null then
        raise exception 'a certificate that was taken back stays so' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists certificate_moves_on on identity_keycertificate;
create trigger certificate_moves_on before update on identity_keycertificate
    for each row execute function identity_certificate_moves_on();

-- An older list would bring back what a newer one has revoked.
create or replace function identity_revocation_list_moves_on() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if new.authority_id <> old.authority_id or new.this_update < old.this_update then
        raise exception 'a revocation list is replaced by a newer one only' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists revocation_list_moves_on on identity_revocationlist;
create trigger revocation_list_moves_on before update on identity_revocationlist
    for each row execute function identity_revocation_list_moves_on();
