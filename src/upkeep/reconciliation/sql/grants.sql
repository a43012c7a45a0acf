-- {app} keeps what the bank said and what people did about it; nothing of it is forgotten.
revoke delete, truncate on reconciliation_bankstatement from {app};
revoke delete, truncate on reconciliation_bankline from {app};
revoke delete, truncate on reconciliation_bookmovement from {app};
revoke delete, truncate on reconciliation_match from {app};
revoke delete, truncate on reconciliation_differenceact from {app};
