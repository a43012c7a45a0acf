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

-- A vote that is decided takes no ballot. Online ballots come before the closing minute and while the vote is open; paper may be
-- entered until the result is counted, and corrected afterwards only with a note that says why.
create or replace function voting_decided_takes_no_ballot() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    -- FOR SHARE waits for whoever is closing the vote, then sees it closed.
    perform 1
       from (select v.state
               from voting_vote v
              where v.id in (select h.vote_id from added a join voting_votehouse h on h.id = a.vote_house_id)
                for share) asked
      where asked.state not in ('OPEN', 'OBJECTION');
    if found then
        raise exception 'the vote is decided and takes no ballot any more' using errcode = 'insufficient_privilege';
    end if;
    perform 1
       from added a
       join voting_votehouse h on h.id = a.vote_house_id
       join voting_vote v on v.id = h.vote_id
      where a.at < v.opened_at
         or (v.state = 'OBJECTION' and (a.channel = 'ONLINE' or a.note = ''))
         or (a.channel = 'ONLINE' and (v.channel = 'PAPER' or a.at >= v.closes_at))
         or (a.channel = 'PAPER' and (v.channel = 'ONLINE' or v.entry = 'TOTALS'));
    if found then
        raise exception 'the vote does not take this ballot: too early, too late or by a way that it does not have'
            using errcode = 'insufficient_privilege';
    end if;
    -- A proxy votes for the house that he was named for, a receipt lists ballots of its own vote, an online ballot is its author's.
    perform 1
       from added a
       join voting_votehouse h on h.id = a.vote_house_id
       left join voting_voteproxy p on p.id = a.proxy_id
       left join voting_votereceipt r on r.id = a.receipt_id
      where (a.proxy_id is not null and (p.vote_house_id <> a.vote_house_id or p.ended_at is not null))
         or (a.proxy_id is not null and a.channel = 'ONLINE' and p.delegate_id is distinct from a.by_user_id)
         or (a.receipt_id is not null and (r.vote_id <> h.vote_id or r.user_id <> a.by_user_id));
    if found then
        raise exception 'the ballot names a proxy or a receipt that is not its own' using errcode = 'insufficient_privilege';
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
    if old.state not in ('OPEN', 'OBJECTION') then
        raise exception 'vote % is decided and cannot change', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.state = 'OBJECTION' and new.state = 'OPEN' then
        raise exception 'vote % is counted and does not open again', old.id using errcode = 'insufficient_privilege';
    end if;
    if old.objects_until is not null and new.objects_until is distinct from old.objects_until then
        raise exception 'vote %: the days for objections are announced and stay', old.id
            using errcode = 'insufficient_privilege';
    end if;
    if (new.source, new.title, new.rule, new.house_count, new.total_dm2, new.total_people, new.opened_at, new.closes_at,
        new.channel, new.entry, new.precedence, new.objection_days)
       is distinct from
       (old.source, old.title, old.rule, old.house_count, old.total_dm2, old.total_people, old.opened_at, old.closes_at,
        old.channel, old.entry, old.precedence, old.objection_days)
    then
        raise exception 'vote %: matter, rule and scope never change', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists vote_stays_as_decided on voting_vote;
create trigger vote_stays_as_decided before update or delete on voting_vote
    for each row execute function voting_vote_stays_as_decided();

-- Receipts, totals and what an owner objected to are only added to; a proxy can only be ended, an objection only be answered.
drop trigger if exists receipt_is_append_only on voting_votereceipt;
create trigger receipt_is_append_only before update or delete on voting_votereceipt
    for each row execute function voting_is_append_only();
drop trigger if exists totals_are_append_only on voting_votetotals;
create trigger totals_are_append_only before update or delete on voting_votetotals
    for each row execute function voting_is_append_only();

create or replace function voting_proxy_only_ends() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'DELETE' or old.ended_at is not null
       or (new.vote_house_id, new.name, new.id_number, new.id_hash, new.relation, new.delegate_id, new.evidence_id,
           new.by_user_id, new.at)
          is distinct from
          (old.vote_house_id, old.name, old.id_number, old.id_hash, old.relation, old.delegate_id, old.evidence_id,
           old.by_user_id, old.at)
    then
        raise exception 'proxy %: it can only be ended, once', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists proxy_only_ends on voting_voteproxy;
create trigger proxy_only_ends before update or delete on voting_voteproxy
    for each row execute function voting_proxy_only_ends();

create or replace function voting_objection_is_answered_once() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
    if tg_op = 'INSERT' then
        perform 1
           from voting_vote v
           join voting_votehouse h on h.vote_id = v.id
          where h.id = new.vote_house_id and v.state = 'OBJECTION';
        if not found then
            raise exception 'objections are taken only between the count and the decision'
                using errcode = 'insufficient_privilege';
        end if;
    elsif tg_op = 'DELETE' or old.answered_at is not null
       or (new.vote_house_id, new.user_id, new.text, new.at)
          is distinct from (old.vote_house_id, old.user_id, old.text, old.at)
    then
        raise exception 'objection %: it can only be answered, once', old.id using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
drop trigger if exists objection_is_answered_once on voting_voteobjection;
create trigger objection_is_answered_once before insert or update or delete on voting_voteobjection
    for each row execute function voting_objection_is_answered_once();

-- Sums of a signed sheet lie within the scope, belong to a vote that takes sums, and a scan of the sheet is there.
create or replace function voting_totals_fit() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    asked voting_vote;
begin
    select * into asked from voting_vote where id = new.vote_id for share;
    if asked.entry <> 'TOTALS' or asked.state not in ('OPEN', 'OBJECTION') or new.at < asked.opened_at
       or (asked.state = 'OBJECTION' and new.note = '')
    then
        raise exception 'vote % takes no totals (any more)', new.vote_id using errcode = 'insufficient_privilege';
    end if;
    if new.agreed_dm2 + new.against_dm2 + new.abstained_dm2 > asked.total_dm2
       or new.agreed_people + new.against_people + new.abstained_people > asked.total_people
    then
        raise exception 'vote %: totals beyond its scope', new.vote_id using errcode = 'check_violation';
    end if;
    perform 1 from voting_voteevidence where vote_id = new.vote_id;
    if not found then
        raise exception 'vote %: totals need a scan of the signed sheet', new.vote_id using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists totals_fit on voting_votetotals;
create trigger totals_fit before insert on voting_votetotals for each row execute function voting_totals_fit();
