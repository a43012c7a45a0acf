"""Rules about the code itself, so that the next file obeys them too. None needs a database."""
