"""Pages of repair projects: the starter's wizard and acts, and the office's view of the same."""
