"""A Faust transport on confluent-kafka (librdkafka). Knows nothing of this project: take the folder and use it.

    app = faust.App("clicks", broker="rdkafka://127.0.0.1:9092")

See README.md beside this file for what works, what does not, and what it costs.
"""

from .assignor import Assignor
from .batch import BatchMessage, BatchSchema
from .options import Options
from .threads import NotAllowed, OffsetOutOfRange
from .transport import SCHEME, Transport, configure

__all__ = [
    "SCHEME",
    "Assignor",
    "BatchMessage",
    "BatchSchema",
    "NotAllowed",
    "OffsetOutOfRange",
    "Options",
    "Transport",
    "configure",
]
