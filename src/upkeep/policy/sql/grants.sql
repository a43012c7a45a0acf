revoke delete, truncate on policy_policychange from {app};
