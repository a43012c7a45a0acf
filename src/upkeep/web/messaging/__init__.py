"""Pages of messages: one's own, what left the house by SMS and e-mail, and the demo's telephone and mailbox."""
