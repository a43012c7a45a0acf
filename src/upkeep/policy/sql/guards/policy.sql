-- A policy that was in force stays what it was: only its last day is ever set, and its end taken back.
create or replace function policy_value_never_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        if not upper_inf(old.in_force) then
            raise exception 'policy % is refused deletion: it has been in force', old.id
                using errcode = 'insufficient_privilege';
        end if;
        return old;
    end if;
    if new.jurisdiction_id <> old.jurisdiction_id or new.kind <> old.kind or new.scope <> old.scope
       or new.value <> old.value or new.basis <> old.basis or lower(new.in_force) <> lower(old.in_force) then
        raise exception 'policy % is refused the change: set a new value from a later day', old.id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists policy_value_never_changes on policy_policy;
create trigger policy_value_never_changes before update or delete on policy_policy
    for each row execute function policy_value_never_changes();

-- The book of changes: what was asked never changes, what was decided is decided, nothing is taken out.
create or replace function policy_change_is_decided_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op <> 'UPDATE' then
        raise exception '% on % is refused: the history of policies is append-only', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if old.state <> 'WAITING' or new.state = 'WAITING' then
        raise exception 'policy change % is decided already', old.id using errcode = 'insufficient_privilege';
    end if;
    if (new.jurisdiction_id, new.kind, new.scope, new.act, new.before, new.value, new.valid_from, new.basis,
        new.proposed_by_id, new.proposed_at)
       is distinct from
       (old.jurisdiction_id, old.kind, old.scope, old.act, old.before, old.value, old.valid_from, old.basis,
        old.proposed_by_id, old.proposed_at) then
        raise exception 'policy change %: what was proposed never changes', old.id
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists policy_change_is_decided_once on policy_policychange;
create trigger policy_change_is_decided_once before update or delete on policy_policychange
    for each row execute function policy_change_is_decided_once();
drop trigger if exists policy_changes_are_not_emptied on policy_policychange;
create trigger policy_changes_are_not_emptied before truncate on policy_policychange
    for each statement execute function policy_change_is_decided_once();
