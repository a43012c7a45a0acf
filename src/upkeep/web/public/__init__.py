"""Pages for everyone: login, the way out, the page for old browsers."""
