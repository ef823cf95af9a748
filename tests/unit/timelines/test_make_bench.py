"""What `make bench` calls is there and takes those options."""

from __future__ import annotations

import runpy
import sys

import pytest

from benchmarks.__main__ import BENCHMARKS


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=" ".join)
def test_every_benchmark_can_be_called_and_knows_its_options(
    benchmark: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, *options = benchmark
    monkeypatch.delitem(sys.modules, module, raising=False)  # runpy warns of one that was imported before
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    assert ended.value.code in (None, 0)
    told = capsys.readouterr().out
    assert [option for option in options if option not in told] == []
