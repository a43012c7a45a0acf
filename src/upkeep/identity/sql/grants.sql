revoke update, delete, truncate on identity_agreementversion from {app};
revoke truncate on identity_enrolment from {app};
