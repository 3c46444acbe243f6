"""Bytes to records to articles: one function a format. What can't be read comes out with its reason, and nothing is
held whole that can be streamed.

Read: .txt .md .html .docx .json .jsonl .csv .tsv .parquet, and .zip and .gz of those.
"""

import codecs
import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from xml.etree import ElementTree

from helpers.reading.articles import COLUMNS, Article, Options, Rejected, join_notes, make_article

LARGEST_FILE = 64 * 2**20  # bytes of a file that holds one document (txt, html, docx, a JSON object), and of one line
HIGHEST_RATIO = 200  # unpacked : packed; news text reaches 5 to 30
UNSUSPICIOUS = 32 * 2**20  # bytes that may be unpacked before the ratio counts
MOST_MEMBERS = 1_000_000  # files in one archive
DEEPEST = 3  # archives inside archives
PLAIN, PAGES = {".txt", ".text", ".md", ".markdown"}, {".html", ".htm", ".xhtml"}
PACKED = {".zip", ".gz"}


class Unreadable(ValueError):
    """A file that can't be read, with a reason for the reader."""


def read_file(file: Path, shown: str, options: Options) -> Iterator[Article | Rejected]:
    """Yield what one file holds, as articles and rejected inputs. shown: the path as tables show it."""
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            yield from _read_stream(stream, file.name, shown, size, options, 0)
    except OSError as error:
        yield Rejected(shown, None, None, f"can't be opened: {error.strerror or error}")


def _read_stream(
    stream: BinaryIO, name: str, shown: str, size: int, options: Options, depth: int
) -> Iterator[Article | Rejected]:
    """Read one file (on disk or inside an archive) by the ending of its name. Any failure becomes one Rejected."""
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
    try:
        if ending in PACKED:
            if depth >= DEEPEST:
                raise Unreadable(f"archives inside archives more than {DEEPEST} deep")
            yield from (_read_gzip if ending == ".gz" else _read_zip)(stream, name, shown, size, options, depth)
        elif ending in PLAIN:
            yield _document(_plain(_all(stream), ending in (".md", ".markdown")), stem, shown, options)
        elif ending in PAGES:
            yield _document(_page(_all(stream)), stem, shown, options)
        elif ending == ".docx":
            yield _document(_word_file(_all(stream)), stem, shown, options)
        elif ending in (".csv", ".tsv"):
            yield from _records(_csv_rows(stream, ending), stem, shown, options)
        elif ending in (".jsonl", ".ndjson"):
            yield from _records(_json_lines(stream), stem, shown, options)
        elif ending == ".json":
            yield from _records(_json_values(stream), stem, shown, options)
        elif ending in (".parquet", ".pq"):
            yield from _records(_parquet_rows(stream), stem, shown, options)
        else:
            raise Unreadable(
                f"files ending in {ending} are not read"
                if ending
                else "a file without an ending such as .txt is not read"
            )
    except Unreadable as error:
        yield Rejected(shown, None, None, str(error))
    except (
        OSError,
        EOFError,
        zlib.error,
        zipfile.BadZipFile,
        RuntimeError,
        NotImplementedError,
        ValueError,
        RecursionError,
        MemoryError,
    ) as error:
        yield Rejected(shown, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")


# --- bytes ----------------------------------------------------------------------------------------------------------


def _all(stream: BinaryIO, largest: int | None = None) -> bytes:
    largest = LARGEST_FILE if largest is None else largest
    data = stream.read(largest + 1)
    if len(data) > largest:
        raise Unreadable(f"one document of more than {largest / 2**20:.0f} MiB")
    return data


class _Guarded(io.RawIOBase):
    """A stream of unpacked bytes that stops a decompression bomb: more than HIGHEST_RATIO times the packed size."""

    def __init__(self, stream: BinaryIO, packed: int) -> None:
        self.stream, self.allowed, self.seen = stream, max(UNSUSPICIOUS, packed * HIGHEST_RATIO), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self.stream.read(min(len(buffer), 2**16))
        self.seen += len(data)
        if self.seen > self.allowed:
            raise Unreadable(f"unpacks to more than {HIGHEST_RATIO} times its size: refused as a decompression bomb")
        buffer[: len(data)] = data
        return len(data)


def _read_gzip(stream, name, shown, size, options, depth):
    inner = name[:-3] if PurePosixPath(name).stem.count(".") else name[:-3] + ".txt"
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from _read_stream(
            io.BufferedReader(_Guarded(unpacked, size)), inner, shown, size * HIGHEST_RATIO, options, depth + 1
        )


def _read_zip(stream, name, shown, size, options, depth):
    if not stream.seekable():
        stream = io.BytesIO(_all(stream, LARGEST_FILE * 4))
    with zipfile.ZipFile(stream) as archive:
        members = [
            m
            for m in archive.infolist()
            if not m.is_dir()
            and not PurePosixPath(m.filename).name.startswith((".", "~$", "__MACOSX"))
            and "__MACOSX/" not in m.filename
        ]
        if len(members) > MOST_MEMBERS:
            raise Unreadable(f"an archive of more than {MOST_MEMBERS:,} files")
        for member in members:
            inside = f"{shown}!{member.filename}"
            try:
                if member.flag_bits & 1:
                    raise Unreadable("encrypted")
                with archive.open(member) as unpacked:
                    guarded = io.BufferedReader(_Guarded(unpacked, member.compress_size))
                    yield from _read_stream(
                        guarded, PurePosixPath(member.filename).name, inside, member.file_size, options, depth + 1
                    )
            except Unreadable as error:
                yield Rejected(inside, None, None, str(error))
            except (
                OSError,
                EOFError,
                zlib.error,
                zipfile.BadZipFile,
                RuntimeError,
                NotImplementedError,
                ValueError,
            ) as error:
                yield Rejected(inside, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")


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


# --- one document a file --------------------------------------------------------------------------------------------


def _plain(data: bytes, markdown: bool) -> dict:
    text, note = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields: dict = {}
    if markdown:
        text, fields = _front_matter(text)
        text = re.sub(
            r"!\[([^\]\n]{0,500})\]\([^()\s]{0,2000}\)|\[([^\]\n]{1,500})\]\([^()\n]{0,2000}\)",
            lambda m: m[1] or m[2] or "",
            text,
        )
        text = re.sub(r"(?m)^(?:#{1,6} +|> ?)|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text)
    return {"text": text, **fields, "": note}


def _front_matter(text: str) -> tuple[str, dict]:
    match = re.match(r"---\n(.{0,5000}?)\n---\n", text, re.DOTALL)
    if not match:
        return text, {}
    pairs = re.findall(r"(?m)^([\w -]+):[ \t]*(.*?)[ \t]*$", match[1])
    return text[match.end() :], {
        key: value.strip("\"'") for key, value in pairs if key.lower() not in ("text", "body", "content")
    }


def _page(data: bytes) -> dict:
    try:
        import trafilatura
    except ImportError as error:
        raise Unreadable("saved web pages need one more package: pip install -r requirements-html.txt") from error
    found = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False)
    fields = found.as_dict() if hasattr(found, "as_dict") else dict(found or {})
    if not fields.get("text"):
        raise Unreadable("no article text found in the page")
    return {
        "text": fields["text"],
        "title": fields.get("title"),
        "date": fields.get("date"),
        "outlet": fields.get("sitename") or fields.get("hostname"),
        "url": fields.get("url"),
    }


def _word_file(data: bytes) -> dict:
    """Text of a Word file: its paragraphs, from the file's XML (no macros, no external entities)."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            member = archive.getinfo("word/document.xml")
        except KeyError as error:
            raise Unreadable("not a Word file") from error
        content = _all(_Guarded(archive.open(member), member.compress_size))
    if b"<!DOCTYPE" in content[:2000]:
        raise Unreadable("a Word file with a document type declaration")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise Unreadable(f"broken Word file: {error}") from error
    lines = [
        "".join(
            node.text or ""
            if node.tag == space + "t"
            else "\n"
            if node.tag in (space + "br", space + "cr")
            else "\t"
            if node.tag == space + "tab"
            else ""
            for node in paragraph.iter()
        )
        for paragraph in root.iter(space + "p")
    ]
    return {"text": "\n".join(lines)}


def _document(fields: dict, stem: str, shown: str, options: Options) -> Article | Rejected:
    dated = re.search(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)", stem)
    if dated and not any(key.lower() in COLUMNS["published"] for key in fields):
        fields = {**fields, "published": dated[0], "": join_notes(fields.get(""), "date from the file's name")}
    return make_article({"article_id": stem, **fields}, shown, None, stem, options._replace(columns={}))


# --- many records a file --------------------------------------------------------------------------------------------


def _lines(stream: BinaryIO) -> Iterator[tuple[str, str | None]]:
    """Lines of a text file with a note each; a line of more than LARGEST_FILE bytes raises Unreadable."""
    head = stream.read(4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        for line in io.TextIOWrapper(_Joined(head, stream), encoding="utf-16", newline="\n"):
            yield line, None
        return
    stream = io.BufferedReader(_Joined(head.removeprefix(codecs.BOM_UTF8) if len(head) >= 3 else head, stream), 2**16)
    while line := stream.readline(LARGEST_FILE + 1):
        if len(line) > LARGEST_FILE:
            raise Unreadable(f"a line of more than {LARGEST_FILE / 2**20:.0f} MiB")
        yield decode(line)


class _Joined(io.RawIOBase):
    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self.head, self.stream = head, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        data = self.head[: len(buffer)] if self.head else self.stream.read(len(buffer))
        self.head = self.head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _json_lines(stream: BinaryIO) -> Iterator[tuple[int, dict | str]]:
    """(line number, record) or (line number, reason)."""
    for number, (line, note) in enumerate(_lines(stream), 1):
        if line.strip():
            yield number, _parsed(line, note)


def _parsed(words: str, note: str | None = None) -> dict | str:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError) as error:
        return f"not valid JSON: {str(error)[:120]}"
    return {**value, "": note} if isinstance(value, dict) else "not a JSON object"


def _json_values(stream: BinaryIO) -> Iterator[tuple[int, dict | str]]:
    """Records of a .json file: a list (read piece by piece), an object, an object with a list of articles, or lines of
    objects.
    """
    head = stream.read(2**16)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    whole = _Joined(head, stream)
    if start.startswith(b"["):
        yield from _json_list(io.BufferedReader(whole))
        return
    first, _, rest = start.partition(b"\n")
    if rest.strip() and isinstance(_parsed(first.decode("utf-8", "replace")), dict):
        yield from _json_lines(io.BufferedReader(whole))
        return
    text, note = decode(_all(io.BufferedReader(whole)))
    record = _parsed(text, note)
    if isinstance(record, str):
        raise Unreadable(record)
    for key in ("articles", "stories", "results", "docs", "documents", "items", "data"):
        if isinstance(record.get(key), list):
            for number, value in enumerate(record[key], 1):
                yield number, {**value, "": note} if isinstance(value, dict) else "not a JSON object"
            return
    yield 1, record


def _json_list(stream: BinaryIO) -> Iterator[tuple[int, dict | str]]:
    """Elements of a JSON list without holding the list: values are parsed from a sliding window."""
    text_stream = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="strict")
    decoder, window, number, ended = json.JSONDecoder(), text_stream.read(2**16).lstrip()[1:], 0, False
    while True:
        window = window.lstrip(" \t\r\n,")
        if window.startswith("]"):
            return
        try:
            value, stop = decoder.raw_decode(window) if window else (None, 0)
            complete = bool(window) and (stop < len(window) or ended)
        except json.JSONDecodeError:
            complete = False
        except RecursionError as error:
            raise Unreadable("JSON nested too deeply") from error
        if complete:
            number, window = number + 1, window[stop:]
            yield number, {**value, "": None} if isinstance(value, dict) else "not a JSON object"
            continue
        if ended:
            raise Unreadable(f"broken JSON after record {number}")
        if len(window) > LARGEST_FILE:
            raise Unreadable(
                f"a record of more than {LARGEST_FILE / 2**20:.0f} MiB, or broken JSON, after record {number}"
            )
        more = text_stream.read(max(2**16, len(window)))  # doubling keeps the work linear
        ended, window = not more, window + more


def _csv_rows(stream: BinaryIO, ending: str) -> Iterator[tuple[int, dict | str]]:
    """Rows of a CSV or TSV file as strings (NA stays NA, 007 stays 007); a row of another width than the head is a
    reason, not a guess.
    """
    csv.field_size_limit(LARGEST_FILE)
    notes: list[str | None] = []

    def lines() -> Iterator[str]:
        for line, note in _lines(stream):
            notes.append(note)
            yield line

    source = lines()
    head = next(source, "")
    delimiter = "\t" if ending == ".tsv" else max(",;\t|", key=head.count)

    def again() -> Iterator[str]:
        yield head
        yield from source

    rows = csv.reader(again(), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(rows, [])]
    except csv.Error as error:
        raise Unreadable(f"broken CSV: {error}") from error
    number = 1
    while True:
        notes.clear()
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, f"broken CSV: {error}"
            continue
        if not row:
            continue
        if len(row) != len(names):
            yield number, f"{len(row)} cells where the head has {len(names)}"
        else:
            yield number, {**dict(zip(names, row, strict=True)), "": next(filter(None, notes), None)}


def _parquet_rows(stream: BinaryIO) -> Iterator[tuple[int, dict | str]]:
    import pyarrow.parquet as pq

    if not stream.seekable():
        stream = io.BytesIO(_all(stream, LARGEST_FILE * 4))
    number = 0
    for batch in pq.ParquetFile(stream).iter_batches(batch_size=256):
        for row in batch.to_pylist():
            number += 1
            yield number, row


def _records(
    rows: Iterable[tuple[int, dict | str]], stem: str, shown: str, options: Options
) -> Iterator[Article | Rejected]:
    empty = True
    for number, row in rows:
        empty = False
        yield (
            Rejected(shown, number, None, row)
            if isinstance(row, str)
            else make_article(row, shown, number, f"{stem}-{number}", options)
        )
    if empty:
        yield Rejected(shown, None, None, "no records in the file")
