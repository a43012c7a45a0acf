revoke update, delete, truncate on parties_organisationchange from {app};
revoke update, delete, truncate on parties_userchange from {app};
