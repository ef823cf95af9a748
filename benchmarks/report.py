"""docs/benchmarks.md and the figures of the README, made from docs/benchmarks.json alone.

python -m benchmarks --report
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import STORE, load
from benchmarks.machine import UNIT_AT_REST_MS

PAGE: Final = Path("docs/benchmarks.md")
README: Final = Path("README.md")
BEGIN: Final = "<!-- figures: written by `python -m benchmarks --report` from docs/benchmarks.json -->"
END: Final = "<!-- end of figures -->"

_SIDES: Final = {
    "worker": "this worker",
    "bare": "loop by hand",
    "stock_faust": "stock Faust (aiokafka)",
    "quix": "Quix Streams",
    "bytewax": "Bytewax",
}
_JOBS: Final = {
    ("bytes", 0.0): "bytes, no core",
    ("bytes", 25.0): "bytes, 25 µs",
    ("events", 0.0): "events, no core",
    ("events", 25.0): "events, 25 µs",
    ("real", 0.0): "events, real core",
}


def page(found: dict[str, Any]) -> str:
    """The whole page. found: what docs/benchmarks.json holds; what was not measured is said to be missing."""
    parts = [
        "# Benchmarks\n\nWritten by the program (`make bench`); do not edit. Medians, and in brackets the least "
        "and the "
        "greatest of the runs.\nAll sides of a table ran in turns, on one machine, against one broker.",
        _machine(found.get("machine")),
        _saturation(found.get("saturation"), found.get("real_core")),
        _latency(found.get("latency")),
        _failover(found.get("failover")),
        _restore(found.get("restore")),
        _soak(found.get("soak")),
    ]
    return "\n\n".join(parts) + "\n"


def figures(found: dict[str, Any]) -> str:
    """The lines of the README: what a reader wants to know first."""
    lines = []
    rows = _rows(found, "saturation") + _rows(found, "real_core")
    ratio = {(row["side"], row["job"], row["core_us"]): row for row in rows}
    for key, what in (
        (("worker", "events", 25.0), "with a core of 25 µs"),
        (("worker", "real", 0.0), "with the real core"),
    ):
        if key in ratio:
            lines.append(f"CPU of an event {what}, to a loop written by hand | {_number(ratio[key]['to_bare'])}")
    for side in ("stock_faust", "quix", "bytewax"):
        row, ours = ratio.get((side, "events", 25.0)), ratio.get(("worker", "events", 25.0))
        if row and ours:
            times = round(row["cpu_us"]["median"] / ours["cpu_us"]["median"], 1)
            lines.append(f"the same of {_SIDES[side]}, to this worker | {times} |")
    for row in _rows(found, "latency"):
        if row["setup"] == "worker":
            rate = f"{found['latency']['rate']:,.0f}"
            lines.append(
                f"{rate} events/s, append to committed result | "
                f"p50 {row['p50']['median']} ms, p99 {row['p99']['median']} ms, p999 {row['p999']['median']} ms"
            )
    lines += [
        f"{row['blow']}: its partitions away, the others | {_number(row['away'])} s, {_number(row['others'])} s"
        for row in _rows(found, "failover")
    ]
    if restore := found.get("restore"):
        lines.append(f"restore of {restore['incidents']:,} incidents | {_number(restore['seconds'])} s")
    if soak := found.get("soak"):
        lines.append(f"soak of {soak['minutes']} minutes | {soak['verdict']}")
    if not lines:
        return "Not measured on a quiet machine yet: `make bench`."
    table = "\n".join(f"| {line.rstrip(' |')} |" for line in lines)
    head = "| | median (least - greatest) |\n| --- | --- |"
    return f"{head}\n{table}\n\nAll of it: [docs/benchmarks.md](docs/benchmarks.md)."


def quoted(readme: str, found: dict[str, Any]) -> str:
    """The README with its figures as found. Raises ValueError where the markers are missing."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{README} needs the lines {BEGIN!r} and {END!r} around its figures")
    return f"{before}{BEGIN}\n{figures(found)}\n{END}{after}"


def write(store: Path = STORE) -> None:
    """Both files, anew."""
    found = load(store)
    PAGE.write_text(page(found), encoding="utf-8")
    README.write_text(quoted(README.read_text(encoding="utf-8"), found), encoding="utf-8")


def _rows(found: dict[str, Any], section: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = found.get(section, {}).get("rows", [])
    return rows


def _machine(machine: dict[str, Any] | None) -> str:
    if machine is None:
        return _missing("The machine")
    versions = ", ".join(f"{name} {number}" for name, number in sorted(machine["versions"].items()))
    return (
        f"{machine['cores']} cores of {machine['processor']}, {machine['memory_gb']} GB, {machine['system']}; the "
        f"broker runs on the same cores. {versions}.\n\nOther tenants slow the machine, at some hours threefold. So a "
        f"fixed loop of Python was timed after each table; where nobody does, it takes up to {UNIT_AT_REST_MS} ms."
    )


def _saturation(section: dict[str, Any] | None, real: dict[str, Any] | None) -> str:
    head = "## CPU of an event, always more to do"
    if section is None:
        return _missing(head)
    rows = [*section["rows"], *(real["rows"] if real else ())]
    lines = [
        (
            _JOBS[row["job"], row["core_us"]],
            _SIDES[row["side"]],
            _number(row["to_bare"]) if "to_bare" in row else "1" if row["side"] == "bare" else _against(row, rows),
            _number(row["cpu_us"]),
            _number(row["wall_us"]),
        )
        for row in rows
    ]
    order = list(_JOBS.values())
    lines.sort(key=lambda line: order.index(line[0]))
    table = _table(("job", "side", "to the loop by hand", "CPU µs/event", "wall µs/event"), lines)
    count = f"{section['events']:,} events of {section['event_bytes']:,} bytes, {section['rounds']} rounds"
    if real:
        count += f"; real core: {real['events']:,} coded reports, {real['rounds']} rounds"
    return (
        f"{head}\n\n`python -m benchmarks.comparing` ({count}; {_load(section)})\n\n{table}\n\n"
        "CPU of all threads of the process, over the second half of the events. *bytes*: nothing is decoded; for each "
        "batch of one partition 64 records and the offset are written in one transaction. *events*: the "
        "contract's job, "
        "the same code on all sides: decode and check the event, one of 256 incidents gets its next revision, "
        "one update "
        "with its headers goes out for every event, the changed states and the offset with them. *25 µs*: so "
        "much thinking "
        "beside it. *real core*: updates, entries, heads and states of the service.\n\n"
        "The loop by hand is confluent-kafka, one transactional producer a partition, 90 lines: no groups, no "
        "back-pressure, no metrics, no checks. Stock Faust and Bytewax cannot write their results and the "
        "offset in one "
        "transaction: they do the job at least once. Quix Streams runs exactly once, commits every 20 ms, and "
        "keeps its "
        "state in RocksDB." + _failed(section)
    )


def _against(row: dict[str, Any], rows: Iterable[dict[str, Any]]) -> str:
    """Ratio of medians, where there were not as many runs of both."""
    for other in rows:
        if other["side"] == "bare" and (other["job"], other["core_us"]) == (row["job"], row["core_us"]):
            return f"{row['cpu_us']['median'] / other['cpu_us']['median']:.2f}"
    return ""


def _latency(section: dict[str, Any] | None) -> str:
    head = "## At a steady pace: latency and CPU"
    if section is None:
        return _missing(head)
    lines = [
        (
            row["setup"],
            *(_number(row[at]) for at in ("p50", "p99", "p999")),
            _number(row["cpu_us"]),
            _number(row["to_bare"]) if "to_bare" in row else "",
        )
        for row in section["rows"]
    ]
    table = _table(("side", "p50 ms", "p99 ms", "p999 ms", "CPU µs/event", "to the loop"), lines)
    return (
        f"{head}\n\n`python -m benchmarks.latency` ({section['rate']:,.0f} events/s for {section['seconds']} s, "
        f"core of "
        f"{section['core_us']} µs, {section['rounds']} rounds; {_load(section)})\n\n{table}\n\n"
        "From just before the producer is called to the committed update in the hands of a read_committed reader. "
        f"`worker` is as it comes: the broker gathers records for {section.get('coalesce_ms', 20)} ms, for `bare`, the "
        "loop by hand, too; unless it waits itself, as one writes such a loop. "
        "Results of stock Faust are not transactional, so "
        "its readers need not wait for a commit."
        + (
            f" The broker runs with Java's whole compiler and had warmed up for {warm} s before the first round."
            if (warm := section.get("warm_s"))
            else ""
        )
        + _failed(section)
    )


def _failover(section: dict[str, Any] | None) -> str:
    head = "## When a worker dies or is restarted"
    if section is None:
        return _missing(head)
    lines = [
        (
            row["blow"],
            *(_number(row[what]) for what in ("away", "others", "usual")),
            f"{row['lost']} / {row['doubled']}",
        )
        for row in section["rows"]
    ]
    table = _table(("what happens", "its partitions, s", "the other's, s", "before, s", "lost / doubled"), lines)
    return (
        f"{head}\n\n`python -m benchmarks.failover` (two workers, four partitions, {section['rate']} events/s, "
        f"session of "
        f"{section['session_s']} s, {section['rounds']} rounds; {_load(section)})\n\n{table}\n\n"
        "Longest time between two committed updates of a partition, from the blow until all flow again."
    )


def _restore(section: dict[str, Any] | None) -> str:
    head = "## Restore"
    if section is None:
        return _missing(head)
    return (
        f"{head}\n\n`python -m benchmarks.restoring` ({section['rounds']} rounds; {_load(section)})\n\n"
        f"{section['incidents']:,} incidents, all alive, each with the evidence of a report: {section['records']:,} "
        f"records, {section['bytes'] / 1e6:,.0f} MB. From the assignment to readiness "
        f"**{_number(section['seconds'])} s**; "
        f"from the start of the process {_number(section['from_start_s'])} s. Resident afterwards: "
        f"{_number(section['resident_mb'])} MB."
    )


def _soak(section: dict[str, Any] | None) -> str:
    head = "## Soak"
    if section is None:
        return _missing(head)
    lines = [
        (
            str(minute["minute"]), minute["blow"], f"{minute['events']:,}", str(minute["lag"]),
            *(str(minute[at]) for at in ("p50", "p99", "p999")), " ".join(f"{mb:.0f}" for mb in minute["resident_mb"]),
        )
        for minute in section["per_minute"]
    ]  # fmt: skip
    table = _table(("minute", "blow", "updates", "lag", "p50 ms", "p99 ms", "p999 ms", "MB of each worker"), lines)
    return (
        f"{head}\n\n`python -m benchmarks.soak --minutes {section['minutes']}` ({section['rate']} events/s; "
        f"{_load(section)})\n\n{section['verdict']}\n\n{table}"
    )


def _missing(head: str) -> str:
    return f"{head}\n\nNot measured yet: `make bench`."


def _failed(section: dict[str, Any]) -> str:
    return "".join(f"\n\nNot measured: {side}: {why}" for side, why in sorted(section.get("failed", {}).items()))


def _load(section: dict[str, Any]) -> str:
    unit = f"; the fixed loop took {section['unit_ms']} ms after it" if "unit_ms" in section else ""
    return f"load of the machine before: {section['load_before']}{unit}"


def _number(spread: dict[str, Any]) -> str:
    if spread["runs"] == 1:
        return f"{spread['median']:,}"
    return f"{spread['median']:,} ({spread['min']:,} - {spread['max']:,})"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
