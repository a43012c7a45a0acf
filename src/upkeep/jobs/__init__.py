"""Background work: what takes long is put off by name, shows its progress, and is done once even when its worker dies.

Knows no business: handlers are registered from above. Refuses work of an unknown kind when it is asked for.
"""
