"""What is wrong with a message, said so that whoever sent it can mend it."""

from __future__ import annotations

from pydantic import ValidationError


class MalformedRecord(ValueError):
    """A record that is no message of ours: names the field, what is wrong, and keeps the bytes.

    field: dotted path ("location.lat", "actors.0.role"), or the header's name ("ce_type")
    problem: one sentence, with the remedy
    raw: the bytes as received
    """

    def __init__(self, field: str, problem: str, raw: bytes | None) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem
        self.raw = raw

    @classmethod
    def from_validation(cls, error: ValidationError, raw: bytes | None) -> MalformedRecord:
        """The first fault that pydantic found, in our words, with the count of the others."""
        faults = error.errors(include_url=False, include_context=False, include_input=True)
        fault = faults[0]
        # a union's tag ("attack") stands in the path; the sender knows only field names
        path = [str(part) for part in fault["loc"] if part not in ("attack", "statement", "protest")]
        field = ".".join(path) or "value"
        problem = fault["msg"].removeprefix("Value error, ")
        given = repr(fault.get("input"))
        if fault["type"] == "extra_forbidden":
            problem = "is no field of this message: remove it or correct its name"
        elif fault["type"] == "missing":
            problem = "is missing: add it"
        elif fault["type"] != "json_invalid" and len(given) <= 60:
            problem = f"{problem} (given: {given})"
        if len(faults) > 1:
            problem = f"{problem} [and {len(faults) - 1} more]"
        return cls(field, problem[:900], raw)


class TooLarge(MalformedRecord):
    """The encoded message is above what a topic takes."""
