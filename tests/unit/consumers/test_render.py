"""What is drawn: everything that matters, nothing that acts on the terminal, at any width."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from consumers.board import Board
from consumers.picture import draw_picture
from consumers.render import Look, timeline
from consumers.screen import Screen, draw, whole
from schemas.codec import encode
from schemas.timeline import IncidentTimeline, RelatedIncident
from schemas.vocabulary import Unrecognized
from tests.results import a_claim, a_head, an_entry

HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp.exe\u2066 [bold red]loud[/bold red] [link=http://x]y[/link]\nnext"


def text_of(drawn: RenderableType, width: int = 100, height: int = 40, *, colours: bool = False) -> str:
    console = Console(
        width=width, height=height, file=io.StringIO(), force_terminal=colours, highlight=False,
        color_system="truecolor" if colours else None,
    )  # fmt: skip
    with console.capture() as captured:
        console.print(drawn)
    return captured.get()


def a_story(**given: object) -> IncidentTimeline:
    entries = (
        an_entry("e1", at="09:30", headline="Blast at the market", publisher="AFP", significance=0.9),
        an_entry("e2", at="09:40", headline="Blast at the market, AFP says", publisher="Naharnet", copy_of="e1",
                 role="duplicate"),
        an_entry("e3", at="10:15", headline="President condemns it", publisher="CNN", kind="statement",
                 role="reaction", speaker="A president", stances=[("condemn", "the blast")], behalf="a country",
                 why=(("names in common", "Kherson", 2.0), ("said before it", "an hour", -0.5))),
    )  # fmt: skip
    claims = (
        a_claim(value=2, speaker="a security source", via="Rudaw", state="disputed"),
        a_claim(value=10, speaker="a doctor", via="AFP", state="disputed", at="11:00"),
        a_claim("attribution", "a militia", "a ministry", qualifier="accuse"),
        a_claim("attribution", "a militia", "a militia", via="AFP", qualifier="deny_responsibility", at="11:00"),
    )
    fields: dict[str, object] = {
        "title": "Blast in Kherson", "standing": "corroborated", "sources": 2, "entries": entries, "claims": claims,
        "attribution": "denied", "related": [("inc-2", "precursor"), ("inc-9", "retaliation")], "entries_total": 75,
        "zone": "Europe/Kyiv",
    }  # fmt: skip
    return a_head(**{**fields, **given})


TITLES = {"inc-2": "A march the day before"}


def test_a_timeline_says_what_is_known_and_who_says_so() -> None:
    page = text_of(timeline(a_story(), Look(100), TITLES.get))
    lines = [" ".join(line.split()) for line in page.splitlines()]
    assert lines[0] == "Blast in Kherson"
    assert lines[1] == "attack · Kherson, UA · Fri 1 March 2024 · times of Europe/Kyiv · middle-east"
    assert "standing corroborated corroborated for a reason" in lines
    assert "reports 2 reports of it from 2 independent sources; 75 entries in all" in lines
    assert "injured disputed 2 (a security source via Rudaw) │ 10 (a doctor via AFP)" in lines
    assert "who did it denied" in lines
    assert "a militia accused by a ministry; denies it via AFP" in lines
    assert "related precursor A march the day before one campaign" in lines
    assert "retaliation inc-9 one campaign" in lines
    # 09:30 UTC is 11:30 in Kyiv in March; the copy is folded into what it repeats
    assert "11:30 ● Blast at the market AFP +1" in lines
    assert "also Naharnet" in lines
    assert "12:15 ○ President condemns it CNN" in lines
    assert "A president for a country → condemns → the blast" in lines
    assert lines[-1] == "not shown: 72 beyond what a head carries (timelines dump --entries)"


def test_a_statement_without_a_speaker_is_its_outlets() -> None:
    entry = an_entry("e1", kind="statement", role="reaction", publisher="CNN", stances=[("condemn", "the blast")])
    page = text_of(timeline(a_head(entries=(entry,)), Look(100), TITLES.get))
    assert "CNN → condemns → the blast" in page


@pytest.mark.parametrize(
    ("begins", "precision", "label"),
    [
        ("2013-12-31T23:00Z", "year", "2014"),
        ("2021-01-31T23:00Z", "month", "February 2021"),
        ("2021-02-14T23:00Z", "week", "week of 15 February 2021"),
        ("2021-02-14T23:00Z", "day", "Mon 15 February 2021"),
        ("2021-02-15T10:00Z", "hour", "Mon 15 February 2021"),
    ],
)
def test_the_header_names_no_day_where_none_is_known_and_says_what_its_entry_says(
    begins: str, precision: str, label: str
) -> None:
    entry = an_entry(at=begins, precision=precision, zone="Africa/Lagos")
    page = text_of(timeline(a_head(occurred=entry.occurred, entries=(entry,)), Look(100), TITLES.get))
    lines = page.splitlines()
    assert lines[1] == f"attack · Kherson, UA · {label} · times of Africa/Lagos · middle-east"
    assert [line for line in lines if line.startswith(f"{label} ─")]


@pytest.mark.parametrize(
    ("relation", "direction", "words"),
    [
        ("precursor", "to", "came before this"), ("precursor", "of", "came after this"),
        ("retaliation", "to", "answers this"), ("retaliation", "of", "answered by this"),
        ("reaction_protest", "to", "protest over this"), ("reaction_protest", "of", "what this protest is over"),
        ("background", "to", "background to this"), ("background", "of", "looks back on this"),
        ("same_campaign", None, "same campaign"), ("retaliation", None, "retaliation"),
        ("retaliation", Unrecognized("across"), "retaliation"), (Unrecognized("rehearsal"), "of", "rehearsal"),
    ],
)  # fmt: skip
def test_a_related_incident_is_shown_as_what_it_is_to_this_one(
    relation: str, direction: str | None, words: str
) -> None:
    other = RelatedIncident.model_construct(incident_id="inc-2", relation=relation, direction=direction, score=1.0)
    head = a_story().model_copy(update={"related": (other,)})
    lines = [" ".join(line.split()) for line in text_of(timeline(head, Look(100), TITLES.get)).splitlines()]
    assert f"related {words} A march the day before" in lines


def test_why_shows_what_weighed_most_and_the_sum() -> None:
    page = text_of(timeline(a_story(), Look(100, why=True), TITLES.get))
    lines = [line.strip() for line in page.splitlines()]
    place = lines.index("why +1.5", lines.index("A president for a country → condemns → the blast"))
    assert lines[place + 1 : place + 3] == ["+2.0 names in common: Kherson", "-0.5 said before it: an hour"]


def test_reasons_beyond_four_are_summed_up() -> None:
    reasons = tuple((f"reason {number}", "", float(number)) for number in range(1, 8))
    page = text_of(timeline(a_head(entries=(an_entry(why=reasons),)), Look(100, why=True), TITLES.get))
    # 7 + 6 + 5 + 4 are shown, 3 + 2 + 1 are not
    assert "+6.0 from 3 more" in page
    assert "reason 3" not in page


def test_a_corrected_and_a_withdrawn_entry_and_a_decision_are_marked() -> None:
    entries = (
        an_entry("e1", corrected_by="e9"),
        an_entry("e2", retracted_by="e9"),
        an_entry("e3", pinned_by="Ada"),
        an_entry("e4", redacted=True, headline="[redacted]"),
    )
    page = text_of(timeline(a_head(entries=entries), Look(100), TITLES.get))
    for word in ("corrected since", "withdrawn", "pinned by Ada", "redacted"):
        assert word in page


def test_what_was_replaced_stays_visible() -> None:
    claims = (a_claim(value=6, at="12:00"), a_claim(value=2, state="superseded"))
    page = " ".join(text_of(timeline(a_head(claims=claims), Look(100), TITLES.get)).split())
    assert "injured 6 (AFP) was 2 (AFP)" in page


def test_however_small_the_screen_the_standing_and_a_disputed_toll_stay() -> None:
    claims = (
        a_claim(value=1, state="superseded"),
        a_claim(value=2, at="11:00", state="disputed"),
        a_claim(value=10, speaker="Reuters", at="11:00", state="disputed"),
    )
    page = text_of(timeline(a_story(claims=claims), Look(100, most_facts=1), TITLES.get))
    lines = [" ".join(line.split()) for line in page.splitlines()]
    assert lines[3:5] == ["standing corroborated corroborated for a reason", "injured disputed 2 (AFP) │ 10 (Reuters)"]
    assert not any(line.startswith(("activity", "reports", "who did it", "related", "was")) for line in lines)


@pytest.mark.parametrize("width", [60, 80, 100, 140, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = "A very long headline about a very long story that goes on and on " * 4
    board = Board()
    for number in range(20):
        board.take(encode(a_head(f"inc-{number}", title=long, sources=number)))
    board.take(encode(a_story(incident="inc-story", title=long, sources=99)))
    page = text_of(whole(board, Screen(why=True), board.head("inc-story"), width), width)
    assert max(cell_len(line) for line in page.splitlines()) <= width


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 15), (100, 30), (140, 50), (80, 100)])
def test_the_live_screen_fits_the_terminal(width: int, height: int) -> None:
    entries = tuple(an_entry(f"e{number}", at=f"+{number // 4}d 10:0{number % 4}") for number in range(60))
    board = Board()
    for number in range(30):
        board.take(encode(a_head(f"inc-{number}")))
    board.take(encode(a_story(incident="inc-story", entries=entries, sources=99)))
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=True, highlight=False)
    for why in (False, True):
        drawn = draw(console, board, Screen(why=why), "inc-story", trouble=None, reading=False)
        lines = console.render_lines(drawn, pad=False)
        assert len(lines) <= height
        shown_entries = sum("headline of" in "".join(part.text for part in line) for line in lines)
        # some of the screen is for what happened, however small it is
        assert shown_entries * (2 if why else 1) >= max(1, height // 8)


@pytest.mark.parametrize("width", [40, 50, 59])
def test_in_a_narrow_terminal_the_list_still_names_the_incidents(width: int) -> None:
    board = Board()
    board.take(encode(a_story(title="Blast in Kherson")))
    console = Console(width=width, height=24, file=io.StringIO(), force_terminal=True)
    page = text_of(draw(console, board, Screen(), None, trouble=None, reading=False), width, 24)
    (row,) = (line for line in page.splitlines() if "corroborated" in line)
    assert "Blast in Khe" in row
    assert cell_len(row) <= width


def test_the_newest_entries_are_on_the_live_screen_even_where_they_tell_little() -> None:
    entries = tuple(
        an_entry(f"e{number}", at=f"{number // 6:02}:{number % 6}0", significance=0.0 if number == 59 else 0.5)
        for number in range(60)
    )
    board = Board()
    board.take(encode(a_head(entries=entries)))
    console = Console(width=80, height=24, file=io.StringIO(), force_terminal=True)
    page = text_of(draw(console, board, Screen(), "inc-1", trouble=None, reading=False), 80, 24)
    assert "headline of e59" in page


def test_a_page_shows_no_more_entries_than_asked_and_says_how_many_it_leaves_out() -> None:
    head = a_head(entries=tuple(an_entry(f"e{number}", at=f"{number:02}:00") for number in range(20)))
    board = Board()
    board.take(encode(head))
    page = text_of(whole(board, Screen(most_entries=5), head, 100))
    assert page.count("headline of") == 5
    assert "not shown: 15 less telling here" in page


def test_trouble_with_the_broker_is_on_the_screen() -> None:
    console = Console(width=100, height=30, file=io.StringIO(), force_terminal=True)
    page = text_of(draw(console, Board(), Screen(), None, trouble="connection refused", reading=True))
    assert "no answer from the broker: connection refused" in page


def test_an_incident_that_is_not_there_is_said_to_be_missing() -> None:
    console = Console(width=100, height=30, file=io.StringIO(), force_terminal=True)
    page = text_of(draw(console, Board(), Screen(incident="inc-\x9b7"), "inc-\x9b7", trouble=None, reading=False))
    assert "no incident inc-�7 here yet" in page


def hostile_story() -> IncidentTimeline:
    entries = (
        an_entry("e1", headline=HOSTILE, publisher=HOSTILE, speaker=HOSTILE, stances=[("accuse", HOSTILE)],
                 behalf=HOSTILE, why=((HOSTILE[:90], HOSTILE, 1.0),), pinned_by=HOSTILE),
        an_entry("e2", publisher=HOSTILE, copy_of="e1", role="duplicate"),
    )  # fmt: skip
    claims = (
        a_claim(value=1, speaker=HOSTILE, via=HOSTILE, state="disputed"),
        a_claim("attribution", HOSTILE, HOSTILE, via=HOSTILE, qualifier="accuse"),
        a_claim("means", HOSTILE, HOSTILE),
    )
    return a_story(
        incident="inc-\x9b\u202e", title=HOSTILE, place=HOSTILE, entries=entries, claims=claims,
        related=[("inc-\u202e", "precursor")],
    )  # fmt: skip


@pytest.mark.parametrize("colours", [False, True])
def test_nothing_from_a_message_acts_on_the_terminal(colours: bool) -> None:
    head = hostile_story()
    board = Board()
    board.take(encode(head))
    page = text_of(whole(board, Screen(why=True), head, 140), 140, colours=colours)
    assert "␛[2J␛]0;owned␇" in page
    assert "[bold red]loud[/bold red]" in page.replace("\n", "")
    for forbidden in ("\x1b[2J", "\x1b]", "\x07", "\x9b", "\u202e", "\u2066"):
        assert forbidden not in page
    if not colours:
        assert "\x1b" not in page


def test_a_title_of_another_incident_is_made_safe_too() -> None:
    page = text_of(timeline(a_story(), Look(140), lambda incident: HOSTILE), 140)
    assert "\x1b" not in page
    assert "␛[2J" in page


def test_the_picture_is_well_formed_self_contained_and_the_same_each_time(tmp_path: Path) -> None:
    head = hostile_story()
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    for path in (first, second):
        draw_picture(timeline(head, Look(100), TITLES.get), path, 100, "timelines watch")
    drawn = first.read_bytes()
    assert drawn == second.read_bytes()
    root = ElementTree.fromstring(drawn)
    assert root.tag.endswith("svg")
    # the only address in it is the name of the format, and the hostile headline's as text
    addresses = {part.split('"')[0] for part in drawn.decode().split("http")[1:]}
    assert {address for address in addresses if "w3.org" not in address and not address.startswith("://x]")} == set()
    assert not [element for element in root.iter() if element.tag.endswith(("a", "script", "image", "foreignObject"))]
