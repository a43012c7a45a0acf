revoke update, delete, truncate on casework_caseevent from {role};
revoke delete, truncate on casework_case from {role};
