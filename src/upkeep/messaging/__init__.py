"""Messages to people: in the pages, by e-mail, by SMS; one text per event, sent after the change that caused it, once."""
