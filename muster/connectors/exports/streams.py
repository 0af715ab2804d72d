"""The bytes of an export file, decompressed and as UTF-8, in chunks.

Compression is told by the first bytes, not by the suffix; the encoding by a byte order mark, else by whether the
bytes are UTF-8. Damaged compression is a SourceError; single bad bytes are left for the row that holds them.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from muster.connectors.exports.formats import is_export
from muster.errors import SourceError

CHUNK = 4 << 20
_HIGH = bytes(range(0x80, 0x100))
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: Windows-1252 with its five unused bytes read as control characters, as browsers do.
_CP1252 = {byte: ord(bytes([byte]).decode("cp1252", "ignore") or chr(byte)) for byte in range(256)}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The decompressed bytes of a file; a file that is damaged, cut off or unreadable is a SourceError."""
    try:
        with _decompressed(path) as stream:
            yield stream
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, pa.ArrowInvalid) as error:
        raise SourceError(f"{path.name}: the compressed data is damaged or cut off; export the file again") from error
    except OSError as error:
        raise SourceError(f"{path.name} cannot be read: {error.strerror or 'damaged data'}; check the file") from error


def _decompressed(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"\x1f\x8b":
        return cast(IO[bytes], gzip.open(path))
    if magic == b"\x28\xb5\x2f\xfd":
        return cast(IO[bytes], pa.input_stream(str(path), compression="zstd"))
    if magic[:3] == b"BZh":
        return cast(IO[bytes], bz2.open(path))
    if magic == b"PK\x03\x04":
        archive = zipfile.ZipFile(path)
        return archive.open(zip_member(path))
    return path.open("rb")


def zip_member(path: Path) -> str:
    """The name of the one export that a zip archive holds; several or none are a SourceError."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [item.filename for item in archive.infolist() if not item.is_dir()]
    except zipfile.BadZipFile as error:
        raise SourceError(f"{path.name}: the archive is damaged or cut off; export the file again") from error
    exports = [name for name in members if is_export(Path(name))]
    if len(exports) != 1:
        raise SourceError(f"{path.name} holds {len(exports)} export files where one is read; unpack it in the folder")
    return exports[0]


def encoding_of(path: Path, whole: bool = True) -> str:
    """`utf-8`, `utf-16-le`, `utf-16-be` or `cp1252`; `whole` reads to the end, else only the first chunk counts.

    A file that is not clean UTF-8 is taken for cp1252 when more of its bytes above 127 stand alone than form
    UTF-8 sequences; otherwise it is UTF-8 with some bad rows.
    """
    with opened(path) as stream:
        head = stream.read(CHUNK)
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if marked:
        return marked
    if head[:200:2].count(0) > len(head[:200]) // 4:
        return "utf-16-be"
    if head[1:200:2].count(0) > len(head[:200]) // 4:
        return "utf-16-le"
    if _is_utf8(path, whole):
        return "utf-8"
    alone = sequences = 0
    for chunk in _raw_chunks(path, whole):
        found = _SEQUENCE.findall(chunk)
        sequences += len(found)
        alone += len(chunk) - len(chunk.translate(None, _HIGH)) - sum(map(len, found))
    return "cp1252" if alone > sequences else "utf-8"


def utf8_chunks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file as UTF-8 without a byte order mark. Bytes that do not decode come out as invalid UTF-8."""
    if encoding == "utf-8":
        for number, chunk in enumerate(_raw_chunks(path, whole=True)):
            yield chunk.removeprefix(codecs.BOM_UTF8) if number == 0 else chunk
        return
    if encoding == "cp1252":
        for chunk in _raw_chunks(path, whole=True):
            yield codecs.charmap_decode(chunk, "strict", _CP1252)[0].encode()
        return
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for number, chunk in enumerate(_raw_chunks(path, whole=True)):
        text = decoder.decode(chunk)
        yield (text.removeprefix("\ufeff") if number == 0 else text).encode("utf-8", "surrogatepass")
    if decoder.getstate()[0]:
        yield b"\xff"  # half a character at the end


def _raw_chunks(path: Path, whole: bool) -> Iterator[bytes]:
    with opened(path) as stream:
        while chunk := stream.read(CHUNK):
            yield bytes(chunk)
            if not whole:
                return


def _is_utf8(path: Path, whole: bool) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _raw_chunks(path, whole):
            decoder.decode(chunk)
        decoder.decode(b"", final=whole)
    except UnicodeDecodeError:
        return False
    return True
