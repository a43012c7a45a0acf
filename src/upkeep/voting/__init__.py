"""Owners' votes (业主表决): frozen scope, ballots that are never overwritten, and a result that integers decide."""
