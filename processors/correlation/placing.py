"""One report arrives: its home, its role, what it corrects or takes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from schemas.arrival import reported_at
from schemas.event import AnyEvent, StatementEvent
from schemas.timeline import EntryAdded, Link, Reason
from schemas.vocabulary import EntryRole, EventKind, Stance

from . import lifecycle
from .chains import settle, standing_about
from .changes import Step
from .clock import length, micros, said, spoken
from .copying import known_original, mark_copies
from .correcting import moves_it, place_again, take_back, take_words_back
from .facts import Speaker, assertions_of, relay_of, source_keys, speaker_of, when_of, where_of
from .identity import fingerprint_of, incident_id_of
from .incidents import EventState, IncidentState, Stage
from .linking.outlets import without_outlet
from .merging import draw_by_evidence, merge_by_evidence
from .moving import found
from .records import CannotApply
from .second_look import wait_for_the_hour
from .significance import marks_of
from .store import Pending
from .summary import is_core
from .titles import title_score


@dataclass(frozen=True, slots=True)
class Home:
    """Where a report goes. incident: None: it founds one. copied: the report it repeats. background: with scores.

    repeated_by: held reports of that incident that turn out to repeat it
    unsure: another order of arrival might have told otherwise: it is asked again
    """

    incident: IncidentState | None
    link: Link
    copied: EventState | None = None
    background: tuple[tuple[str, float], ...] = ()
    repeated_by: tuple[str, ...] = ()
    unsure: bool = False


def arrive(step: Step[Any], event: AnyEvent) -> None:
    """Raises CannotApply for an event_id that stands for another report already."""
    store = step.store
    known = store.events.get(event.event_id)
    fingerprint = fingerprint_of(event)
    if known is not None:
        if known.fingerprint != fingerprint:
            raise CannotApply(
                "event_id",
                f"{event.event_id} was reported with other content: send what changed as an event of its own "
                f"whose `corrects` names this one",
            )
        return

    features = store.linker.features(event)
    original = _original_of(step, event)
    was_named = store.settle_pending(event.event_id)
    named_by = standing_about(step, event.event_id) if was_named else []
    home = _home(step, event, features, original, named_by[-1] if named_by else None)
    seq = store.count_event()
    own = _own_id(step, event.event_id, seq)
    store.hold(event.event_id, features, seq, home.incident.incident_id if home.incident else own)
    if home.incident is None:
        home = _drawn_in(step, event.event_id, own, home)
    state = _state(step, event, fingerprint, home, seq, own)

    if home.incident is None:
        found(step, own, state)
    step.put_event(state)
    step.say(state.incident_id, EntryAdded(event_id=event.event_id, role=state.role, score=home.link.score))
    for other, score in home.background:
        background = EntryAdded(event_id=event.event_id, role=EntryRole.BACKGROUND, score=round(score, 6))
        step.say(other, background)
    _stir(step, state)
    mark_copies(step, state.event_id, home.repeated_by)

    if Stance.RETRACTS in state.stances and isinstance(event, StatementEvent):
        take_words_back(step, state, event)
    if (named := event.corrects or event.retracts) is not None and original is None:
        store.remember_pending(Pending(named.event_id, event.event_id, seq))
    if named is not None or was_named:
        _act_on_each_other(step, event.event_id, named_by)

    arrived = store.events[event.event_id]
    incident_id = merge_by_evidence(step, arrived.incident_id)
    draw_by_evidence(step, event.event_id)
    if home.unsure:
        wait_for_the_hour(step, arrived)
    step.regroup(incident_id, by_arrival=True)


def _own_id(step: Step[Any], event_id: str, seq: int) -> str:
    """The id of the incident that this event would found.

    An event that was forgotten and is sent once more, over nineteen months later, may meet the incident that it
    founded then.
    """
    own = incident_id_of(step.store.region, event_id)
    return own if step.incident(own) is None else incident_id_of(step.store.region, event_id, f"again-{seq}")


def _original_of(step: Step[Any], event: AnyEvent) -> EventState | None:
    named = event.corrects or event.retracts
    if named is None:
        return None
    if named.event_id == event.event_id:
        field = "corrects" if event.corrects else "retracts"
        raise CannotApply(f"{field}.event_id", "names the event itself: name the earlier report")
    return step.event(named.event_id)


def _home(
    step: Step[Any], event: AnyEvent, features: Any, original: EventState | None, correction: EventState | None
) -> Home:
    for stated, named in (("corrects" if event.corrects else "retracts", original), ("corrected by", correction)):
        if named is not None:
            incident = step.resolve(named.incident_id)
            assert incident is not None, f"{named.incident_id}, home of {named.event_id}, is not known"
            return Home(incident, _stated(step, stated, named.event_id))

    referred = (step.event(reference.event_id) for reference in event.refers_to)
    homes = (step.resolve(earlier.incident_id) for earlier in referred if earlier is not None)
    referred_to = tuple(dict.fromkeys(incident.incident_id for incident in homes if incident is not None))
    placement = step.store.linker.place(features, now=step.moment, named=referred_to)
    step.candidates = placement.candidates
    incident = None
    if placement.incident_id is not None:
        incident = step.resolve(placement.incident_id)
        assert incident is not None, f"the linker chose {placement.incident_id}, which is not known"
    copied, link = _first_original(step, placement.copy_of), placement.link
    if copied is not None and _is_withdrawn(step, copied):
        copied = None  # a person withdrew all that it repeats: it is heard as a report of its own
    if incident is None and copied is not None:
        # a copy founds nothing: it tells what the report it repeats told
        incident, link = step.resolve(copied.incident_id), _stated(step, "copy of", copied.event_id)
    if copied is None:
        copied = known_original(step, placement.copies)
    background: dict[str, float] = {}
    for name, score in placement.background_in:
        other = step.resolve(name)
        if other is not None and (incident is None or other.incident_id != incident.incident_id):
            background.setdefault(other.incident_id, score)
    for name in referred_to:  # it says itself that it speaks of them
        if incident is None or name != incident.incident_id:
            background.setdefault(name, step.store.policy.reference_score)
    repeated_by = placement.copies if copied is None else ()
    unsure = placement.unsure and copied is None and not referred_to
    return Home(
        incident, link, copied, tuple(background.items())[: step.store.policy.background_in], repeated_by, unsure
    )


def _stated(step: Step[Any], what: str, event_id: str) -> Link:
    """A link that needs no weighing: the report names the other, or is the other."""
    score = step.store.policy.reference_score
    return Link(score=score, reasons=(Reason(feature=what, value=event_id, contribution=score),))


def _drawn_in(step: Step[Any], event_id: str, own: str, alone: Home) -> Home:
    """Where a report that no incident was good enough for is drawn at once by an established story.

    Its own incident is then never opened: nobody should have to follow an id that lived for no time.
    """
    proposal = step.store.linker.merge_of(own, now=step.moment)
    if proposal is None:
        return alone
    other = step.resolve(proposal.other if proposal.one == own else proposal.one)
    assert other is not None, f"the linker would merge {own} with {proposal}, which is not known"
    if other.retracted_by is not None:
        return alone
    step.store.move_evidence(event_id, own, other.incident_id)
    link = step.store.explanation(event_id, step.moment)
    background = tuple(told for told in alone.background if told[0] != other.incident_id)
    return replace(alone, incident=other, link=link if link is not None else alone.link, background=background)


def _first_original(step: Step[Any], copy_of: str | None) -> EventState | None:
    """A copy of a copy is a copy of the first; that one is known by its own state, since copies never chain."""
    copied = step.event(copy_of) if copy_of is not None else None
    if copied is not None and copied.copy_of is not None:
        return step.event(copied.copy_of) or copied
    return copied


def _is_withdrawn(step: Step[Any], event: EventState) -> bool:
    home = step.resolve(event.incident_id)
    return home is not None and home.retracted_by is not None


def _state(step: Step[Any], event: AnyEvent, fingerprint: str, home: Home, seq: int, own: str) -> EventState:
    store, copied, incident = step.store, home.copied, home.incident
    incident_id = incident.incident_id if incident else own
    speaker, at, sources = speaker_of(event), micros(reported_at(event)), source_keys(event)
    said_at = at
    if copied is not None:
        # the copy of an old story, published late, says nothing new: its words count from when they were first said
        said_at = min(at, copied.at)
        sources = tuple(dict.fromkeys((*sources, copied.sources[0])))
        if not speaker.key.startswith("p:"):
            speaker = Speaker(copied.speaker_key, speaker.name, True)
    core = is_core(event.kind, speaker.key, incident)
    role = _role(event, core, copied)
    assertions = () if event.retracts else assertions_of(event, speaker, said_at)
    headline = without_outlet(event.headline, event.source.publisher)  # for titles; the entry shows it as reported
    roster = store.roster(incident_id) if incident is not None else None
    state = EventState(
        event_id=event.event_id,
        seq=seq,
        incident_id=incident_id,
        kind=EventKind(event.kind),
        fingerprint=fingerprint,
        at=at,
        publisher=event.source.publisher,
        origin=event.source.wire_origin or event.source.publisher,
        speaker_key=speaker.key,
        core=core,
        role=role,
        marks=marks_of(event, role, assertions, sources, roster),
        stances=tuple(dict.fromkeys(str(taken.stance) for taken in event.stances))
        if isinstance(event, StatementEvent)
        else (),
        sources=sources,
        relay=relay_of(event),
        assertions=assertions,
        where=where_of(event) if event.kind is not EventKind.STATEMENT or core else None,
        when=when_of(event) if event.kind is not EventKind.STATEMENT or core else None,
        title_score=title_score(event, headline),
        headline=headline,
        body=None,
        copy_of=copied.event_id if copied is not None else None,
        corrects=event.corrects.event_id if event.corrects else None,
        retracts=event.retracts.event_id if event.retracts else None,
        background=tuple(name for name, _ in home.background),
        language=event.language.replace("_", "-").partition("-")[0].lower() if event.language else None,
    )
    return step.entries.first(state, event, home.link)


def _role(event: AnyEvent, core: bool, copied: EventState | None) -> EntryRole:
    if event.corrects is not None or event.retracts is not None:
        return EntryRole.CORRECTION
    if copied is not None:
        return EntryRole.DUPLICATE
    return EntryRole.CORE if core else EntryRole.REACTION


def _stir(step: Step[Any], event: EventState) -> None:
    """A report keeps its incident going, or wakes it. A copy brings no news; what a person withdrew stays shut."""
    incident = step.draft(event.incident_id).state
    if event.role is EntryRole.DUPLICATE or incident.retracted_by is not None:
        return
    silence = step.now - incident.last_activity
    reason = f"a report of {_cut(event.publisher)} came in at {said(step.now)}"
    if incident.stage is not Stage.ACTIVE:
        what = "the first report" if incident.stage is Stage.QUIET else "reopened by a report"
        reason = f"{reason}, {what} after {spoken(length(silence))}"
    lifecycle.wake(incident, step.now, reason)


def _act_on_each_other(step: Step[Any], arrived_id: str, named_by: list[EventState]) -> None:
    """What an arrival does to the report it names, and those do to it that named it before it came."""
    arrived = step.store.events[arrived_id]
    retraction = next((earlier for earlier in named_by if earlier.retracts is not None), None)
    if retraction is not None:
        take_back(step, arrived, by=retraction.event_id)
    elif arrived.retracts is not None and (original := step.event(arrived.retracts)) is not None:
        take_back(step, original, by=arrived_id)
    corrections = [earlier for earlier in named_by if earlier.corrects is not None]
    newest = corrections[-1] if corrections else None
    moved = newest is not None and moves_it(step, newest, arrived)
    original = step.event(arrived.corrects) if arrived.corrects is not None and retraction is None else None
    moves = original is not None and moves_it(step, arrived, original)
    settle(step, arrived_id, arrived.incident_id, news=arrived_id)
    if moves and original is not None:
        place_again(step, arrived_id, original.event_id)
    if moved and newest is not None:
        place_again(step, newest.event_id, arrived_id)


def _cut(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:79]}…"
