"""What the public may read: notices of repair projects (公示), kept exactly as they were published."""
