"""An incident whose events go a few a record takes nothing in meanwhile: a report that suits it founds another."""

from __future__ import annotations

from dataclasses import replace

from processors.correlation.identity import incident_id_of
from tests.builders import REGION, a_decision, a_log, an_attack
from tests.random_logs import TIGHT, a_core


def test_a_report_that_suits_what_is_half_forgotten_founds_an_incident() -> None:
    first = incident_id_of(REGION, "e1")
    log = a_log(
        [
            *(an_attack("00:00", event_id=event_id, headline="Blast") for event_id in ("e1", "e2", "e3")),
            a_decision("close", "12:00", incidents=[first]),
            an_attack("+10d 00:00", "Lagos", event_id="e4", headline="Blast"),
            an_attack("00:01", event_id="e5", headline="Blast"),
        ]
    )
    core = a_core(replace(TIGHT, remembered=0))
    homes = {}
    for record in log:
        homes.update({entry.event_id: entry.incident_id for entry in core.apply(record).entries})
    assert homes["e1"] == homes["e2"] == homes["e3"] == first
    assert homes["e5"] != first
