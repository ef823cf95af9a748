"""Whatever happened to a report before and after: once it is redacted, its words stand nowhere."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.correlation import CannotApply, LogRecord
from schemas.codec import encode
from schemas.decision import Decision, Tick
from schemas.parts import Actor, Occurred
from schemas.timeline import Entry
from schemas.vocabulary import ActorRole
from tests.builders import REGION, a_decision
from tests.random_logs import TIGHT, a_core, logs


def _in_its_own_words(record: LogRecord) -> LogRecord:
    """The report with words that no other one has."""
    event = record.message
    if isinstance(event, Decision | Tick):
        return record
    words = f"<{event.event_id}>"
    occurred = event.occurred
    assert occurred is not None
    changes = {
        "headline": f"{event.headline} {words}",
        "text": words,
        "occurred": Occurred(**{**dict(occurred), "from_": occurred.from_, "as_reported": words}),
        "targets": (Actor(name=words, role=ActorRole.TARGET),),
    }
    fields = {name: value for name, value in changes.items() if name in type(event).model_fields}
    return replace(record, message=event.model_copy(update=fields))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(logs(most=40), st.integers(0, 10))
def test_nothing_of_a_redacted_report_is_left(log: list[LogRecord], days: int) -> None:
    """A person redacts all that there is, one report after the other. days: after the log"""
    # what is forgotten may be sent once more, with its words: not in this test
    core = a_core(replace(TIGHT, forget_after=timedelta(days=4_000)))
    entries: dict[str, Entry] = {}
    heads: dict[str, bytes] = {}

    def tell(record: LogRecord) -> None:
        changes = core.apply(record)
        entries.update((entry.event_id, entry) for entry in changes.entries)
        heads.update((incident_id, encode(core.head(incident_id))) for incident_id in changes.touched)

    for record in map(_in_its_own_words, log):
        with suppress(CannotApply):
            tell(record)
    redacted: list[bytes] = []
    for number, event_id in enumerate(list(entries)):
        redact = a_decision("redact", f"+{20 + days}d", events=[event_id], command_id=f"redact-{number}")
        tell(LogRecord(redact, REGION, 0, len(log) + number))
        redacted.append(f"<{event_id}>".encode())
        state = [each.value or b"" for each in core.dump()]
        for told in (*state, *map(encode, entries.values()), *heads.values()):
            assert not [words for words in redacted if words in told], told
