-- {app} issues and closes papers; it never changes their houses and never forgets a bank's serial.
revoke update, delete, truncate on banking_bankserial from {app};
revoke update, delete, truncate on banking_payslipline from {app};
revoke update, delete, truncate on banking_paymentorderline from {app};
revoke delete, truncate on banking_payslip from {app};
revoke delete, truncate on banking_paymentorder from {app};
revoke delete, truncate on banking_custodyaccount from {app};
revoke delete, truncate on banking_bankreversal from {app};
