-- What has left stays as it is, and its key stays taken: otherwise the same message could leave a second time.
create or replace function messaging_sent_stays_sent() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'TRUNCATE' then
        raise exception 'emptying % is refused', tg_table_name using errcode = 'insufficient_privilege';
    end if;
    if tg_op = 'DELETE' then
        raise exception 'message % is refused deletion', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.state = 'SENT' then
        raise exception 'message % has been sent and cannot change', old.id using errcode = 'insufficient_privilege';
    end if;
    if (new.channel, new.key, new.address_hash) is distinct from (old.channel, old.key, old.address_hash) then
        raise exception 'message %: key and address cannot change', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists outbox_sent_stays_sent on messaging_outbox;
create trigger outbox_sent_stays_sent before update or delete on messaging_outbox
    for each row execute function messaging_sent_stays_sent();
drop trigger if exists outbox_is_not_emptied on messaging_outbox;
create trigger outbox_is_not_emptied before truncate on messaging_outbox
    for each statement execute function messaging_sent_stays_sent();
