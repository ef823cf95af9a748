"""The code in faust_confluent/README.md can be copied: nothing in it is left to be guessed."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[3] / "faust_confluent" / "README.md"


def test_the_code_of_the_readme_runs_as_it_stands() -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {"__name__": "clicks"}
    exec("".join(blocks), names)
    assert {"app", "clicks", "count"} <= set(names)
