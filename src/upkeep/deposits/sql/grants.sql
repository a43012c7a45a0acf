-- {app} numbers receipts and makes them void; it never takes a number back.
revoke delete, truncate on deposits_receiptbook from {app};
revoke delete, truncate on deposits_receipt from {app};
