from __future__ import annotations

import gzip
import json

import pytest

from producers.feeds.json_lines import object_of
from schemas.errors import MalformedRecord


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        (gzip.compress(b"{}", mtime=0), "unpack"),
        (b"[", "jq -c"),
        (b'  "id": "r1",', "one report a line"),
        (b'[{"a": 1}]', "jq -c"),
        (b"7", r"\{\.\.\.\}"),
        (b'{"a": NaN}', "one report a line"),
        (b'{"a": "\xff"}', "one report a line"),
    ],
)
def test_a_line_that_is_no_report_says_what_to_do(raw: bytes, says: str) -> None:
    with pytest.raises(MalformedRecord, match=says) as caught:
        object_of(raw, what="report")
    assert caught.value.field == "line"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert object_of(b"\xef\xbb\xbf" + json.dumps({"a": "ü"}).encode(), what="event") == {"a": "ü"}
