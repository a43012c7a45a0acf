-- What a draft must have come to before it is published, and what of it stays from then on.
create or replace function repairs_draft_is_complete() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if old.stage <> 'NEW' and (new.emergency_cause, new.due_on, new.copied_from_id)
       is distinct from (old.emergency_cause, old.due_on, old.copied_from_id) then
        raise exception 'project %: what was published cannot change', old.number
            using errcode = 'insufficient_privilege';
    end if;
    if old.stage = 'NEW' and new.stage = 'NOTICE' then
        if new.kind = 'EMERGENCY' and new.emergency_cause = '' then
            raise exception 'project %: an emergency names its cause', new.number using errcode = 'check_violation';
        end if;
        perform 1 from repairs_projectfacility
          where project_id = new.id and (budget_fen = 0 or content = '' or contractor = '');
        if found then
            raise exception 'project %: a facility lacks its budget, content or contractor', new.number
                using errcode = 'check_violation';
        end if;
        perform 1 from repairs_typedpage where project_id = new.id;
        if found then
            raise exception 'project %: a page of it is not mended', new.number using errcode = 'check_violation';
        end if;
    end if;
    return new;
end $$;
drop trigger if exists draft_is_complete on repairs_repairproject;
create trigger draft_is_complete before update on repairs_repairproject
    for each row execute function repairs_draft_is_complete();

-- The papers of a project are those it was published with.
create or replace function repairs_papers_are_frozen() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    project bigint := coalesce(new.project_id, old.project_id);
begin
    perform 1 from (select p.stage from repairs_repairproject p where p.id = project for share) asked
      where asked.stage <> 'NEW';
    if found then
        raise exception '% on % is refused: the project is published', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    return coalesce(new, old);
end $$;
drop trigger if exists papers_are_frozen on repairs_projectpaper;
create trigger papers_are_frozen before insert or delete on repairs_projectpaper
    for each row execute function repairs_papers_are_frozen();
drop trigger if exists typed_pages_are_of_drafts on repairs_typedpage;
create trigger typed_pages_are_of_drafts before insert or update on repairs_typedpage
    for each row execute function repairs_papers_are_frozen();
