revoke delete, truncate on estate_service from {app};
revoke update, delete, truncate on estate_houselineage from {app};
revoke update, delete, truncate on estate_housechange, estate_buildingchange from {app};
