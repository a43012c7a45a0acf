"""Browser walks through the running product: server, worker and database as `./run` starts them."""
