-- {app} owes and pays; it never forgets what is owed.
revoke delete, truncate on treasury_payout from {app};
revoke delete, truncate on treasury_refund from {app};
revoke delete, truncate on treasury_payoutbatch from {app};
revoke delete, truncate on treasury_payoutbatchline from {app};
