"""Features as they stand in the state: one array; what an earlier build wrote is read, too."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.features import Features, dump, load
from tests.builders import a_statement, an_attack


def some() -> Features:
    return features_of(an_attack("10:05", "Kherson", killed=3, weapons="2 drones", by="Group X"))


def test_what_was_dumped_is_loaded_as_an_equal_value() -> None:
    for features in (some(), features_of(a_statement("12:00", speaker="Ann Example", stance="condemn"))):
        assert load(dump(features)) == features


def test_an_object_with_the_names_of_the_fields_is_read_likewise() -> None:
    assert load(json.dumps(asdict(some()))) == some()


def test_an_array_from_before_there_were_titles_is_read_likewise() -> None:
    fields = json.loads(dump(some()))
    assert load(json.dumps(fields[:-2])) == replace(some(), title=(), length=0)


@pytest.mark.parametrize("text", ["[]", '["a"]', "{}", "3", '{"kind": "a"}', "", "[1,"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        load(text)
