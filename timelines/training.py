"""From labelled reports to matrices: streams are walked with the processors' own code, fitting is evaluation's.

Nothing here looks at a label but to say what the right answer was.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaluation.corruption import corrupted
from evaluation.fitting import Logistic, fit_logistic
from evaluation.gold import BadInput, lines_of, read_gold
from processors.correlation.linking.candidates import (
    INCIDENT_FEATURES,
    Candidate,
    compete,
    fill_pair_values,
    state_values,
)
from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.incidents import Incident, Member
from processors.correlation.linking.items import Item
from processors.correlation.linking.linker import EvidenceLinker
from processors.correlation.linking.pair_terms import PAIR_FEATURES
from processors.correlation.linking.pairs import oriented, pair_features
from processors.correlation.linking.weights import PAIR_MODELS, Weights
from producers.feeds.coded import parse_coded
from schemas.errors import MalformedRecord
from schemas.event import AnyEvent

NOW: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NO_WEIGHTS: Final = Weights(
    {model: (0.0,) * len(PAIR_FEATURES) for model in PAIR_MODELS}, (0.0,) * len(INCIDENT_FEATURES)
)

#: what may only speak for, or only against, one incident: data of four sets is too little to find that out anew
PAIR_SIGNS: Final[dict[str, int]] = {
    **dict.fromkeys(
        ("overlap", "same_day", "near_same_day", "date_hits", "days_shared", "near", "place_shared", "site_shared",
         "names_cosine", "names_cosine_rich", "rare_shared", "rarest_shared", "phrases_shared", "opening_rare",
         "opening_told", "speaker_same", "speaker_named", "actors_shared", "targets_shared", "about_named",
         "about_shared", "countries_shared", "concepts_cosine", "subject_rarest", "generic_cosine",
         "means_same", "killed_equal", "injured_equal",
         "crowd_equal", "arrested_equal", "numbers_shared", "age_equal", "same_wire", "stance_same",
         "protests_one_city", "text_contained", "near_same_text", "row_near_same_day", "parties_shared"), 1),
    **dict.fromkeys(
        ("gap", "published_gap", "said_before", "lag", "date_misses", "far", "excess", "country_differs",
         "place_not_shared", "site_distance", "site_not_shared", "site_not_shared_same_day", "speaker_differs",
         "actors_differ", "countries_differ", "concepts_none", "means_differ", "killed_differ", "injured_differ",
         "crowd_differ", "arrested_differ", "age_differ", "days_differ", "attack_and_protest", "protests_other_city",
         "one_database", "row_next_day", "row_other_day", "row_distance", "parties_differ"), -1),
}  # fmt: skip
INCIDENT_SIGNS: Final[dict[str, int]] = {
    **dict.fromkeys(("max", "mean", "top3", "min_core", "mean_core", "top_statements", "size", "margin", "named",
                     "profile_names", "profile_cover", "profile_voice", "profile_concepts", "statement_margin"), 1),
    **dict.fromkeys(("idle", "day_conflict", "place_conflict", "rank"), -1),
}  # fmt: skip
#: pairs of one incident that a model is fitted on, at least
_ENOUGH_PAIRS: Final = 50
#: models of what most sets have nothing of
_OF_FEW_SETS: Final = ("article_article", "row_row")
LEFT_OUT: Final[dict[str, tuple[str, ...]]] = {
    "article_article": ("said_before", "lag", "speaker_same", "speaker_differs", "about_protest", "beside_protest",
                        "stance_same"),
    "row_row": ("said_before", "lag", "speaker_same", "speaker_differs", "about_protest", "beside_protest",
                        "stance_same"),
    "core_core": ("said_before", "lag", "speaker_same", "speaker_differs", "about_protest", "beside_protest",
                        "stance_same"),
    "statement_core": ("site_distance", "site_shared", "site_not_shared", "site_not_shared_same_day", "targets_shared",
                       "text_contained", "speaker_same", "speaker_differs", "attack_and_protest",
                       "protests_one_city", "protests_other_city"),
    "statement_statement": ("text_contained", "said_before", "lag", "attack_and_protest",
                            "protests_one_city", "protests_other_city", "about_protest", "beside_protest"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Reports of one file with the incident each belongs to, in the file's order."""

    name: str
    events: tuple[AnyEvent, ...]
    incident_of: Mapping[str, str]


def read_set(path: Path) -> LabelledSet:
    """Raises BadInput with file, line, field and remedy; OSError where the file cannot be read."""
    events = tuple(_event_of(line, path, number) for number, line in lines_of(path))
    return LabelledSet(path.stem, events, read_gold(path).incident_of)


def _event_of(line: bytes, path: Path, number: int) -> AnyEvent:
    try:
        return parse_coded(line.rstrip(b"\r\n"))[0]
    except MalformedRecord as error:
        raise BadInput(path, number, str(error)) from error


def is_of_articles(labelled: LabelledSet) -> bool:
    """Whether most of it are full articles with nothing coded."""
    return sum(Item(features_of(event)).is_article for event in labelled.events) * 2 > len(labelled.events)


def is_of_databases(labelled: LabelledSet) -> bool:
    """Whether most of it are rows of coded databases."""
    return sum(Item(features_of(event)).is_row for event in labelled.events) * 2 > len(labelled.events)


def in_arrival_order(events: Iterable[AnyEvent], seed: int | None) -> list[AnyEvent]:
    """As a stream brings them: by publication, else end of the happening; shuffled inside each day by the seed."""

    def moment(event: AnyEvent) -> datetime:
        if event.published_at is not None:
            return event.published_at
        return event.occurred.until if event.occurred is not None else datetime.max.replace(tzinfo=UTC)

    ordered = sorted(events, key=lambda event: (moment(event), event.event_id))
    if seed is None:
        return ordered
    by_day: dict[object, list[AnyEvent]] = defaultdict(list)
    for event in ordered:
        by_day[moment(event).date()].append(event)
    shuffler = random.Random(seed)  # noqa: S311 - an experiment that must repeat, no secret
    for day in by_day.values():
        shuffler.shuffle(day)
    return [event for day in by_day.values() for event in day]


@dataclass(slots=True)
class Choice:
    """One arriving event and the incidents that were looked at. vectors[i]: rows of pair features of candidate i."""

    event_label: str
    kind: str
    #: events of the right incident, for importance
    size: int
    candidates: list[Candidate] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    models: list[list[int]] = field(default_factory=list)
    vectors: list[NDArray[np.float32]] = field(default_factory=list)
    member_right: list[list[float]] = field(default_factory=list)


def walk(events: Sequence[AnyEvent], incident_of: Mapping[str, str]) -> list[Choice]:
    """Choices of a stream whose events go where the labels say."""
    linker = EvidenceLinker(_NO_WEIGHTS)
    sizes: dict[str, int] = defaultdict(int)
    for label in incident_of.values():
        sizes[label] += 1
    choices: list[Choice] = []
    for seq, event in enumerate(events):
        features = linker.features(event)
        item = Item(features)
        label = incident_of[event.event_id]
        candidates = linker.examine(item)
        choice = Choice(label, features.kind, sizes[label])
        for candidate in candidates:
            choice.candidates.append(_frozen(item, candidate, linker))
            choice.right.append(candidate.incident.incident_id == label)
            seen = [_compared(item, member.item, linker) for member in candidate.members]
            choice.models.append([model for model, _ in seen])
            choice.vectors.append(np.array([vector for _, vector in seen], dtype=np.float32))
            choice.member_right.append([float(incident_of[member.event_id] == label) for member in candidate.members])
        choices.append(choice)
        linker.hold(event.event_id, features, seq=seq, incident_id=label)
    return choices


def _compared(one: Item, other: Item, linker: EvidenceLinker) -> tuple[int, list[float]]:
    """Position of the pair model, and the features behind a score."""
    model, first, second = oriented(one, other)
    return PAIR_MODELS.index(model), pair_features(first, second, linker.statistics)


def _merge(linker: EvidenceLinker, home: str) -> None:
    while (proposal := linker.merge_of(home, now=NOW)) is not None:
        one, other = linker._incidents[proposal.one], linker._incidents[proposal.other]
        keep, gone = sorted((one, other), key=lambda i: (-len(i.members), i.founding_seq()))
        for member in list(gone.members.values()):
            linker.move(member.event_id, keep.incident_id)
        home = keep.incident_id


def _frozen(item: Item, candidate: Candidate, linker: EvidenceLinker) -> Candidate:
    """The candidate as it is at this moment; its incident will grow."""
    now = Incident(candidate.incident.incident_id)
    now.members, now.first_seq = dict(candidate.incident.members), candidate.incident.first_seq
    frozen = Candidate(
        now, tuple(Member(m.event_id, m.seq, m.features, m.incident_id, m.item) for m in candidate.members), []
    )
    frozen.values = state_values(item, candidate, (), linker.statistics)
    return frozen


@dataclass(frozen=True, slots=True)
class PairRows:
    """What the pairs of some streams teach one model. rows: n x features; labels, importance: n."""

    rows: NDArray[np.float64]
    labels: NDArray[np.float64]
    importance: NDArray[np.float64]


def pair_rows(choices: Iterable[Choice], kept: float, seed: str) -> list[PairRows]:
    """One per pair model. kept: share of the pairs of two incidents that are taken, each counting 1 / kept: there are
    thirty of them for each pair of one incident, and most say the same."""
    chance = random.Random(seed)  # noqa: S311 - a sample that must repeat
    rows: list[list[Sequence[float]]] = [[] for _ in PAIR_MODELS]
    labels: list[list[float]] = [[] for _ in PAIR_MODELS]
    importance: list[list[float]] = [[] for _ in PAIR_MODELS]
    for choice in choices:
        positive = 2.0 / sqrt(choice.size)
        for vectors, models, right in zip(choice.vectors, choice.models, choice.member_right, strict=True):
            for vector, model, is_right in zip(vectors, models, right, strict=True):
                if is_right or chance.random() < kept:
                    rows[model].append(vector)
                    labels[model].append(is_right)
                    importance[model].append(positive if is_right else 1.0 / kept)
    return [
        PairRows(
            np.array(rows[at], dtype=np.float64).reshape(-1, len(PAIR_FEATURES)),
            np.array(labels[at], dtype=np.float64),
            np.array(importance[at], dtype=np.float64),
        )
        for at in range(len(PAIR_MODELS))
    ]


def fit_pairs(of_sets: Sequence[Sequence[PairRows]], l2: float = 60.0, l2_rows: float = 15.0) -> dict[str, Logistic]:
    """The pair models, on the rows of some sets. Sets without articles, or without databases, say nothing of these:
    then they are judged as short reports are."""
    fitted = {
        name: fit_logistic(
            np.concatenate([rows[at].rows for rows in of_sets]),
            np.concatenate([rows[at].labels for rows in of_sets]),
            np.concatenate([rows[at].importance for rows in of_sets]),
            columns=PAIR_FEATURES, l2=l2_rows if name == "row_row" else l2, signs=PAIR_SIGNS, left_out=LEFT_OUT[name],
        )
        for at, name in enumerate(PAIR_MODELS)
        if name not in _OF_FEW_SETS or sum(rows[at].labels.sum() for rows in of_sets) >= _ENOUGH_PAIRS
    }  # fmt: skip
    for name in _OF_FEW_SETS:
        fitted.setdefault(name, fitted["core_core"])
    return fitted


def incident_rows(
    choices: Sequence[Choice], pairs: Mapping[str, Logistic]
) -> tuple[list[list[float]], list[float], list[float]]:
    """Rows of INCIDENT_FEATURES under these pair models, with labels and importance."""
    weights = np.array([pairs[name].weights for name in PAIR_MODELS])
    rows, labels, importance = [], [], []
    for choice in choices:
        for candidate, vectors, models in zip(choice.candidates, choice.vectors, choice.models, strict=True):
            candidate.scores = [float(s) for s in (vectors * weights[models]).sum(axis=1)]
        compete(choice.candidates)
        for candidate in choice.candidates:
            fill_pair_values(candidate)
        for candidate, right in zip(choice.candidates, choice.right, strict=True):
            rows.append(list(candidate.values))
            labels.append(1.0 if right else 0.0)
            importance.append(2.0 / sqrt(choice.size) if right else 1.0)
    return rows, labels, importance


def fit_incident(
    rows: list[list[float]],
    labels: list[float],
    importance: list[float],
    l2: float = 10.0,
) -> Logistic:
    return fit_logistic(
        np.array(rows), np.array(labels), np.array(importance),
        columns=INCIDENT_FEATURES, l2=l2, signs=INCIDENT_SIGNS,
    )  # fmt: skip


def streams_of(labelled: LabelledSet, copies: int, seed: int) -> Iterator[tuple[list[AnyEvent], Mapping[str, str]]]:
    """The set as it is and `copies` corrupted ones, each in an arrival order of its own."""
    for copy in range(copies + 1):
        chance = random.Random(f"{labelled.name}/{seed}/{copy}")  # noqa: S311 - an experiment that must repeat
        events = [corrupted(event, chance) if copy else event for event in labelled.events]
        yield in_arrival_order(events, chance.randrange(1 << 30)), labelled.incident_of


def assign(events: Sequence[AnyEvent], weights: Weights, linker: EvidenceLinker | None = None) -> dict[str, str]:
    """Event -> incident, as the linker alone decides: joins, merges, statements that go over."""
    linker = linker or EvidenceLinker(weights)
    for seq, event in enumerate(events):
        features = linker.features(event)
        placement = linker.decide(features)
        home = placement or event.event_id
        linker.hold(event.event_id, features, seq=seq, incident_id=home)
        _merge(linker, home)
        asked = [event.event_id]
        while asked:
            drawing = asked.pop()
            for proposal in linker.drawn_by(drawing, now=NOW):
                linker.move(proposal.event_id, linker._members[drawing].incident_id)
                if proposal.left is not None and proposal.left not in asked:
                    asked.append(proposal.left)
    return {event_id: member.incident_id for event_id, member in linker._members.items()}
