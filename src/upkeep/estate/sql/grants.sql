revoke delete, truncate on estate_service from {app};
revoke delete, truncate on estate_facility from {app};
revoke update, delete, truncate on estate_facilityevent from {app};
