"""Evidence: which incident does an event belong to, and why. Reads messages, keeps indexes, decides nothing for good."""
