"""Bytewax, stateful, with recovery, in an environment of its own (benchmarks/rivals). At least once: it has no
transactions.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from bytewax import operators as op
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.run import cli_main
from confluent_kafka import OFFSET_BEGINNING, OFFSET_END

from benchmarks.sides import asked
from benchmarks.stand_in import Marks, incident_of, say, step, written
from schemas.codec import decode_log_record
from schemas.topics import EVENTS, UPDATES

_EPOCH = timedelta(milliseconds=100)


def main() -> None:
    given = asked()

    def end(result: dict[str, float]) -> None:
        say(result)
        os._exit(0)

    marks = Marks(given.events, end, begin=given.begin)

    def by_region(message: KafkaSourceMessage[Any, Any]) -> tuple[str, KafkaSourceMessage[Any, Any]]:
        return message.key.decode(), message

    def work(kept: dict[str, bytes] | None, message: KafkaSourceMessage[Any, Any]) -> Any:
        marks.add()
        known = dict(kept or {})  # a snapshot of the state before must not change
        report: Any = decode_log_record(dict(message.headers)["ce_type"].decode(), message.value)
        region = message.key.decode()
        cause = (message.partition or 0, message.offset or 0)
        name = incident_of(report.event_id)
        incident_id, state, update = step(known.get(name), report, region, cause, given.core_us)
        known[incident_id] = state
        key, value, headers = written(update)
        return known, KafkaSinkMessage(key, value, headers=headers)

    flow = Dataflow("bench")
    start = OFFSET_BEGINNING if given.start == "earliest" else OFFSET_END
    read = kop.input("log", flow, brokers=[given.servers], topics=[EVENTS], starting_offset=start, batch_size=500)
    made = op.stateful_map("correlate", op.map("key", read.oks, by_region), work)
    kop.output("updates", op.map("drop", made, lambda pair: pair[1]), brokers=[given.servers], topic=UPDATES)
    folder = Path(mkdtemp(prefix="bench-bytewax-"))
    init_db_dir(folder, 1)
    cli_main(flow, epoch_interval=_EPOCH, recovery_config=RecoveryConfig(str(folder)))


if __name__ == "__main__":
    main()
