"""Lines of a text file, one by one, whatever its size; a line that can't be read loses only itself."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from helpers.reading.encodings import decode
from helpers.reading.streams import LARGEST_FILE, Unreadable, peek


class Line(NamedTuple):
    """One line: its text, what was assumed in reading it, and why it can't be used."""

    text: str
    note: str | None = None
    wrong: str | None = None


def lines_of(stream: BinaryIO) -> Iterator[Line]:
    """Lines of a text file; a line of more than LARGEST_FILE bytes raises Unreadable."""
    head, stream = peek(stream, 2**16)
    encoding = _encoding_of(head)
    whole = io.BufferedReader(stream, 2**16)  # type: ignore[arg-type,type-var]
    if encoding:
        wide = io.TextIOWrapper(whole, encoding=encoding, errors="replace", newline="\n")
        note = None if encoding.startswith("utf") else f"not UTF-8: read as {encoding}"
        for words in wide:
            lost = "\N{REPLACEMENT CHARACTER}" in words
            yield Line(words, note, f"bytes that are not {encoding.upper()}" if lost else None)
        return
    first = True
    while data := whole.readline(LARGEST_FILE + 1):
        if len(data) > LARGEST_FILE:
            raise Unreadable(f"a line of more than {LARGEST_FILE / 2**20:.0f} MiB")
        if first:
            data, first = data.removeprefix(codecs.BOM_UTF8), False
        try:
            yield Line(*decode(data))
        except Unreadable as error:
            yield Line(data.decode("utf-8", "replace"), None, str(error))


def _encoding_of(head: bytes) -> str | None:
    """The encoding of all lines, when the beginning of the file settles it and it is neither UTF-8 nor Windows-1252."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    whole_lines = head[: head.rfind(b"\n") + 1] or head
    try:
        _, note = decode(whole_lines)
    except Unreadable:
        return None
    found = re.match(r"not UTF-8: read as ([\w-]+)", note or "")
    return found[1] if found and found[1] != "Windows-1252" else None
