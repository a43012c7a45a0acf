revoke update, delete, truncate on identity_agreementversion from {app};
revoke truncate on identity_enrolment from {app};
-- {app} adds to the log of the keys and takes keys out of use; it forgets none.
revoke update, delete, truncate on identity_keyevent from {app};
revoke delete, truncate on identity_securitykey from {app};
revoke delete, truncate on identity_keycertificate from {app};
revoke delete, truncate on identity_certificateauthority from {app};
revoke delete, truncate on identity_revocationlist from {app};
