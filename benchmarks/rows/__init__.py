"""Rows of two coded databases about the same incidents: made, linked, and scored. `python -m benchmarks.rows`."""
