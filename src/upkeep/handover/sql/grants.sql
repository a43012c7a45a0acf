-- {app} keeps hand-overs and filings for ever.
revoke delete, truncate on handover_handover from {app};
revoke update, delete, truncate on handover_handoverline from {app};
revoke update, delete, truncate on handover_usefiling from {app};
