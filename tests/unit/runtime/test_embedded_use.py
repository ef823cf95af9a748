"""`python -m runtime.embedded`, which the README names, says how it is used."""

from __future__ import annotations

import pytest

from runtime.embedded import main


@pytest.mark.parametrize("given", ["--help", "0", "-1", "events"])
def test_what_is_no_number_of_partitions_is_answered_with_the_use(
    given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([given]) == 2
    assert "use: python -m runtime.embedded [PARTITIONS [TOPIC ...]]" in capsys.readouterr().err
