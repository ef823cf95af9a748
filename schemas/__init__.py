"""The contract: every message on every topic, how it is written to bytes and read back.

Imports inside this package are relative, so that the small wheel
`incident-timelines-schemas` can carry it to downstream services.
"""
