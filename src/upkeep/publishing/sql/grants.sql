revoke update, delete, truncate on publishing_publicnotice from {app};
-- An article's row is locked by whoever saves or publishes it, which takes the right to update; its trigger refuses.
revoke delete, truncate on publishing_article from {app};
revoke update, delete, truncate on publishing_articlefile, publishing_articleversion from {app};
revoke delete, truncate on publishing_publication from {app};
-- An objection's row is locked and counted by whoever changes or answers it; its trigger says how far.
revoke delete, truncate on publishing_objection from {app};
revoke update, delete, truncate on publishing_objectiontext, publishing_objectionanswer from {app};
