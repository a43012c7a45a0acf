-- What organisations agreed to stays as they read it.
create or replace function identity_agreement_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: an agreement is changed by a new version', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists agreement_is_append_only on identity_agreementversion;
create trigger agreement_is_append_only before update or delete on identity_agreementversion
    for each row execute function identity_agreement_is_append_only();
drop trigger if exists agreement_is_not_emptied on identity_agreementversion;
create trigger agreement_is_not_emptied before truncate on identity_agreementversion
    for each statement execute function identity_agreement_is_append_only();

-- An account's enrolment says who its holder is and what he proved.
create or replace function identity_activated_enrolment_stays() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if old.user_id is not null then
        raise exception 'enrolment % has become an account and cannot change', old.id
            using errcode = 'insufficient_privilege';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;

drop trigger if exists activated_enrolment_stays on identity_enrolment;
create trigger activated_enrolment_stays before update or delete on identity_enrolment
    for each row execute function identity_activated_enrolment_stays();
