"""Bytes of a file: whole, decoded, line by line, with the limits that no file may pass."""

import codecs
import io
from collections.abc import Iterator
from gzip import GzipFile
from typing import IO, Any, BinaryIO

LARGEST_FILE = 64 * 2**20  # bytes of a file that holds one document (txt, html, docx, a JSON object), and of one line
HIGHEST_RATIO = 200  # unpacked : packed; news text reaches 5 to 30
UNSUSPICIOUS = 32 * 2**20  # bytes that may be unpacked before the ratio counts


class Unreadable(ValueError):
    """A file that can't be read, with a reason for the reader."""


def read_all(stream: BinaryIO, largest: int | None = None) -> bytes:
    """All bytes of a document; Unreadable when it is longer than `largest` (LARGEST_FILE)."""
    largest = LARGEST_FILE if largest is None else largest
    data = stream.read(largest + 1)
    if len(data) > largest:
        raise Unreadable(f"one document of more than {largest / 2**20:.0f} MiB")
    return data


class Guarded(io.RawIOBase):
    """A stream of unpacked bytes that stops a decompression bomb: more than HIGHEST_RATIO times the packed size."""

    def __init__(self, stream: IO[bytes] | GzipFile, packed: int) -> None:
        self.stream, self.allowed, self.seen = stream, max(UNSUSPICIOUS, packed * HIGHEST_RATIO), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.stream.read(min(len(buffer), 2**16))
        self.seen += len(data)
        if self.seen > self.allowed:
            raise Unreadable(f"unpacks to more than {HIGHEST_RATIO} times its size: refused as a decompression bomb")
        buffer[: len(data)] = data
        return len(data)


class Joined(io.RawIOBase):
    """A stream with the bytes put back that were already read from it."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.head, self.stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self.head[: len(buffer)] if self.head else self.stream.read(len(buffer))
        self.head = self.head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def decode(data: bytes) -> tuple[str, str | None]:
    """Decode bytes: byte order mark, else strict UTF-8, else cp1252 (the note says so). Raises Unreadable for binary
    data.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), None
            except UnicodeDecodeError as error:
                if encoding != "utf-8":
                    raise Unreadable(f"not valid {encoding.upper()}") from error
                data = data[len(mark) :]
    try:
        text, note = data.decode("utf-8"), None
    except UnicodeDecodeError:
        text, note = data.decode("cp1252", "replace"), "not UTF-8: read as Windows-1252"
    if text.count("\0") * 20 > len(text):
        raise Unreadable("binary data, or UTF-16 without a byte order mark")
    if note and sum(text.count(chr(c)) for c in range(1, 32) if c not in (9, 10, 12, 13)) * 50 > len(text):
        raise Unreadable("binary data, not text")
    return text, note


def lines_of(stream: BinaryIO) -> Iterator[tuple[str, str | None]]:
    """Lines of a text file with a note each; a line of more than LARGEST_FILE bytes raises Unreadable."""
    head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        for words in io.TextIOWrapper(io.BufferedReader(Joined(head, stream)), encoding="utf-16", newline="\n"):
            yield words, None
        return
    whole = io.BufferedReader(Joined(head.removeprefix(codecs.BOM_UTF8) if len(head) >= 3 else head, stream), 2**16)
    while line := whole.readline(LARGEST_FILE + 1):
        if len(line) > LARGEST_FILE:
            raise Unreadable(f"a line of more than {LARGEST_FILE / 2**20:.0f} MiB")
        yield decode(line)
