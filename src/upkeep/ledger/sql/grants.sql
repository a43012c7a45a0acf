-- What the serving role may do: add and read. Balances, held amounts, day totals, closed days and transaction numbers are
-- written by triggers alone. {app} is replaced by the role's name when the guards are installed.
revoke all on all tables in schema ledger from {app};
grant usage on schema ledger to {app};
grant select on all tables in schema ledger to {app};
grant insert (area_id) on ledger.book to {app};
grant insert (id, fund) on ledger.custody to {app};
grant insert (area_id, custody_id, code) on ledger.account to {app};
grant insert (id, area_id), update (closed_on) on ledger.sub_account to {app};
grant insert (id, area_id, source, reason, fund, booked_on, reverses, line_count, content) on ledger.entry to {app};
grant insert (entry_id, line_no, area_id, booked_on, custody_id, code, sub_account_id, debit_fen, credit_fen) on ledger.line to {app};
grant insert (id, area_id, sub_account_id, source, amount_fen, created_at), update (released_at) on ledger.hold to {app};
grant insert (area_id, through, closed_at, closed_by), update (reopened_at, reopened_by) on ledger.period to {app};
grant insert (entry_id, area_id, month, number) on ledger.voucher to {app};
revoke all on function ledger.lock_books(bigint[]) from public;
grant execute on function ledger.lock_books(bigint[]) to {app};
