"""The generic pages that serve every procedure: begin, fill in, hand in, decide, print, list."""
