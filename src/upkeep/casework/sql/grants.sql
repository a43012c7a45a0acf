revoke update, delete, truncate on casework_caseevent from {app};
revoke delete, truncate on casework_case from {app};
revoke delete, truncate on casework_originalsreminder from {app};
