"""What the worker does: the one task of the queue, and the handlers of jobs. A new handler is a new file here."""
