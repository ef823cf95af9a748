"""Weights are the same to the byte whatever the number of processors: numpy is told before it is loaded."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

_SAYS = (
    "import {package}, os, sys; "
    "print('numpy' in sys.modules, os.environ['OPENBLAS_NUM_THREADS'], os.environ['OMP_NUM_THREADS'])"
)


@pytest.mark.parametrize("package", ["evaluation", "timelines", "benchmarks"])
@pytest.mark.parametrize(("given", "told"), [(None, "1"), ("2", "2")])
def test_numpy_gets_one_thread_unless_told_otherwise(package: str, given: str | None, told: str) -> None:
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment.update(dict.fromkeys(names, given) if given is not None else {})
    done = subprocess.run(
        [sys.executable, "-c", _SAYS.format(package=package)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["False", told, told]
