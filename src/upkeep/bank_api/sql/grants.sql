-- {app} takes messages in and forgets old nonces; keys and messages stay.
revoke update, delete, truncate on bank_api_bankmessage from {app};
revoke update, truncate on bank_api_banknonce from {app};
revoke delete, truncate on bank_api_bankkey from {app};
revoke delete, truncate on bank_api_refusedcalls from {app};
