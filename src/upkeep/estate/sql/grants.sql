revoke delete, truncate on estate_service from {app};
revoke update, delete, truncate on estate_houselineage from {app};
