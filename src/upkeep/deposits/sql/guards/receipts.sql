-- Receipt numbers have no gaps: a book gives out the next ones, every one of them becomes a receipt, none is taken back.
create or replace function deposits_receipts_follow_their_book() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    wrong text;
begin
    select b.code || ' ' || n.least || '-' || n.most into wrong
    from (select book_id, min(number) as least, max(number) as most, count(*) as numbers from added group by book_id) n
    join deposits_receiptbook b on b.id = n.book_id
    where n.most - n.least + 1 <> n.numbers
       or n.least < b.first or n.most > b.last
       or (n.least > b.first and not exists (
               select from deposits_receipt r where r.book_id = n.book_id and r.number = n.least - 1))
    limit 1;
    if wrong is not null then
        raise exception 'receipt numbers % leave a gap or lie outside their book', wrong
            using errcode = 'check_violation', constraint = 'receipt_numbers_without_gaps';
    end if;
    return null;
end $$;

-- At commit: the last number a book has given out is a receipt, and none has been used beyond it.
create or replace function deposits_book_numbers_are_used() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    highest bigint;
    given bigint;
    begins bigint;
begin
    select next - 1, first into given, begins from deposits_receiptbook where id = new.id;
    select max(number) into highest from deposits_receipt where book_id = new.id;
    if coalesce(highest, begins - 1) <> given then
        raise exception 'book % has given out % but receipts go up to %', new.code, given, highest
            using errcode = 'check_violation', constraint = 'receipt_book_numbers_are_used';
    end if;
    return null;
end $$;

create or replace function deposits_book_only_advances() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['next', 'closed_at', 'closed_by_name', 'close_reason'];
begin
    if tg_op <> 'UPDATE' then
        raise exception '% on % is refused: a receipt book is kept', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if old.closed_at is not null then
        raise exception 'receipt book %: it is closed', old.code using errcode = 'insufficient_privilege';
    end if;
    if new.next < old.next or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable
       or (new.closed_at is not null and new.next <> old.next) then
        raise exception 'receipt book %: only its next number advances, until it is closed', old.code
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create or replace function deposits_receipt_is_kept() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
    changeable constant text[] := array['state', 'voided_at', 'voided_by_name', 'void_reason'];
begin
    if tg_op <> 'UPDATE' then
        raise exception '% on % is refused: make the receipt void instead', tg_op, tg_table_name
            using errcode = 'insufficient_privilege';
    end if;
    if old.state <> 'VALID' or to_jsonb(new) - changeable is distinct from to_jsonb(old) - changeable then
        raise exception 'receipt %: what was issued never changes, void stays void', old.number
            using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

drop trigger if exists receipts_follow_their_book on deposits_receipt;
create trigger receipts_follow_their_book after insert on deposits_receipt
    referencing new table as added for each statement execute function deposits_receipts_follow_their_book();
drop trigger if exists receipt_is_kept on deposits_receipt;
create trigger receipt_is_kept before update or delete on deposits_receipt
    for each row execute function deposits_receipt_is_kept();
drop trigger if exists receipt_is_not_emptied on deposits_receipt;
create trigger receipt_is_not_emptied before truncate on deposits_receipt
    for each statement execute function deposits_receipt_is_kept();

drop trigger if exists book_only_advances on deposits_receiptbook;
create trigger book_only_advances before update or delete on deposits_receiptbook
    for each row execute function deposits_book_only_advances();
drop trigger if exists book_is_not_emptied on deposits_receiptbook;
create trigger book_is_not_emptied before truncate on deposits_receiptbook
    for each statement execute function deposits_book_only_advances();
drop trigger if exists book_numbers_are_used on deposits_receiptbook;
create constraint trigger book_numbers_are_used after insert or update on deposits_receiptbook
    deferrable initially deferred for each row execute function deposits_book_numbers_are_used();
