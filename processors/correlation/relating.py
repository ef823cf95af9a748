"""Incidents that stay apart and belong to one story: kept on both heads."""

from __future__ import annotations

from typing import Any

from schemas.timeline import Unrelated
from schemas.vocabulary import Relation, RelationDirection

from .changes import Step
from .incidents import RelationKept
from .moving import ranked

_REASONS = 3
_REASON_LENGTH = 200
#: neither end is that of the other
_OF_BOTH_ALIKE = frozenset({Relation.SAME_CAMPAIGN})


def relate_regrouped(step: Step[Any]) -> None:
    """At the end of a record: ask about each incident that got or lost reports, once, when all stand where they belong.

    Where it was not by arrival alone, what was said may be true no more. So it is said anew, and later incidents that
    go back to this one, which answer for that themselves, are asked, too. As many as one record may; the others keep
    what stands until their next report.
    """
    regrouped: dict[str, bool] = {}
    for name, moved in step.regrouped.items():
        incident = step.resolve(name)
        if incident is not None:
            regrouped[incident.incident_id] = regrouped.get(incident.incident_id, False) or moved
    most = step.store.policy.relates_per_record
    going_back: dict[str, None] = {}
    for incident_id in list(regrouped)[:most]:
        unanswered = _relate(step, incident_id, anew=regrouped[incident_id])
        if regrouped[incident_id]:
            going_back.update(dict.fromkeys(unanswered))
    others = [name for name in going_back if name not in regrouped]
    for incident_id in others[: max(0, most - len(regrouped))]:
        _relate(step, incident_id, anew=True)


def _relate(step: Step[Any], incident_id: str, *, anew: bool) -> list[str]:
    """Ask the evidence what this incident is related to, and say what is new and what holds no more.

    What the evidence was not asked about stays, and is returned. A score is said again only when it moved by more than
    the policy's drift. anew: or when the reasons are others now
    """
    state = step.incident(incident_id)
    known = tuple(kept.other for kept in state.related) if state is not None else ()
    unanswered = dict.fromkeys(known)
    for proposal in step.store.linker.relations_of(incident_id, now=step.moment, known=known):
        one, other = step.resolve(proposal.incident_id), step.resolve(proposal.other)
        if one is None or other is None or one.incident_id == other.incident_id:
            continue
        reasons = tuple(reason[:_REASON_LENGTH] for reason in proposal.reasons[:_REASONS])
        direction = None if proposal.relation in _OF_BOTH_ALIKE else RelationDirection.OF
        kept = RelationKept(other.incident_id, proposal.relation, round(proposal.score, 6), reasons, direction)
        for here, said in ((one.incident_id, kept), (other.incident_id, kept.from_the_other_end(one.incident_id))):
            unanswered.pop(said.other, None)
            if proposal.holds:
                _keep(step, here, said, anew=anew)
            else:
                _let_go(step, here, said.other, reasons)
    return list(unanswered)


def _keep(step: Step[Any], incident_id: str, kept: RelationKept, *, anew: bool) -> None:
    state = step.incident(incident_id)
    assert state is not None
    known = next((relation for relation in state.related if relation.other == kept.other), None)
    if known is not None and (known.relation, known.direction) == (kept.relation, kept.direction):
        # words that a redaction took are not made anew
        reworded = anew and known.reasons not in ((), kept.reasons)
        if abs(known.score - kept.score) < step.store.policy.relation_drift and not reworded:
            return
    elif known is None and len(state.related) >= step.store.policy.related and kept.score <= state.related[-1].score:
        return
    draft = step.draft(incident_id)
    others = tuple(relation for relation in draft.state.related if relation.other != kept.other)
    draft.state.related = ranked((*others, kept), step)
    draft.changes.append(kept.change())


def _let_go(step: Step[Any], incident_id: str, other: str, reasons: tuple[str, ...]) -> None:
    state = step.incident(incident_id)
    assert state is not None
    gone = next((relation for relation in state.related if relation.other == other), None)
    if gone is None:  # a head names a few only: it may stand on the other one alone
        return
    draft = step.draft(incident_id)
    draft.state.related = tuple(relation for relation in draft.state.related if relation.other != other)
    draft.changes.append(Unrelated(incident_id=other, was=gone.relation, reasons=reasons))
