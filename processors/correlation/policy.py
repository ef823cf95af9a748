"""The figures by which incidents live, with their reasons; one frozen value, the same for every region."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

#: goes onto every head and update: which rules made it. Raise it whenever a rule here changes a timeline
CORE_VERSION: Final = "correlation-1"


@dataclass(frozen=True, slots=True)
class Policy:
    """Spans are measured on the log's clock, which is the greatest recorded_at of the region."""

    #: two news days without a word; reactions and new tolls come within two days of nearly every attack
    quiet_after: timedelta = timedelta(days=2)
    #: since the last activity. A gap of a day does not end a run of protests, a week does; two leave room for inquiries
    close_after: timedelta = timedelta(days=14)
    #: since closing. Until then all evidence is held, so that reports late by weeks find their incident
    digest_after: timedelta = timedelta(days=30)
    #: reports of a digest whose evidence stays until it is forgotten: arrests, trials and anniversaries find it by
    #: these. Three find less (docs/decisions/0077)
    digest_evidence: int = 10
    #: since closing. A year's return of the date, a hearing, an appeal wakes an incident, and the days count anew
    forget_after: timedelta = timedelta(days=580)
    #: digests of a region that are never forgotten, however old: a log that tells of years, and a region of which
    #: little is told, keep all they have (docs/decisions/0077). Of one report each, some 22 MB a region
    remembered: int = 2_000

    #: log-odds of a link that the report itself states (corrects, retracts): above any sum of evidence
    reference_score: float = 12.0
    #: log-odds of a link that a person states
    decided_score: float = 20.0

    #: one arrival rarely bridges more than two incidents; the next record goes on where this one stopped
    merges_per_record: int = 3
    #: a clock that jumps by weeks makes thousands of incidents due at once: the rest waits for the next record
    transitions_per_record: int = 1_000
    #: reports placed by a small margin are asked again when so much of the log's clock is over: what one hour brings
    #: comes in any order, and an hour later nobody has built on it yet
    settled_every: timedelta = timedelta(hours=1)
    #: of those, within one record: a look costs as much as a report. In the coded sets up to one report in three is
    #: asked again, three at a time at most; what is left of a busy hour waits for the next record
    looks_per_record: int = 4
    #: events whose evidence is let go, or that are forgotten, within one record
    sweeps_per_record: int = 256
    #: explanations asked anew after a merge; beyond these the entries keep the explanation they came with
    explained_per_merge: int = 200

    #: repeated commands come within minutes (a retry); this many are months of an analyst's work
    remembered_commands: int = 2_000
    #: corrections whose original has not come yet
    pending_corrections: int = 1_000
    #: corrections and retractions of one report, and of those, that are looked at: the newest. Three are rare
    corrections_of_one: int = 32
    #: incidents that a person keeps apart from this one
    kept_apart: int = 64
    #: what a head may name
    related: int = 50
    merged_from: int = 200
    background_in: int = 20
    #: a relation is said again only when its score moved by this much (log-odds): heads would flicker
    relation_drift: float = 1.0
    #: incidents that are asked within one record what they are related to, some 0.3 ms each: a person's pin may take
    #: from 200. Those beyond keep what stood until their next report
    relates_per_record: int = 64
    #: reports of one word that a speaker takes back: those beyond keep it, and with it the claim
    reports_taken_back: int = 50
    #: copies that follow an original which a correction moves
    moved_copies: int = 200

    #: a correction that moves a happening this far, or to another time, asks whether it still fits
    replace_beyond_km: float = 60.0
    replace_beyond: timedelta = timedelta(days=1)
