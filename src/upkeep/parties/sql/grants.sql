revoke update, delete, truncate on parties_organisationchange from {app};
revoke update, delete, truncate on parties_userchange from {app};
revoke update, delete, truncate on parties_administrationevent from {app};
revoke delete, truncate on parties_jurisdiction from {app};
revoke delete, truncate on parties_office from {app};
