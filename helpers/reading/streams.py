"""Bytes of a file: whole, piece by piece, with the limits that no file may pass."""

import io
import struct
import zipfile
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
    parts, room = [], largest + 1
    while room and (part := stream.read(room)):  # a raw stream gives at most 64 KiB at once
        parts.append(part)
        room -= len(part)
    data = b"".join(parts)
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
        data = self.head[: len(buffer)] if self.head else self.stream.read(min(len(buffer), 2**16))
        self.head = self.head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def peek(stream: BinaryIO, n: int = 2**13) -> tuple[bytes, BinaryIO]:
    """Return the first bytes of a stream and the stream as if they had not been read."""
    head = b""
    while len(head) < n and (more := stream.read(n - len(head))):
        head += more
    if stream.seekable():
        stream.seek(0)
        return head, stream
    return head, io.BufferedReader(Joined(head, stream))


def seekable(stream: BinaryIO) -> BinaryIO:
    """Return a stream that can be read from any place: itself, or a copy in memory."""
    return stream if stream.seekable() else io.BytesIO(read_all(stream, LARGEST_FILE * 4))


def open_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Open an archive, also one whose members' names are not the UTF-8 that they claim to be."""
    try:
        return zipfile.ZipFile(stream)
    except UnicodeDecodeError:
        stream.seek(0)
        return zipfile.ZipFile(io.BytesIO(_without_utf8_names(read_all(stream, LARGEST_FILE * 4))))


def _without_utf8_names(data: bytes) -> bytes:
    """The bytes of an archive with the claim taken back that names are in UTF-8 (bit 11 of the flags, in the directory
    and before each member), so that they are read as the older encoding, in which every byte is a character.
    """
    changed = bytearray(data)
    end = data.rfind(b"PK\x05\x06")
    (at,) = struct.unpack_from("<I", data, end + 16)
    while data[at : at + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        (member,) = struct.unpack_from("<I", data, at + 42)
        for flags in (at + 9, member + 7):
            if flags < len(changed):
                changed[flags] &= 0xF7
        at += 46 + name + extra + comment
    return bytes(changed)


def checked_zip(stream: BinaryIO) -> zipfile.ZipFile:
    """Open an archive whose members together unpack to no more than a bomb's measure; for readers that unpack it
    themselves. Raises Unreadable.
    """
    archive = open_zip(stream)
    packed = sum(member.compress_size for member in archive.infolist())
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > max(UNSUSPICIOUS * 4, packed * HIGHEST_RATIO) or unpacked > LARGEST_FILE * 16:
        raise Unreadable(f"unpacks to {unpacked / 2**20:,.0f} MiB: refused as a decompression bomb")
    return archive
