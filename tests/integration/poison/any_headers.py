"""Sends records as other clients can: confluent-kafka gives a header's name as text, librdkafka takes any bytes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final

from runtime.embedded import _librdkafka

#: the tags of rd_kafka_producev: each comes before what it names, the last ends the list
_TOPIC: Final = ctypes.c_int(1)
_PARTITION: Final = ctypes.c_int(3)
_VALUE: Final = ctypes.c_int(4)
_KEY: Final = ctypes.c_int(5)
_FLAGS: Final = ctypes.c_int(7)
_HEADERS: Final = ctypes.c_int(10)
_END: Final = ctypes.c_int(0)
_COPY: Final = ctypes.c_int(2)
_PRODUCER: Final = 0
_ANSWER_MS: Final = 10_000


def send_any(
    servers: str, topic: str, partition: int, key: bytes, value: bytes, headers: Sequence[tuple[bytes, bytes]]
) -> None:
    """One record, delivered when this returns. Compressed: a broker that compresses by itself writes names anew."""
    library = _librdkafka()
    library.rd_kafka_headers_new.restype = ctypes.c_void_p
    library.rd_kafka_header_add.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_ssize_t, ctypes.c_char_p, ctypes.c_ssize_t,
    ]  # fmt: skip
    library.rd_kafka_flush.argtypes = [ctypes.c_void_p, ctypes.c_int]
    reason = ctypes.create_string_buffer(512)
    configuration = library.rd_kafka_conf_new()
    for name, setting in ((b"bootstrap.servers", servers.encode()), (b"compression.codec", b"zstd")):
        assert library.rd_kafka_conf_set(configuration, name, setting, reason, len(reason)) == 0, reason.value
    producer = library.rd_kafka_new(_PRODUCER, configuration, reason, len(reason))
    assert producer, reason.value
    given = library.rd_kafka_headers_new(len(headers))
    for name, header in headers:
        library.rd_kafka_header_add(given, name, len(name), header, len(header))
    failed = library.rd_kafka_producev(
        ctypes.c_void_p(producer),
        _TOPIC, ctypes.c_char_p(topic.encode()),
        _PARTITION, ctypes.c_int32(partition),
        _VALUE, ctypes.c_char_p(value), ctypes.c_size_t(len(value)),
        _KEY, ctypes.c_char_p(key), ctypes.c_size_t(len(key)),
        _FLAGS, _COPY,
        _HEADERS, ctypes.c_void_p(given),
        _END,
    )  # fmt: skip
    assert failed == 0
    assert library.rd_kafka_flush(producer, _ANSWER_MS) == 0
    library.rd_kafka_destroy(producer)
