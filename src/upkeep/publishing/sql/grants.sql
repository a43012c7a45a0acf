revoke update, delete, truncate on publishing_publicnotice from {app};
