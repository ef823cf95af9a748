"""How often a happening told at length joins anything is another matter than for short reports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.items import Item
from processors.correlation.linking.weights import parse, shipped, write
from timelines import training


def homes(name: str, first: int, **choices: float) -> dict[str, str]:
    labelled = training.read_set(Path(f"{name}.jsonl"))
    return training.assign(labelled.events[:first], replace(shipped(), **choices))


def test_articles_follow_their_own_bar_and_reports_do_not() -> None:
    articles = homes("tuning/pac", 30, join_articles=99.0)
    assert len(set(articles.values())) > len(set(homes("tuning/pac", 30).values()))
    events = training.read_set(Path("gold/kaz.jsonl")).events[:30]
    assert not any(Item(features_of(event)).is_article for event in events)
    assert homes("gold/kaz", 30, join_articles=99.0) == homes("gold/kaz", 30)


def test_weights_of_before_have_one_bar_for_all() -> None:
    loaded = json.loads(write(shipped()))
    del loaded["choices"]["join_articles"]
    assert parse(json.dumps(loaded)).join_articles == pytest.approx(loaded["choices"]["join"])
