revoke update, delete, truncate on repairs_projectevent from {app};
revoke update, delete, truncate on repairs_payeeaccount from {app};
revoke update, delete, truncate on repairs_projectcase from {app};
revoke delete, truncate on repairs_repairproject from {app};
revoke update, truncate on repairs_projecthouse, repairs_projectfacility, repairs_facilityshare, repairs_projectphase from {app};
-- Shares are replaced while the project is new; afterwards only what is counted beside them, and the settlement, change.
grant update (final_fen, final_fund_fen, final_unit_fen, final_outside_fen, ordered_fen, paid_fen, unit_ordered_fen, unit_paid_fen)
    on repairs_projecthouse to {app};
grant update (limit_fen, requested_fen, ordered_fen, paid_fen) on repairs_projectphase to {app};
