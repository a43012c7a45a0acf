"""What is kept of proofs of identity."""
