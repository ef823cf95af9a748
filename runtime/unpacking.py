"""What stands in a packed source: gzip is unpacked on the way, of anything else it is said what makes text of it.

The bytes decide, not the name: standard input has none, and browsers unpack what keeps its ".gz".
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Final

_GZIP: Final = b"\x1f\x8b\x08"
_ZIP: Final = b"PK\x03\x04"
_ZIPPED: Final = "is a zip archive: unpack it (unzip), and give the file that was in it"
_WORKBOOK: Final = "is a workbook of a spreadsheet: save it there as CSV in UTF-8, and give that"
#: how the first file in a zip archive is called that Excel, LibreOffice, openpyxl and XlsxWriter save
_OF_WORKBOOKS: Final = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/", b"mimetype")
#: beginnings of what is no text -> what is said of it
_PROBLEMS: Final[dict[bytes, str]] = {
    _ZIP: _ZIPPED,
    b"PK\x05\x06": "is a zip archive with nothing in it: give the file that should be in it",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _WORKBOOK,
    b"\xfd7zXZ\0": "is packed by xz: unpack it (unxz), or pack it by gzip",
    b"\x28\xb5\x2f\xfd": "is packed by zstd: unpack it (unzstd), or pack it by gzip",
    **{b"BZh%d1AY&SY" % level: "is packed by bzip2: unpack it (bunzip2), or pack it by gzip" for level in range(1, 10)},
}
_TAR_AT: Final = 257
_TAR: Final = b"ustar"
#: tells zlib of the header and the checksum of gzip
_GZIP_BITS: Final = 16 + zlib.MAX_WBITS
#: how much zlib is given, and gives, at once; of what it is given it copies what it leaves, for each member anew
_PACKED_AT_ONCE: Final = 4 * 1024
_UNPACKED_AT_ONCE: Final = 256 * 1024
#: a line that is too long is kept on disk, which half a megabyte of gzip must not fill
_MOST_LINE_BYTES: Final = 512 * 1024 * 1024


class Unreadable(Exception):
    """It is no text, or damaged; says what to do. To be put behind a name: "is a zip archive: unpack it"."""


def check_start(start: bytes) -> None:
    """Raises Unreadable for what begins like no text. start: as much as there is, the better the more."""
    if start.startswith(_ZIP):
        name = start[30 : 30 + int.from_bytes(start[26:28], "little")]
        raise Unreadable(_WORKBOOK if name.startswith(_OF_WORKBOOKS) else _ZIPPED)
    for beginning, problem in _PROBLEMS.items():
        if start.startswith(beginning):
            raise Unreadable(problem)
    if start[_TAR_AT:].startswith(_TAR):
        raise Unreadable("is a tar archive: unpack it (tar -xf), and give the file that was in it")


def unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, or what they hold where they are gzip, in pieces of 256 kB at most. chunks: none is empty.

    Raises Unreadable: at once where it is no text, and where it is damaged behind all that could be read.
    """
    start = _start(chunks)
    if not start.startswith(_GZIP):
        check_start(start)
        yield from chain([start] if start else [], chunks)
        return
    inside = _gzip(chain([start], chunks))
    start = _start(inside)
    if start.startswith(_GZIP):
        raise Unreadable("is packed by gzip twice: unpack it once (gunzip)")
    check_start(start)
    yield from _bounded(chain([start] if start else [], inside))


def _start(chunks: Iterator[bytes]) -> bytes:
    """No more chunks than it takes to tell the beginnings apart: of a pipe the next one may be hours away."""
    start = b""
    for chunk in chunks:
        start += chunk
        if not any(len(start) < len(one) and one.startswith(start) for one in (_GZIP, *_PROBLEMS)):
            break
    return start


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """What all members hold, one behind the other as `cat` puts them. Zeros behind one are nothing, as for gzip."""
    member = None
    for chunk in chunks:
        for at in range(0, len(chunk), _PACKED_AT_ONCE):
            packed = chunk[at : at + _PACKED_AT_ONCE]
            while packed:
                if member is None and not (packed := packed.lstrip(b"\0")):
                    break
                member = member or zlib.decompressobj(wbits=_GZIP_BITS)
                try:
                    text = member.decompress(packed, _UNPACKED_AT_ONCE)
                    while text:
                        yield text
                        text = member.decompress(member.unconsumed_tail, _UNPACKED_AT_ONCE)
                except zlib.error as error:
                    why = str(error).rpartition(": ")[2]
                    raise Unreadable(f"is damaged ({why}): get it again, whole; `gzip -t` tells if it is") from error
                packed = member.unused_data
                if member.eof:
                    member = None
    if member is not None:
        raise Unreadable("ends in the middle of what gzip packed: it was cut off on its way here, get it again, whole")


def _bounded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        ended = piece.rfind(b"\n")
        size = size + len(piece) if ended < 0 else len(piece) - ended - 1
        if size > _MOST_LINE_BYTES:
            raise Unreadable(
                f"unpacks to a line of more than {_MOST_LINE_BYTES:,} bytes: that is no report; look what it holds "
                "(gunzip -c)"
            )
        yield piece
