-- {app} numbers receipts and makes them void; it never takes a number back.
revoke delete, truncate on deposits_receiptbook from {app};
revoke delete, truncate on deposits_receipt from {app};
-- What was asked of houses, and since when they owed it, is kept.
revoke delete, truncate on deposits_arrears, deposits_furtherplan, deposits_furthershare, deposits_letterbatch from {app};
revoke update, delete, truncate on deposits_demandletter from {app};
revoke delete, truncate on deposits_houseprice from {app};
