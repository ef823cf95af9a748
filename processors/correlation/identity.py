"""Ids that follow from the log alone, so that every replay gives the same ones."""

from __future__ import annotations

from hashlib import blake2b

from schemas.event import AnyEvent


def _short(*parts: str) -> str:
    # the unit separator cannot stand in an identifier, so no two lists of parts give one text
    return blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()


def incident_id_of(region: str, founding_event: str, cause: str | None = None) -> str:
    """The id of the incident that an event founds.

    cause: of a piece that was split off: the command, or the correction, that split it. The same founding
    event may found a piece twice in its life, and the two must differ.
    """
    return f"inc-{_short(region, founding_event, *([cause] if cause else []))}"


def claim_id_of(about: str, subject: str, speaker_key: str, value_key: str) -> str:
    """Unique within an incident. The incident has no part in it: a merge keeps the ids of claims."""
    return f"clm-{_short(about, subject, speaker_key, value_key)}"


def fingerprint_of(event: AnyEvent) -> str:
    """Of what the report says. A producer that sends a report again stamps it anew: `recorded_at` does not count."""
    said = event.model_dump_json(exclude={"recorded_at"}, exclude_none=True)
    return blake2b(said.encode(), digest_size=10).hexdigest()
