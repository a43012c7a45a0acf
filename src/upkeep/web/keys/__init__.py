"""Hardware keys (密钥): one's own, the login step, login by USB key, confirming the operator, giving keys out."""
