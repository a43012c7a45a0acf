revoke update, delete, truncate on voting_votehouse from {app};
revoke update, delete, truncate on voting_ballot from {app};
revoke update, delete, truncate on voting_voteevidence from {app};
revoke delete, truncate on voting_vote from {app};
revoke update, delete, truncate on voting_votereceipt from {app};
revoke update, delete, truncate on voting_votetotals from {app};
revoke delete, truncate on voting_voteproxy from {app};
revoke delete, truncate on voting_voteobjection from {app};
