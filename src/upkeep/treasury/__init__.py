"""What happens to houses' money when houses change: divided by a split or merge, paid back (返还) by a cancellation.

It refuses to lose or make a fen: what leaves a sub-account stands on others, or as a payable that names whom to pay.
"""
