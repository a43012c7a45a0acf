"""Sets up and runs the product: the embedded PostgreSQL, the web server, the worker. Knows nothing of the product."""
