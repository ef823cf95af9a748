"""Packed sources: gzip is read as what it holds, in bounded memory; of what else is no text it is said what to do."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import threading
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from producers.feeds import MAX_LINE_BYTES, Line
from runtime import unpacking
from timelines import sources
from timelines.rejects import LongLine
from timelines.sources import Source, SourceError, Stopped

MEGABYTE: Final = 1_000_000
LINES: Final = [b"one", b"", b"three \xff\r", b"PK", b"four"]
TEXT: Final = b"\n".join(LINES)
#: that compresses to a good deal: what is cut off or flipped lies within it
NOISE: Final = [os.urandom(40).hex().encode() for _ in range(50)]


def packed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def a_bomb(piece: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)
    pieces = [packer.compress(piece * (MEGABYTE // len(piece))) for _ in range(megabytes)]
    return b"".join([*pieces, packer.flush()])


def a_zip(*names: str) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, TEXT)
    return into.getvalue()


def a_tar() -> bytes:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        file = tarfile.TarInfo("reports.jsonl")
        file.size = len(TEXT)
        archive.addfile(file, io.BytesIO(TEXT))
    return into.getvalue()


def a_file(folder: Path, content: bytes, name: str = "s") -> str:
    (folder / name).write_bytes(content)
    return str(folder / name)


def a_pipe(folder: Path, content: bytes) -> str:
    """Named, and written while it is read: it may hold more than the kernel keeps."""
    path = folder / "pipe"
    os.mkfifo(path)

    def write() -> None:
        with suppress(BrokenPipeError), path.open("wb", buffering=0) as pipe:
            pipe.write(content)

    threading.Thread(target=write, daemon=True).start()
    return str(path)


def raws(lines: Iterator[Line | LongLine]) -> Iterator[bytes]:
    for line in lines:
        assert isinstance(line, Line)
        yield line.raw


def read(source: str) -> list[bytes]:
    with Source(source) as opened:
        return list(raws(opened.lines()))


def fault_of(source: str) -> tuple[str, list[bytes]]:
    """What is said of it, and the lines before."""
    found: list[bytes] = []
    with pytest.raises(SourceError) as told, Source(source) as opened:
        found.extend(raws(opened.lines()))
    return str(told.value), found


@pytest.mark.parametrize("given", [a_file, a_pipe])
@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
@pytest.mark.parametrize(
    "content",
    [
        packed(TEXT),
        packed(TEXT[:5]) + packed(b"") + packed(TEXT[5:]),
        packed(TEXT) + b"\0" * 700,
        packed(TEXT[:5]) + b"\0\0" + packed(TEXT[5:]),
        TEXT,
    ],
    ids=["one", "members", "padded", "padded-between", "plain"],
)
def test_gzip_is_read_as_what_it_holds_however_it_is_cut_and_called(
    content: bytes, chunk: int, given: Callable[[Path, bytes], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_CHUNK_BYTES", chunk)
    with Source(given(tmp_path, content)) as source:
        assert list(raws(source.lines())) == LINES
        assert (source.whole, source.bytes_read) == (True, len(content))


def test_the_digest_is_that_of_the_lines_so_that_a_run_goes_on_from_either_form(tmp_path: Path) -> None:
    with Source(a_file(tmp_path, TEXT, "plain")) as plain, Source(a_file(tmp_path, packed(TEXT))) as same:
        list(plain.lines())
        same.expect(3, plain.digest())
        with pytest.raises(SourceError, match="differ"):
            list(same.lines())
    with Source(a_file(tmp_path, packed(TEXT))) as same:
        same.expect(len(LINES), plain.digest())
        assert list(raws(same.lines())) == LINES


def test_a_name_that_says_gzip_of_plain_text_is_no_matter(tmp_path: Path) -> None:
    assert read(a_file(tmp_path, TEXT, "s.jsonl.gz")) == LINES


@pytest.mark.parametrize("text", [b"P", b"PK", b"PK\x03", b"BZh91AY", b"\x1f", b"\x1f\x8b", b"\xfd7zX", b""])
def test_what_only_begins_like_something_packed_is_text(text: bytes, tmp_path: Path) -> None:
    assert read(a_file(tmp_path, text)) == ([text] if text else [])


@pytest.mark.parametrize("level", [0, 9])
def test_what_is_flushed_into_a_pipe_is_read_while_the_pipe_stays_open(level: int) -> None:
    reader, writer = os.pipe()
    packer = zlib.compressobj(level=level, wbits=31)
    with os.fdopen(writer, "wb", buffering=0) as pipe, Source(f"/dev/fd/{reader}") as source:
        lines = raws(source.lines())
        for line in (b"first", b"second"):
            pipe.write(packer.compress(line + b"\n") + packer.flush(zlib.Z_SYNC_FLUSH))
            assert next(lines) == line
        pipe.write(packer.flush())
        pipe.close()
        assert list(lines) == []
    os.close(reader)


def test_wherever_gzip_is_cut_off_the_lines_before_are_read_and_the_rest_is_told(tmp_path: Path) -> None:
    content = packed(b"\n".join(NOISE))
    most = 0
    for end in (3, 9, 10, 11, *range(100, len(content) - 8, 97), len(content) - 8, len(content) - 1):
        told, lines = fault_of(a_file(tmp_path, content[:end]))
        assert "cut off on its way here, get it again, whole" in told
        assert lines == NOISE[: len(lines)]
        assert ("lines before that were read)" in told) == bool(lines)
        assert len(lines) >= most
        most = len(lines)
    assert most == len(NOISE) - 1  # the last has no line feed: who knows whether it is whole


def test_a_member_that_is_cut_off_behind_whole_ones_is_told_too(tmp_path: Path) -> None:
    told, lines = fault_of(a_file(tmp_path, packed(TEXT + b"\n") + packed(b"more\n")[:-3]))
    assert "cut off" in told
    assert lines == [*LINES, b"more"]


@pytest.mark.parametrize(
    "behind", [b"x", b"\0x", b"\x1f\x8b", b"\x1f\x8b\x07", TEXT], ids=["x", "zero-x", "2-bytes", "3-bytes", "text"]
)
def test_what_stands_behind_gzip_and_is_none_is_told_behind_the_lines(behind: bytes, tmp_path: Path) -> None:
    told, lines = fault_of(a_file(tmp_path, packed(TEXT + b"\n") + behind))
    assert "is damaged (incorrect header check)" in told or "cut off" in told
    assert "get it again, whole" in told
    assert lines == LINES


def test_a_wrong_checksum_is_told(tmp_path: Path) -> None:
    content = packed(TEXT)
    told, _ = fault_of(a_file(tmp_path, content[:-8] + b"\0\0\0\0" + content[-4:]))
    assert told.startswith("s is damaged (incorrect data check): get it again, whole")


def test_damage_far_behind_loses_no_line_far_before_it(tmp_path: Path) -> None:
    lines = [os.urandom(500).hex().encode() for _ in range(1_000)]
    content = bytearray(packed(b"\n".join(lines)))
    content[-300_000] ^= 255
    told, found = fault_of(a_file(tmp_path, bytes(content)))
    assert "is damaged" in told
    assert len(found) > 300
    assert found[:300] == lines[:300]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (a_zip("reports.jsonl"), "is a zip archive: unpack it (unzip)"),
        (a_zip(), "is a zip archive with nothing in it"),
        (a_zip("[Content_Types].xml", "xl/workbook.xml"), "is a workbook of a spreadsheet: save it there as CSV"),
        (a_zip("docProps/app.xml", "xl/workbook.xml"), "is a workbook of a spreadsheet: save it there as CSV"),
        (a_zip("mimetype", "content.xml"), "is a workbook of a spreadsheet: save it there as CSV"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "is a workbook of a spreadsheet: save it there as CSV"),
        (lzma.compress(TEXT), "is packed by xz: unpack it (unxz)"),
        (bz2.compress(TEXT), "is packed by bzip2: unpack it (bunzip2)"),
        (bytes.fromhex("28b52ffd") + TEXT, "is packed by zstd: unpack it (unzstd)"),
        (a_tar(), "is a tar archive: unpack it (tar -xf)"),
    ],
    ids=["zip", "empty-zip", "excel", "openpyxl", "open-document", "xls", "xz", "bzip2", "zstd", "tar"],
)
def test_what_is_packed_otherwise_is_told_at_once_with_the_remedy(content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as told:
        Source(a_file(tmp_path, content))
    assert str(told.value).startswith(f"SOURCE: s {said}")
    for given in (a_pipe(tmp_path, content), a_file(tmp_path, packed(content))):
        problem, lines = fault_of(given)
        assert (problem.partition(" ")[2].startswith(said), lines) == (True, [])


def test_gzip_in_gzip_is_told(tmp_path: Path) -> None:
    assert fault_of(a_file(tmp_path, packed(packed(TEXT)))) == (
        "s is packed by gzip twice: unpack it once (gunzip)",
        [],
    )


def test_a_bomb_of_lines_is_never_held(tmp_path: Path) -> None:
    source = a_file(tmp_path, a_bomb(b"x" * (MEGABYTE - 1) + b"\n", 150))
    tracemalloc.start()
    try:
        with Source(source) as opened:
            sizes = [len(raw) for raw in raws(opened.lines())]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sizes == [MEGABYTE - 1] * 150
    assert peak < 8 * MEGABYTE


def test_a_bomb_of_one_line_fills_neither_memory_nor_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "_MOST_LINE_BYTES", 40 * MEGABYTE)
    content = a_bomb(b"\0", 150)
    assert len(content) < MEGABYTE
    source = a_file(tmp_path, content)
    tracemalloc.start()
    try:
        told, lines = fault_of(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "unpacks to a line of more than 40,000,000 bytes" in told
    assert lines == []
    assert peak < 4 * MAX_LINE_BYTES


def test_a_packed_line_that_is_too_long_is_a_bad_row_with_its_bytes(tmp_path: Path) -> None:
    long = b"x" * (MAX_LINE_BYTES + 1)
    with Source(a_file(tmp_path, packed(b"a\n" + long + b"\nb"))) as source:
        first, bad, last = source.lines()
    assert isinstance(bad, LongLine)
    with bad.bytes_:
        assert (bad.number, bad.size, bad.bytes_.read()) == (2, len(long), long)
    assert (first, last) == (Line(1, b"a"), Line(3, b"b"))


def test_many_members_of_nothing_are_not_copied_over_and_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = 0
    make = zlib.decompressobj

    class Counting:
        def __init__(self, wbits: int) -> None:
            self._member = make(wbits=wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            nonlocal given
            given += len(data)
            return self._member.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self._member, name)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    content = packed(b"") * 20_000
    assert read(a_file(tmp_path, content + packed(b"a"))) == [b"a"]
    assert given < 200 * len(content)  # of a whole chunk at once it would be some six thousand times as much


def test_ctrl_c_does_not_wait_for_what_a_few_bytes_hold(tmp_path: Path) -> None:
    asked = 0

    def stopped() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with Source(a_file(tmp_path, a_bomb(b"x" * 99 + b"\n", 20)), stopped=stopped) as source, pytest.raises(Stopped):
        list(source.lines())
    assert source.lines_read < 20_000
