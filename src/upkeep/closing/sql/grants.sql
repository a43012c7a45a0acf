-- {app} closes and reopens books; it never forgets that it did.
revoke delete, truncate on closing_closingcase from {app};
revoke update, delete, truncate on closing_ledgeraudit from {app};
