"""A line of JSON Lines as an object; or which of the usual mistakes was made."""

from __future__ import annotations

from typing import Any

from pydantic_core import from_json

from schemas.errors import MalformedRecord

from . import BYTE_ORDER_MARK, NO_TEXT


def object_of(raw: bytes, *, what: str) -> dict[str, Any]:
    """What one line holds. what: "report", "event". Raises MalformedRecord, with field "line" and the remedy."""
    if b"\0" in raw:  # JSON has none
        raise MalformedRecord("line", NO_TEXT, raw)
    try:
        value = from_json(raw.removeprefix(BYTE_ORDER_MARK), allow_inf_nan=False)
    except ValueError as error:
        remedy = f"write one {what} a line, in one piece (jq -c '.[]' makes lines of an array)"
        raise MalformedRecord("line", f"is no JSON: {error}: {remedy}", raw) from error
    if not isinstance(value, dict):
        remedy = "jq -c '.[]' makes lines of an array" if isinstance(value, list) else "{...}"
        raise MalformedRecord("line", f"must be a JSON object, one {what}: {remedy}", raw)
    return value
