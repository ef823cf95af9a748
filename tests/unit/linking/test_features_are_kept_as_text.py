"""Features as they stand in the state: one array; what an earlier build wrote is read, too."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from processors.correlation.linking.extraction import features_of
from processors.correlation.linking.features import Features, dump, load, peek, unread
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
    assert load(json.dumps(fields[:-4])) == replace(some(), title=(), length=0, opening=(), called=())


@pytest.mark.parametrize("text", ["[]", '["a"]', "{}", "3", '{"kind": "a"}', "", "[1,"])
def test_anything_else_is_refused(text: str) -> None:
    for read in (load, unread):
        with pytest.raises(ValueError):
            read(text)


def test_unread_features_are_read_whole_when_one_of_them_is_asked_for() -> None:
    features, gist = unread(dump(some()))
    assert not is_read(features)
    assert peek(features) == some()
    assert not is_read(features), "a look read them"
    assert features.names == tuple(gist.names)
    assert is_read(features)
    assert features == some()
    assert peek(features) is features


def test_what_is_known_of_unread_features_is_what_they_say() -> None:
    for told in (some(), features_of(a_statement("12:00", speaker="Ann Example", stance="condemn"))):
        gist = unread(dump(told))[1]
        for name, value in gist._asdict().items():
            assert value == (list(kept) if isinstance(kept := getattr(told, name), tuple) else kept)


def test_unread_features_have_the_names_of_features_and_no_others() -> None:
    features = unread(dump(some()))[0]
    assert not hasattr(features, "colour")
    assert not is_read(features), "it was looked for in what is read late"


def is_read(features: Features) -> bool:
    """Told by the slot: to ask for a value would read it."""
    try:
        Features.__dict__["kind"].__get__(features)
    except AttributeError:
        return False
    return True
