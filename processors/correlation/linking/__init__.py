"""Evidence: which incident does an event belong to, and why? Decides nothing for good."""
