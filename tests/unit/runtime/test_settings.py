"""What the environment may set, and what is told of it where it sets nothing."""

from __future__ import annotations

import pytest

from runtime.settings import PREFIX, Settings, SettingsError, load_settings


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("SESSION_TIMEOUT", "SESSION_TIMEOUT_S"),
        ("BOOTSTRAP_SERVER", "BOOTSTRAP_SERVERS"),
        ("LOGLEVEL", "LOG_LEVEL"),
        ("SASL_PASSWORDFILE", "SASL_PASSWORD_FILE"),
    ],
)
def test_a_misspelled_setting_is_refused_with_the_name_that_is_meant(written: str, meant: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings({f"{PREFIX}{written}": "30"})
    assert refused.value.variable == f"{PREFIX}{written}"
    assert f"is {PREFIX}{meant} meant?" in str(refused.value)


@pytest.mark.parametrize(
    "name",
    # of docker-compose, of `decide`, of a cluster that tells a pod of a service of this name; empty: not given
    [
        *("TIMELINES_TAG", "TIMELINES_MEMORY", "TIMELINES_DECIDED_BY", "TIMELINES_PORT_8080_TCP_PORT"),
        *("TIMELINES_PORT", "TIMELINES_SERVICE_HOST", "TIMELINES_SERVICE_PORT", "OTHER_LOGLEVEL"),
    ],
)
def test_what_other_programs_are_told_is_no_misspelling(name: str) -> None:
    assert load_settings({name: "1"}) == Settings()


def test_a_misspelled_setting_that_is_empty_sets_nothing() -> None:
    assert load_settings({"TIMELINES_LOGLEVEL": ""}) == Settings()
