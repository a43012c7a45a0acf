-- {role} issues and closes papers; it never changes their houses and never forgets a bank's serial.
revoke update, delete, truncate on banking_bankserial from {role};
revoke update, delete, truncate on banking_payslipline from {role};
revoke update, delete, truncate on banking_paymentorderline from {role};
revoke delete, truncate on banking_payslip from {role};
revoke delete, truncate on banking_paymentorder from {role};
revoke delete, truncate on banking_custodyaccount from {role};
