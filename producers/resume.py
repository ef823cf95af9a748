"""The file from which an interrupted run goes on: what was delivered, of which source, with which options.

It holds row numbers, not events; the source is read again. It is refused when the source, the options that
decide what is sent in which order, or the broker are others: events would be lost or doubled.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .ledger import Ledger, RowNumbers

_MAX_BYTES: Final = 64 * 1024 * 1024
_Count = Annotated[int, Field(ge=0, le=10**12)]


class ResumeError(Exception):
    """There is nothing to go on from, or it does not fit; says what to do."""


class Resume(BaseModel):
    """lines, digest: how many lines had been read, and their SHA-256. whole: whether that was all of the source.

    options: name of the option -> its value, as text
    cluster: id of the Kafka cluster; None where the broker gives none
    delivered, rejected: row numbers as intervals
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: Literal[1] = 1
    source: str
    options: dict[str, str]
    topic: str
    cluster: str | None
    lines: _Count
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    whole: bool
    read: _Count
    delivered: str
    rejected: str

    def ledger(self) -> Ledger:
        """The account so far. Raises ResumeError."""
        try:
            return Ledger(
                RowNumbers.read(self.delivered, most=self.read), RowNumbers.read(self.rejected, most=self.read)
            )
        except ValueError as error:
            raise ResumeError(f"the resume file is damaged ({error}): remove it to start anew") from error

    def check(self, *, source: str, options: Mapping[str, str], topic: str, cluster: str | None) -> None:
        """Raises ResumeError where this run is another than the interrupted one."""
        if self.source != source:
            raise ResumeError(f"the resume file is of {self.source!r}, not of {source!r}: name that source")
        for name in sorted({*self.options, *options}):
            then, now = self.options.get(name, "not given"), options.get(name, "not given")
            if then != now:
                raise ResumeError(
                    f"--{name} was {then} in the interrupted run and is {now} now: "
                    "use the same, or start anew without --resume"
                )
        if self.topic != topic:
            raise ResumeError(f"the interrupted run sent to topic {self.topic}, this one would to {topic}")
        if self.cluster is not None and cluster is not None and self.cluster != cluster:
            raise ResumeError(
                f"the interrupted run sent to the Kafka cluster {self.cluster!r}, this broker belongs to {cluster!r}: "
                "give the address of the former, or start anew without --resume"
            )


def read_resume(path: Path) -> Resume:
    """Raises ResumeError."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ResumeError(f"{path} is no resume file (too large): remove it and start anew without --resume")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ResumeError(
            f"{path} is not there: no run of this source was interrupted in this folder; start without --resume"
        ) from None
    except OSError as error:
        raise ResumeError(f"{path} cannot be read ({error.strerror})") from error
    try:
        return Resume.model_validate_json(raw)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "content"
        raise ResumeError(
            f"{path} is no resume file of this version ({where}: {fault['msg']}): remove it to start anew"
        ) from error


def write_resume(path: Path, resume: Resume) -> None:
    """All of it or nothing: a half-written file would lose or double events. Raises ResumeError."""
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(resume.model_dump_json(indent=1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise ResumeError(
            f"{path} cannot be written ({error.strerror}): the run cannot be resumed; "
            f"delivered were the rows {resume.delivered[:200] or 'none'}"
        ) from error
