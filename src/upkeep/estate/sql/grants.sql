revoke delete, truncate on estate_service from {app};
revoke update, delete, truncate on estate_houselineage from {app};
revoke update, delete, truncate on estate_housechange, estate_buildingchange from {app};
revoke delete, truncate on estate_ownership from {app};
revoke update, delete, truncate on estate_ownershipact from {app};
revoke update, delete, truncate on estate_ownercorrection from {app};
revoke update, delete, truncate on estate_ownerview from {app};
revoke update, delete, truncate on estate_areachange from {app};
