"""How a person proves who he is: passwords and their history, one-time codes, hardware keys, second factors."""
