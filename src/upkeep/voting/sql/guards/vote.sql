-- A vote's scope is frozen, its ballots are append-only, and a decided vote stays as it was decided.
create or replace function voting_is_append_only() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    raise exception '% on % is refused: scope, ballots and evidence of a vote are append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists vote_house_is_append_only on voting_votehouse;
create trigger vote_house_is_append_only before update or delete on voting_votehouse
    for each row execute function voting_is_append_only();
drop trigger if exists vote_house_is_not_emptied on voting_votehouse;
create trigger vote_house_is_not_emptied before truncate on voting_votehouse
    for each statement execute function voting_is_append_only();
drop trigger if exists ballot_is_append_only on voting_ballot;
create trigger ballot_is_append_only before update or delete on voting_ballot
    for each row execute function voting_is_append_only();
drop trigger if exists ballot_is_not_emptied on voting_ballot;
create trigger ballot_is_not_emptied before truncate on voting_ballot
    for each statement execute function voting_is_append_only();
drop trigger if exists evidence_is_append_only on voting_voteevidence;
create trigger evidence_is_append_only before update or delete on voting_voteevidence
    for each row execute function voting_is_append_only();

-- No house joins a scope that is complete: the vote's totals, which never change, say when it is.
create or replace function voting_scope_is_frozen() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong bigint;
begin
    select v.id into wrong
      from voting_vote v
      join voting_votehouse h on h.vote_id = v.id
     where v.id in (select distinct vote_id from added)
     group by v.id, v.house_count, v.total_dm2
    having count(*) > v.house_count or sum(h.area_dm2) > v.total_dm2
     limit 1;
    if wrong is not null then
        raise exception 'vote %: its scope is frozen, no house can be added', wrong
            using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
drop trigger if exists vote_scope_is_frozen on voting_votehouse;
create trigger vote_scope_is_frozen after insert on voting_votehouse
    referencing new table as added for each statement execute function voting_scope_is_frozen();

create or replace function voting_decided_takes_no_ballot() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    -- FOR SHARE waits for whoever is closing the vote, then sees it closed.
    perform 1
       from (select v.state
               from voting_vote v
              where v.id in (select h.vote_id from added a join voting_votehouse h on h.id = a.vote_house_id)
                for share) asked
      where asked.state <> 'OPEN';
    if found then
        raise exception 'the vote is decided and takes no ballot any more' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
drop trigger if exists decided_vote_takes_no_ballot on voting_ballot;
create trigger decided_vote_takes_no_ballot after insert on voting_ballot
    referencing new table as added for each statement execute function voting_decided_takes_no_ballot();

create or replace function voting_vote_stays_as_decided() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' then
        raise exception 'vote % is refused deletion', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.state <> 'OPEN' then
        raise exception 'vote % is decided and cannot change', old.id using errcode = 'insufficient_privilege';
    end if;
    if (new.source, new.title, new.rule, new.house_count, new.total_dm2, new.total_people, new.opened_at, new.channel)
       is distinct from
       (old.source, old.title, old.rule, old.house_count, old.total_dm2, old.total_people, old.opened_at, old.channel)
    then
        raise exception 'vote %: matter, rule and scope never change', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists vote_stays_as_decided on voting_vote;
create trigger vote_stays_as_decided before update or delete on voting_vote
    for each row execute function voting_vote_stays_as_decided();
