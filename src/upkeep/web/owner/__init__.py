"""Pages of owners (业主): few, in plain words and big type, for a telephone."""
