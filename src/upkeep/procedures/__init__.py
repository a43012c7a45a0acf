"""One file per business procedure. Adding one touches no existing file."""
