"""What banks may do over HTTP by their own programs: their keys, and every call they made."""
