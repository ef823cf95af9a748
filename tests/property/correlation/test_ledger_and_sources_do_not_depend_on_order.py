"""The ledger, the sources and the whereabouts are functions of what they hold, not of how they came to hold it."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from processors.correlation.facts import WITHDRAWN, Assertion
from processors.correlation.ledger import Ledger
from processors.correlation.sources import SourceForest
from processors.correlation.whereabouts import Tally
from schemas.vocabulary import ClaimAbout, Stance

_SETTINGS = settings(max_examples=100, deadline=None)


@st.composite
def assertions(draw: st.DrawFn) -> Assertion:
    about = draw(st.sampled_from([ClaimAbout.KILLED, ClaimAbout.ATTRIBUTION, ClaimAbout.OCCURRENCE]))
    subject, low, value_key = "", None, ""
    if about == ClaimAbout.KILLED:
        low = draw(st.integers(0, 15))
        value_key = str(low)
    elif about == ClaimAbout.ATTRIBUTION:
        subject = draw(st.sampled_from(["x", "y", "united states", "us", "~gunmen"]))
        value_key = draw(st.sampled_from([Stance.ACCUSE, Stance.DENY_RESPONSIBILITY, Stance.CLAIM_RESPONSIBILITY]))
    else:
        value_key = draw(st.sampled_from(["happened", "did not happen"]))
    speaker = draw(st.sampled_from(["p:a", "p:b", "s:afp"]))
    return Assertion(
        str(about), subject, low if low is not None else str(value_key), str(value_key), None, low, low, None, None,
        speaker, speaker.upper(), draw(st.booleans()), draw(st.integers(0, 5)),
        draw(st.sampled_from(["", "", "", WITHDRAWN, "clm-newer"])),
    )  # fmt: skip


Event = tuple[int, tuple[Assertion, ...], str]


@st.composite
def held(draw: st.DrawFn) -> list[Event]:
    """(seq, the assertions of one event, its article), as the ledger takes them: of one speaker, each thing once."""
    events = []
    for seq in range(draw(st.integers(1, 25))):
        first = draw(assertions())
        others = [said._replace(speaker_key=first.speaker_key, speaker=first.speaker)
                  for said in draw(st.lists(assertions(), max_size=2))]  # fmt: skip
        kept = {(said.about, said.subject, said.value_key): said for said in (first, *others)}
        events.append((seq, tuple(kept.values()), draw(st.sampled_from(["", "r:1", "r:2"]))))
    return events


def everything(ledger: Ledger) -> list[Any]:
    return [
        ledger.claims,
        [(about, list(ledger.shown(about).items()), ledger.topic(about).disputes()) for about in ledger.topics()],
        [ledger.name_of(key.speaker_key) for about in ledger.topics() for key in ledger.shown(about)],
    ]


@_SETTINGS
@given(held(), st.randoms(use_true_random=False), st.data())
def test_a_ledger_that_grew_and_shrank_in_any_order_equals_one_built_anew(
    events: list[Event], random: Any, data: st.DataObject
) -> None:
    kept = [event for event in events if data.draw(st.booleans())]
    anew = Ledger()
    for seq, said, article in kept:
        anew.change(seq, said, add=True, article=article)
    worn = Ledger()
    for seq, said, article in random.sample(events, len(events)):
        worn.change(seq, said, add=True, article=article)
        everything(worn)  # fills every cache on the way
    for seq, said, article in random.sample(events, len(events)):
        if (seq, said, article) not in kept:
            worn.change(seq, said, add=False)
            everything(worn)
    assert everything(worn) == everything(anew)


@_SETTINGS
@given(held())
def test_the_standing_word_of_a_speaker_is_the_last_it_said_with_what_the_same_article_says(
    events: list[Event],
) -> None:
    """Against a rule written down plainly, for speakers that publish themselves."""
    ledger = Ledger()
    words: dict[tuple[str, str, str], dict[str, list[tuple[int, int, str]]]] = {}
    for seq, many, article in events:
        said_directly = tuple(said._replace(relayed=False) for said in many)
        ledger.change(seq, said_directly, add=True, article=article)
        for said in said_directly:
            line = words.setdefault((said.about, said.subject, said.speaker_key), {})
            line.setdefault(said.value_key, [])
            if not said.status:
                line[said.value_key].append((said.at, seq, article))
    for (about, subject, speaker), line in words.items():
        spoken = {value: max(times) for value, times in line.items() if times}
        last = max(((said, value) for value, said in spoken.items()), default=((0, 0, ""), ""))
        (at, _, article), value = last
        expected = {other for other, said in spoken.items() if article and (said[0], said[2]) == (at, article)}
        if spoken:
            expected.add(value)
        assert {value for value in line if ledger.topic(about).stands(subject, speaker, value)} == expected


Report = tuple[tuple[str, ...], str | None]
reports = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["s:a", "s:b", "s:c", "s:d", "a:x", "r:1"]), min_size=1, max_size=3, unique=True)
        .filter(lambda keys: any(key.startswith("s:") for key in keys))
        .map(lambda keys: tuple(sorted(keys, key=lambda key: not key.startswith("s:")))),
        st.sampled_from([None, None, "s:a", "s:d"]),
    ),
    min_size=1,
    max_size=12,
)


def sources_by_the_book(held: dict[int, Report]) -> list[int]:
    """First report of each group of tied keys that holds an origin which relays nobody; by walking the graph."""
    relays = {relay for _, relay in held.values() if relay is not None}
    neighbours: dict[str, set[str]] = {}
    for keys, _ in held.values():
        for key in keys:
            neighbours.setdefault(key, set()).update((keys[0],))
            neighbours.setdefault(keys[0], set()).add(key)
    firsts, seen = [], set()
    for start in sorted(neighbours):
        if start in seen:
            continue
        group, todo = set(), [start]
        while todo:
            key = todo.pop()
            if key not in group:
                group.add(key)
                todo.extend(neighbours[key])
        seen |= group
        own = [seq for seq, (keys, _) in held.items() if keys[0] in group and keys[0] not in relays]
        if own:
            firsts.append(min(own))
    return sorted(firsts)


@_SETTINGS
@given(reports, st.data())
def test_independent_sources_are_the_connected_groups_whatever_came_and_went(
    stream: list[Report], data: st.DataObject
) -> None:
    forest, held = SourceForest(), {}
    for seq, report in enumerate(stream):
        new = forest.adds_a_source(report[0])
        before = len(sources_by_the_book(held))
        forest.add(seq, *report)
        held[seq] = report
        if report[1] is None:
            assert new == (len(sources_by_the_book(held)) > before)
        if data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(held)))
            forest.remove(gone)
            del held[gone]
        firsts = sources_by_the_book(held)
        assert forest.first_reports(10) == firsts
        assert len(forest) == (len(firsts) or min(1, len(held)))
        assert forest.reports == len(held)


@_SETTINGS
@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=20), st.data())
def test_a_tally_counts_what_is_in_it(keys: list[str], data: st.DataObject) -> None:
    tally: Tally[Any] = Tally()
    held: dict[int, str] = {}
    for seq, key in enumerate(keys):
        tally.change(seq, key, (key, seq), add=True)
        held[seq] = key
        if data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(held)))
            tally.change(gone, held[gone], (held[gone], gone), add=False)
            del held[gone]
    counts = {key: sorted(seq for seq, kept in held.items() if kept == key) for key in held.values()}
    expected = sorted(counts, key=lambda key: (-len(counts[key]), counts[key][0]))
    assert tally.most_reported() == [(key, counts[key][0]) for key in expected]
