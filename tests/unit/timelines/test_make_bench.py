"""What `make bench` calls is there and takes those options."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=" ".join)
def test_every_benchmark_can_be_called_and_knows_its_options(benchmark: tuple[str, ...]) -> None:
    module, *options = benchmark
    done = subprocess.run([sys.executable, "-m", module, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert [option for option in options if option not in done.stdout] == []
