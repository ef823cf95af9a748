"""Whoever has the log gets the same timelines: in any process, zone and hash order, however records are batched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from processors.correlation.linking.linker import EvidenceLinker
from tests.place_and_day_linker import PlaceAndDayLinker
from tests.seeded_log import a_seeded_log, digest

_ROOT = Path(__file__).parents[3]


def in_another_process(hash_seed: str, zone: str, batch: int, *real: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.seeded_log", "7", "150", str(batch), *real],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.strip()


@pytest.mark.parametrize("real", [(), ("real",)], ids=["hand-made linker", "real linker"])
def test_another_hash_seed_zone_and_batch_size_give_the_same_bytes(real: tuple[str, ...]) -> None:
    linker = EvidenceLinker() if real else PlaceAndDayLinker()
    here = digest(a_seeded_log(7, 150), 1, linker)
    assert in_another_process("1", "Asia/Tokyo", 13, *real) == here
    assert in_another_process("4242", "America/St_Johns", 200, *real) == here


def test_another_log_gives_other_bytes() -> None:
    assert digest(a_seeded_log(7, 60), 1, PlaceAndDayLinker()) != digest(a_seeded_log(8, 60), 1, PlaceAndDayLinker())
