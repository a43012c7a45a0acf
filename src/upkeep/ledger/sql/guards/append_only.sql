-- Nothing in the journal is changed or deleted, by anyone. The owner, too, must drop these triggers first, and the manifest of
-- guards shows it.
create or replace function ledger.append_only() returns trigger language plpgsql as $$
begin
    raise exception '% on % is refused: the journal is append-only', tg_op, tg_table_name
        using errcode = 'insufficient_privilege';
end $$;

drop trigger if exists append_only on ledger.entry;
create trigger append_only before update or delete on ledger.entry for each row execute function ledger.append_only();
drop trigger if exists append_only on ledger.line;
create trigger append_only before update or delete on ledger.line for each row execute function ledger.append_only();
drop trigger if exists append_only on ledger.account;
create trigger append_only before update or delete on ledger.account for each row execute function ledger.append_only();
drop trigger if exists append_only on ledger.voucher;
create trigger append_only before update or delete on ledger.voucher for each row execute function ledger.append_only();
drop trigger if exists append_only on ledger.custody;
create trigger append_only before update or delete on ledger.custody for each row execute function ledger.append_only();
drop trigger if exists append_only_delete on ledger.sub_account;
create trigger append_only_delete before delete on ledger.sub_account for each row execute function ledger.append_only();
drop trigger if exists append_only_delete on ledger.book;
create trigger append_only_delete before delete on ledger.book for each row execute function ledger.append_only();
drop trigger if exists append_only_delete on ledger.day_total;
create trigger append_only_delete before delete on ledger.day_total for each row execute function ledger.append_only();
drop trigger if exists append_only_delete on ledger.hold;
create trigger append_only_delete before delete on ledger.hold for each row execute function ledger.append_only();
drop trigger if exists append_only_delete on ledger.period;
create trigger append_only_delete before delete on ledger.period for each row execute function ledger.append_only();

drop trigger if exists append_only_truncate on ledger.entry;
create trigger append_only_truncate before truncate on ledger.entry for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.line;
create trigger append_only_truncate before truncate on ledger.line for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.account;
create trigger append_only_truncate before truncate on ledger.account for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.sub_account;
create trigger append_only_truncate before truncate on ledger.sub_account for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.book;
create trigger append_only_truncate before truncate on ledger.book for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.day_total;
create trigger append_only_truncate before truncate on ledger.day_total for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.hold;
create trigger append_only_truncate before truncate on ledger.hold for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.period;
create trigger append_only_truncate before truncate on ledger.period for each statement execute function ledger.append_only();
drop trigger if exists append_only_truncate on ledger.voucher;
create trigger append_only_truncate before truncate on ledger.voucher for each statement execute function ledger.append_only();
