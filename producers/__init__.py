"""Feeds to the log: pure parsers, and the one Kafka producer."""
