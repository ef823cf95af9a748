"""The disguise keeps what it must keep, and hides what it must hide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from evaluation.disguise import disguised, names_in, shifted


def a_row(**fields: Any) -> dict[str, Any]:
    row = {
        "id": "x-1",
        "headline": "Drones hit the home of Mustafa al-Kadhimi in Baghdad",
        "text": "The prime minister was unhurt on Sunday, 7 November, said Kadhimi's office.",
        "place": {"name": "Green Zone, Baghdad", "country": "IQ"},
        "said_in": None,
        "actors": [{"name": "Mustafa al-Kadhimi", "role": "speaker"}],
        "targets": [],
        "occurred_at": "2021-11-07",
        "published_at": "2021-11",
        "gold_incident": "INC-1",
    }
    return {**row, **fields}


def test_names_change_everywhere_in_the_same_way() -> None:
    changed = disguised([a_row()], seed=3)[0]
    name = changed["actors"][0]["name"]
    surname = name.rpartition("-")[2]
    assert surname != "Kadhimi"
    assert name in changed["headline"]
    assert f"{surname}'s office" in changed["text"]
    assert "Baghdad" not in changed["headline"] + changed["place"]["name"]


def test_two_spellings_stay_two_spellings_of_one_name() -> None:
    rows = [a_row(), a_row(actors=[{"name": "Mustafa al-Kadhemi", "role": "speaker"}])]
    first, second = (row["actors"][0]["name"] for row in disguised(rows, seed=3))
    assert first != second
    assert first.replace("i", "e") == second.replace("i", "e")


def test_ordinary_words_and_general_vocabulary_are_not_names() -> None:
    row = a_row(headline="Police in Baghdad close roads", text="Baghdad police said so.")
    assert "police" not in names_in([row])
    assert "green" in names_in([row])
    assert "green" not in names_in([row], keep={"green"})


def test_dates_move_by_whole_weeks_in_fields_and_in_the_text_alike() -> None:
    changed = disguised([a_row()], seed=3)[0]
    moved = date.fromisoformat(changed["occurred_at"])
    assert moved != date(2021, 11, 7)
    assert (moved - date(2021, 11, 7)).days % 7 == 0
    assert f"{moved.day} {moved:%B}" in changed["text"]


def test_coarse_dates_stay_coarse() -> None:
    assert shifted("2021-11", timedelta(days=63)) == "2022-01"
    assert shifted("2021", timedelta(days=364)) == "2022"
    assert shifted("2021-11-07T02:30:00+03:00", timedelta(days=7)) == "2021-11-14T02:30:00+03:00"


def test_ids_and_labels_stay() -> None:
    changed = disguised([a_row()], seed=3)[0]
    assert (changed["id"], changed["gold_incident"]) == ("x-1", "INC-1")
