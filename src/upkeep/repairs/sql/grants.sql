revoke update, delete, truncate on repairs_projectevent from {app};
revoke update, delete, truncate on repairs_payeeaccount from {app};
revoke update, delete, truncate on repairs_projectcase from {app};
revoke delete, truncate on repairs_repairproject from {app};
revoke update, truncate on repairs_projecthouse, repairs_projectfacility from {app};
