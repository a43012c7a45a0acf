revoke delete, truncate on estate_service from {app};
