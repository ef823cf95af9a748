"""`python -m timelines` is the command `timelines`."""

from __future__ import annotations

from .cli import main

main()
