"""The interface for banks' systems, and the office's pages of their keys."""
