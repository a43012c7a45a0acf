-- What an office wrote, attached and published stays as it was; a publication is only withdrawn, once.
create or replace function publishing_article_never_changes() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: what was written for the public is kept as it was', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

create or replace function publishing_publication_is_only_withdrawn() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if old.withdrawn_at is not null or new.withdrawn_at is null
        or (to_jsonb(old) - '{withdrawn_at,withdrawn_by_id,withdrawn_because}'::text[])
           is distinct from (to_jsonb(new) - '{withdrawn_at,withdrawn_by_id,withdrawn_because}'::text[]) then
        raise exception 'a publication can only be withdrawn, and once'
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

-- A publication shows a version of its own article.
create or replace function publishing_publication_is_of_its_article() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if not exists (select from publishing_articleversion as v
                   where v.id = new.version_id and v.article_id = new.article_id) then
        raise exception 'the version published is not one of the article'
            using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end $$;

do $$
declare one text;
begin
    foreach one in array array['article', 'articlefile', 'articleversion'] loop
        execute format('drop trigger if exists %s_never_changes on publishing_%s', one, one);
        execute format('create trigger %s_never_changes before update or delete on publishing_%s
                        for each row execute function publishing_article_never_changes()', one, one);
    end loop;
    foreach one in array array['article', 'articlefile', 'articleversion', 'publication'] loop
        execute format('drop trigger if exists %s_is_not_emptied on publishing_%s', one, one);
        execute format('create trigger %s_is_not_emptied before truncate on publishing_%s
                        for each statement execute function publishing_article_never_changes()', one, one);
    end loop;
end $$;

drop trigger if exists publication_is_only_withdrawn on publishing_publication;
create trigger publication_is_only_withdrawn before update on publishing_publication
    for each row execute function publishing_publication_is_only_withdrawn();
drop trigger if exists publication_is_not_deleted on publishing_publication;
create trigger publication_is_not_deleted before delete on publishing_publication
    for each row execute function publishing_article_never_changes();
drop trigger if exists publication_is_of_its_article on publishing_publication;
create trigger publication_is_of_its_article before insert on publishing_publication
    for each row execute function publishing_publication_is_of_its_article();
