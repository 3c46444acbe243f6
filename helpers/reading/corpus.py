"""Files in, articles out: one at a time, in order, whatever the size of the files; what can't be read comes out with its reason.

Read: .txt .md .html .docx .json .jsonl .csv .tsv .parquet, and .zip and .gz of those. A .toml file describes a corpus that needs more than a path:

    inputs = ["exports/*.csv", "more"]        # files, folders, globs; relative to the .toml file
    date_order = "DMY"                        # what 03/02/2022 means: DMY, MDY or YMD
    [columns]                                 # our column = your column
    text = "Corps"
"""
import codecs
import csv
import difflib
import glob
import gzip
import hashlib
import io
import json
import os
import re
import tempfile
import tomllib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

import numpy as np
import pandas as pd

from helpers import ROOT, resolve

LONGEST_TEXT = 2_000_000        # characters of one article; a longer text is a book or a broken export
LARGEST_FILE = 64 * 2**20       # bytes of a file that holds one document (txt, html, docx, a JSON object), and of one line
HIGHEST_RATIO = 200             # unpacked : packed; news text reaches 5 to 30
UNSUSPICIOUS = 32 * 2**20       # bytes that may be unpacked before the ratio counts
MOST_MEMBERS = 1_000_000        # files in one archive
DEEPEST = 3                     # archives inside archives

# Names that common exports (Media Cloud, NewsAPI, GDELT, LexisNexis, trafilatura, news-please) use, in order of preference.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "full_text", "fulltext", "article_text", "maintext", "story_text", "article_body", "articlebody", "raw_text",
             "article", "story", "body_text"),
    "title": ("title", "headline", "article_title", "head", "webtitle", "name"),
    "published": ("published", "date", "publish_date", "published_at", "publishedat", "pub_date", "pubdate", "publication_date", "date_published",
                  "date_publish", "datepublished", "published_date", "datetime", "webpublicationdate", "timestamp", "filedate"),
    "outlet": ("outlet", "media_name", "source_name", "sitename", "source_hostname", "publication", "publisher", "source", "hostname",
               "source_domain", "domain", "newspaper", "medium", "media_url"),
    "url": ("url", "link", "article_url", "weburl", "story_url", "source_url", "permalink"),
    "article_id": ("article_id", "id", "stories_id", "story_id", "doc_id", "docid", "document_id", "uri", "guid", "_id", "uuid"),
}
PLAIN, PAGES, RECORDS = {".txt", ".text", ".md", ".markdown"}, {".html", ".htm", ".xhtml"}, {".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".pq"}
PACKED = {".zip", ".gz"}
_WORD = re.compile(r"\w[\w'’-]*")


class Article(NamedTuple):
    """One article; the fields are the columns of the table `articles`."""
    article_id: str
    title: str | None
    text: str
    published: datetime | None
    outlet: str | None
    url: str | None
    path: str
    n_words: int
    duplicate_of: str | None
    notes: str | None


class Rejected(NamedTuple):
    """One input that can't be analysed; the fields are the columns of the table `quarantine`."""
    path: str
    row: int | None
    article_id: str | None
    reason: str


class Options(NamedTuple):
    """How to read: `columns` maps our column to the source's, `date_order` says what 03/02/2022 means ("" leaves such a date out)."""
    columns: Mapping[str, str] = {}
    date_order: str = ""


class Unreadable(ValueError):
    """A file that can't be read, with a reason for the reader."""


def describe(corpus: str | Path | Iterable[str | Path]) -> tuple[list[Path], Options]:
    """Turn a file, folder, glob, `.toml` description or a list of them (also joined by ";") into (files in order, options).

    Raises FileNotFoundError with the nearest existing name when an input matches nothing.
    """
    inputs = [corpus] if isinstance(corpus, (str, Path)) else list(corpus)
    if len(inputs) == 1 and isinstance(inputs[0], str) and ";" in inputs[0] and not resolve(inputs[0]).exists():
        inputs = [part.strip() for part in inputs[0].split(";") if part.strip()]
    found, options = [], Options()
    for item in inputs:
        path = resolve(item)
        if path.suffix == ".toml" and path.is_file():
            more, options = _described(path)
            found += more
        else:
            found += _expand(path, str(item))
    return list(dict.fromkeys(found)), options


def _described(path: Path) -> tuple[list[Path], Options]:
    try:
        about = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not a TOML file ({error})") from error
    unknown = set(about) - {"inputs", "date_order", "columns"} or set(about.get("columns", {})) - set(COLUMNS)
    if unknown:
        raise ValueError(f"{path}: unknown {', '.join(sorted(unknown))}; known are inputs, date_order, columns with {', '.join(COLUMNS)}")
    order = str(about.get("date_order", "")).upper()
    if order not in ("", "DMY", "MDY", "YMD"):
        raise ValueError(f"{path}: date_order is DMY, MDY or YMD, not {order!r}")
    files = [found for item in about.get("inputs", []) for found in _expand(path.parent / item, item)]
    return files, Options({ours: str(theirs) for ours, theirs in about.get("columns", {}).items()}, order)


def _expand(path: Path, as_given: str) -> list[Path]:
    if path.is_dir():
        return list(_walk(path))
    if path.exists():
        return [path]
    matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []
    if matches:
        return [found for match in matches for found in _expand(Path(match), match)]
    near = difflib.get_close_matches(path.name, os.listdir(path.parent) if path.parent.is_dir() else [], n=1)
    raise FileNotFoundError(f"no such file or folder: {as_given}" + (f" (did you mean {near[0]}?)" if near else f" (looked in {path.parent})"))


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder in a stable order; names that begin with a dot are system files and left out."""
    with os.scandir(folder) as entries:
        entries = sorted((e for e in entries if not e.name.startswith((".", "~$"))), key=lambda e: e.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def show_path(path: str | Path) -> str:
    """A path as tables show it: from the project's root when it lies there."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def read(corpus: str | Path | Iterable[str | Path], *, limit: int = 0) -> Iterator[Article | Rejected]:
    """Yield every input of a corpus, in order, as an Article or as Rejected with its reason; nothing is left out silently.

    limit: stop after so many articles (0: all). `duplicate_of` is empty here: `find_duplicates` needs the whole corpus.
    """
    files, options = describe(corpus)
    taken: dict[str, str] = {}
    n = 0
    for file in files:
        for item in _read_file(file, options):
            if isinstance(item, Article):
                item = _with_own_id(item, taken)
                n += 1
            yield item
            if limit and n >= limit:
                return


def _with_own_id(article: Article, taken: dict[str, str]) -> Article:
    name, number = article.article_id, 2
    while name in taken:
        name, number = f"{article.article_id}-{number}", number + 1
    taken[name] = ""
    note = f"id {article.article_id} occurs more than once" if name != article.article_id else None
    return article._replace(article_id=name, notes=_join(article.notes, note))


def _join(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _read_file(file: Path, options: Options) -> Iterator[Article | Rejected]:
    shown = show_path(file)
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            yield from _read_stream(stream, file.name, shown, size, options, 0)
    except OSError as error:
        yield Rejected(shown, None, None, f"can't be opened: {error.strerror or error}")


def _read_stream(stream: BinaryIO, name: str, shown: str, size: int, options: Options, depth: int) -> Iterator[Article | Rejected]:
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
            raise Unreadable(f"files ending in {ending} are not read" if ending else "a file without an ending such as .txt is not read")
    except Unreadable as error:
        yield Rejected(shown, None, None, str(error))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, RecursionError, MemoryError) as error:
        yield Rejected(shown, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")


# --- bytes ----------------------------------------------------------------------------------------------------------------------------------------

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
        yield from _read_stream(io.BufferedReader(_Guarded(unpacked, size)), inner, shown, size * HIGHEST_RATIO, options, depth + 1)


def _read_zip(stream, name, shown, size, options, depth):
    if not stream.seekable():
        stream = io.BytesIO(_all(stream, LARGEST_FILE * 4))
    with zipfile.ZipFile(stream) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not PurePosixPath(m.filename).name.startswith((".", "~$", "__MACOSX"))
                   and "__MACOSX/" not in m.filename]
        if len(members) > MOST_MEMBERS:
            raise Unreadable(f"an archive of more than {MOST_MEMBERS:,} files")
        for member in members:
            inside = f"{shown}!{member.filename}"
            try:
                if member.flag_bits & 1:
                    raise Unreadable("encrypted")
                with archive.open(member) as unpacked:
                    guarded = io.BufferedReader(_Guarded(unpacked, member.compress_size))
                    yield from _read_stream(guarded, PurePosixPath(member.filename).name, inside, member.file_size, options, depth + 1)
            except Unreadable as error:
                yield Rejected(inside, None, None, str(error))
            except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError) as error:
                yield Rejected(inside, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")


def decode(data: bytes) -> tuple[str, str | None]:
    """Decode bytes: byte order mark, else strict UTF-8, else cp1252 (the note says so). Raises Unreadable for binary data."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            try:
                return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), None
            except UnicodeDecodeError as error:
                if encoding != "utf-8":
                    raise Unreadable(f"not valid {encoding.upper()}") from error
                data = data[len(mark):]
    try:
        text, note = data.decode("utf-8"), None
    except UnicodeDecodeError:
        text, note = data.decode("cp1252", "replace"), "not UTF-8: read as Windows-1252"
    if text.count("\0") * 20 > len(text):
        raise Unreadable("binary data, or UTF-16 without a byte order mark")
    if note and sum(text.count(chr(c)) for c in range(1, 32) if c not in (9, 10, 12, 13)) * 50 > len(text):
        raise Unreadable("binary data, not text")
    return text, note


# --- one document a file --------------------------------------------------------------------------------------------------------------------------

def _plain(data: bytes, markdown: bool) -> dict:
    text, note = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields: dict = {}
    if markdown:
        text, fields = _front_matter(text)
        text = re.sub(r"!\[([^\]\n]{0,500})\]\([^()\s]{0,2000}\)|\[([^\]\n]{1,500})\]\([^()\n]{0,2000}\)", lambda m: m[1] or m[2] or "", text)
        text = re.sub(r"(?m)^(?:#{1,6} +|> ?)|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text)
    return {"text": text, **fields, "": note}


def _front_matter(text: str) -> tuple[str, dict]:
    match = re.match(r"---\n(.{0,5000}?)\n---\n", text, re.DOTALL)
    if not match:
        return text, {}
    pairs = re.findall(r"(?m)^([\w -]+):[ \t]*(.*?)[ \t]*$", match[1])
    return text[match.end():], {key: value.strip("\"'") for key, value in pairs if key.lower() not in ("text", "body", "content")}


def _page(data: bytes) -> dict:
    try:
        import trafilatura
    except ImportError as error:
        raise Unreadable("saved web pages need one more package: pip install -r requirements-html.txt") from error
    found = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False)
    fields = found.as_dict() if hasattr(found, "as_dict") else dict(found or {})
    if not fields.get("text"):
        raise Unreadable("no article text found in the page")
    return {"text": fields["text"], "title": fields.get("title"), "date": fields.get("date"), "outlet": fields.get("sitename") or fields.get("hostname"),
            "url": fields.get("url")}


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
    lines = ["".join(node.text or "" if node.tag == space + "t" else "\n" if node.tag in (space + "br", space + "cr") else "\t" if node.tag == space + "tab" else ""
                     for node in paragraph.iter()) for paragraph in root.iter(space + "p")]
    return {"text": "\n".join(lines)}


def _document(fields: dict, stem: str, shown: str, options: Options) -> Article | Rejected:
    dated = re.search(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)", stem)
    if dated and not any(key.lower() in COLUMNS["published"] for key in fields):
        fields = {**fields, "published": dated[0], "": _join(fields.get(""), "date from the file's name")}
    return make_article({"article_id": stem, **fields}, shown, None, stem, options._replace(columns={}))


# --- many records a file ----------------------------------------------------------------------------------------------------------------------------

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
        self.head = self.head[len(buffer):]
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
    """Records of a .json file: a list (read piece by piece), an object, an object with a list of articles, or lines of objects."""
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
            raise Unreadable(f"a record of more than {LARGEST_FILE / 2**20:.0f} MiB, or broken JSON, after record {number}")
        more = text_stream.read(max(2**16, len(window)))  # doubling keeps the work linear
        ended, window = not more, window + more


def _csv_rows(stream: BinaryIO, ending: str) -> Iterator[tuple[int, dict | str]]:
    """Rows of a CSV or TSV file as strings (NA stays NA, 007 stays 007); a row of another width than the head is a reason, not a guess."""
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


def _records(rows: Iterable[tuple[int, dict | str]], stem: str, shown: str, options: Options) -> Iterator[Article | Rejected]:
    empty = True
    for number, row in rows:
        empty = False
        yield Rejected(shown, number, None, row) if isinstance(row, str) else make_article(row, shown, number, f"{stem}-{number}", options)
    if empty:
        yield Rejected(shown, None, None, "no records in the file")


# --- a record becomes an article --------------------------------------------------------------------------------------------------------------------

def _key(name: object) -> str:
    return re.sub(r"[\s.-]+", "_", str(name).strip().lower())


def _pick(record: dict, ours: str, options: Options):
    """The first non-empty value among the names a column goes by."""
    if ours in options.columns:
        return record.get(_key(options.columns[ours]))
    return next((value for value in (record.get(name) for name in COLUMNS[ours]) if not _nothing(value)), None)


def _nothing(value: object) -> bool:
    return value is None or value != value or (isinstance(value, (str, list, dict)) and not (value.strip() if isinstance(value, str) else value))


def _words(value: object) -> str | None:
    """A name-like value as one line of text; {"name": …} gives the name, a list its parts."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("name", "title", "id") if value.get(key)), None)
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value if not isinstance(part, (list, dict)))
    return None if _nothing(value) else _clean(" ".join(str(value).split()))[:2000] or None


def _clean(text: str) -> str:
    """Half surrogates (from broken exports) can't be written to any file: each becomes one replacement character."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def make_article(record: Mapping, shown: str, row: int | None, fallback_id: str, options: Options = Options()) -> Article | Rejected:
    """Turn a mapping with any of the known column names into an Article, or Rejected with the reason."""
    note = record.get("")
    record = {_key(name): value for name, value in record.items() if name != ""}
    text, name = _pick(record, "text", options), _words(_pick(record, "article_id", options)) or fallback_id
    if text is None:
        known = any(key in record for key in COLUMNS["text"]) or "text" in options.columns
        named = ", ".join(sorted(record))[:120]
        return Rejected(shown, row, name if known else None, "no text" if known else f"no column with the text (it has: {named})")
    if not isinstance(text, str):
        return Rejected(shown, row, name, f"the text is a {type(text).__name__}, not words")
    text = _clean(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST_TEXT:
        return Rejected(shown, row, name, f"longer than {LONGEST_TEXT:,} characters: not one article")
    n_words = sum(1 for _ in _WORD.finditer(text))
    if not n_words:
        return Rejected(shown, row, name, "no words in the text")
    outlet, url = _words(_pick(record, "outlet", options)), _words(_pick(record, "url", options))
    if outlet and outlet.startswith(("http://", "https://")):
        url, outlet = url or outlet, urlsplit(outlet).hostname if outlet.count("/") >= 2 else outlet
    if not url and isinstance(record.get("source"), str) and record["source"].startswith(("http://", "https://")):
        url = _words(record["source"])
    published, about_date = read_date(_pick(record, "published", options), options.date_order)
    cut = "the source cuts the text short" if re.search(r"\[\+\d+ chars\]\s*$", text[-40:]) else None
    return Article(name, _words(_pick(record, "title", options)), text, published, outlet, url, shown, n_words, None, _join(note, about_date, cut))


_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%A, %B %d, %Y", "%A %d %B %Y", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y",
            "%Y-%m-%d %H:%M:%S %z", "%Y/%m/%d %H:%M:%S", "%B %d, %Y %H:%M", "%b %d, %Y %H:%M", "%d.%m.%Y %H:%M", "%d-%b-%Y", "%d-%b-%y")


def read_date(value: object, order: str = "") -> tuple[datetime | None, str | None]:
    """Return (moment in UTC without zone, note). A date such as 03/02/2022 is left out unless `order` (DMY, MDY) says what it means."""
    if _nothing(value):
        return None, None
    if isinstance(value, datetime):
        return _sane(value)
    if isinstance(value, date):
        return _sane(datetime(value.year, value.month, value.day))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(int(value)) if abs(value) < 1e15 else ""
    if not isinstance(value, str):
        return None, "date not understood"
    words = " ".join(value.split())[:80]
    if re.fullmatch(r"\d{10}|\d{13}", words):
        return _sane(datetime.fromtimestamp(int(words[:10]), UTC))
    numbers = re.match(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)(?!\d)", words)
    if numbers:
        return _numeric(numbers, words, order)
    for attempt in (datetime.fromisoformat, *(lambda w, f=f: datetime.strptime(w, f) for f in _FORMATS), parsedate_to_datetime):
        try:
            return _sane(attempt(words))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None, f"date not understood: {words[:40]}"


def _numeric(numbers: re.Match, words: str, order: str) -> tuple[datetime | None, str | None]:
    a, b, year = int(numbers[1]), int(numbers[2]), int(numbers[3]) + (2000 if len(numbers[3]) == 2 else 0)
    if a <= 12 and b <= 12 and a != b and order not in ("DMY", "MDY"):
        return None, f"date {words[:20]} can be read in two ways: left out (say date_order)"
    day, month = (a, b) if a > 12 or (order != "MDY" and b <= 12) else (b, a)
    try:
        return _sane(datetime(year, month, day))
    except ValueError:
        return None, f"date not understood: {words[:40]}"


def _sane(moment: datetime) -> tuple[datetime | None, str | None]:
    try:
        moment = (moment.astimezone(UTC) if moment.tzinfo else moment).replace(tzinfo=None, microsecond=0)
    except (OverflowError, ValueError):
        return None, "date out of range"
    return (moment, None) if 1600 <= moment.year <= 2200 else (None, f"date out of range: year {moment.year}")


# --- near-duplicates --------------------------------------------------------------------------------------------------------------------------------

SHINGLE, HASHES, ROWS = 5, 64, 2    # five words a shingle; 32 bands of two rows find a pair that shares a third of its shingles in 97 of 100 cases
ENOUGH = .7                         # share of the shorter text's shingles that must stand in the longer one
_MULTIPLY = np.random.default_rng(20220203).integers(1, 2**61, HASHES, dtype=np.uint64) | np.uint64(1)
_WEIGHTS = np.array([pow(1_000_003, i, 2**64) for i in range(SHINGLE)], dtype=np.uint64)


def shingles(text: str) -> np.ndarray:
    """Return the sorted, distinct hashes (uint32) of all runs of five words, case and punctuation aside."""
    words = np.fromiter((zlib.crc32(w.encode("utf-8", "replace")) for w in _WORD.findall(text.lower())), dtype=np.uint64)
    if len(words) < SHINGLE:
        return np.unique(words.astype(np.uint32))
    runs = np.lib.stride_tricks.sliding_window_view(words, SHINGLE)
    with np.errstate(over="ignore"):
        mixed = (runs * _WEIGHTS).sum(axis=1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return np.unique((mixed >> np.uint64(32)).astype(np.uint32))


def _signature(hashes: np.ndarray) -> np.ndarray:
    if not len(hashes):
        return np.zeros(HASHES, dtype=np.uint32)
    with np.errstate(over="ignore"):
        return ((hashes.astype(np.uint64)[None, :] * _MULTIPLY[:, None]) >> np.uint64(32)).min(axis=1).astype(np.uint32)


def find_duplicates(texts: Iterable[str]) -> dict[int, int]:
    """Return {position: position of the earlier text that it (nearly) repeats} for texts in order.

    Candidates come from MinHash (Broder 1997) with locality-sensitive bands; a pair counts when ENOUGH of the shorter one's shingles
    really stand in the longer one, so that half an article and an edited copy are both found. Memory: 260 bytes a text.
    """
    signatures, places = [], [0]
    with tempfile.TemporaryFile() as store:
        for text in texts:
            hashes = shingles(text)
            signatures.append(_signature(hashes))
            store.write(hashes.tobytes())
            places.append(places[-1] + len(hashes))

        def stored(i: int) -> np.ndarray:
            store.seek(places[i] * 4)
            return np.frombuffer(store.read((places[i + 1] - places[i]) * 4), dtype=np.uint32)

        return _matches(np.array(signatures).reshape(len(signatures), HASHES), stored) if len(signatures) > 1 else {}


def _matches(signatures: np.ndarray, stored) -> dict[int, int]:
    root = list(range(len(signatures)))

    def origin(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    seen = set()
    for band in range(0, HASHES, ROWS):
        keys = (signatures[:, band].astype(np.uint64) << np.uint64(32)) | signatures[:, band + 1]
        order = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[order][1:] == keys[order][:-1])
        first = None
        for k in same:
            a, b = int(order[k]), int(order[k + 1])
            first = a if first is None or keys[order[k]] != keys[first] else first
            for early, late in {(a, b), (first, b)}:
                if origin(early) != origin(late) and (early, late) not in seen:
                    seen.add((early, late))
                    if _shared(stored(early), stored(late)):
                        low, high = sorted((origin(early), origin(late)))
                        root[high] = low
    return {i: origin(i) for i in range(len(root)) if origin(i) != i}


def _shared(a: np.ndarray, b: np.ndarray) -> bool:
    shorter = min(len(a), len(b))
    return shorter > 0 and len(np.intersect1d(a, b, assume_unique=True)) >= (ENOUGH if shorter >= 20 else .9) * shorter


def content_key(text: str) -> str:
    """Return the key under which a text's annotations are stored (128 bits of SHA-256)."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


# --- what the corpus notebook shows -----------------------------------------------------------------------------------------------------------------

def overview(articles: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return (what, value) rows that say how much was read, from whom and from when."""
    dates = articles["published"].dropna()
    outlets = articles["outlet"].nunique()
    rows = [("inputs", f"{len(articles) + len(quarantine):,}"), ("articles analysed", f"{len(articles):,}"),
            ("inputs that could not be analysed", f"{len(quarantine):,}"), ("words", f"{int(articles['n_words'].sum()):,}"),
            ("median words an article", f"{articles['n_words'].median():,.0f}" if len(articles) else "none"),
            ("near-duplicates of an earlier article", f"{int(articles['duplicate_of'].notna().sum()):,}"),
            ("outlets", f"{outlets:,} named" if outlets else "none named"),
            ("articles with a date", f"{len(dates):,} of {len(articles):,}"),
            ("first and last date", f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}" if len(dates) else "no article has a date"),
            ("read with an assumption (column notes)", f"{int(articles['notes'].notna().sum()):,}")]
    return pd.DataFrame(rows, columns=["what", "value"], dtype=object)


def lengths(articles: pd.DataFrame) -> pd.DataFrame:
    """Return article (title or id), n_words, outlet; longest first."""
    named = articles["title"].fillna(articles["article_id"])
    return pd.DataFrame({"article": named, "n_words": articles["n_words"], "outlet": articles["outlet"]}).sort_values("n_words", ascending=False, ignore_index=True)


def count_outlets(articles: pd.DataFrame) -> pd.DataFrame:
    """Return outlet, copies (own text, near-duplicate), articles: how many each outlet contributes."""
    named = articles.dropna(subset=["outlet"]).assign(copies=lambda a: a["duplicate_of"].notna().map({True: "near-duplicate", False: "own text"}))
    return named.groupby(["outlet", "copies"], as_index=False).agg(articles=("article_id", "size"))


def count_over_time(articles: pd.DataFrame) -> pd.DataFrame:
    """Return period (first day of the day, week, month or year that suits the span), articles; periods without an article count 0."""
    dates = articles["published"].dropna()
    if not len(dates):
        return pd.DataFrame({"period": pd.Series(dtype="datetime64[s]"), "articles": pd.Series(dtype="int64")})
    periods = dates.dt.to_period(choose_period(dates))
    counts = periods.value_counts().reindex(pd.period_range(periods.min(), periods.max(), freq=periods.dt.freq), fill_value=0)
    return pd.DataFrame({"period": counts.index.to_timestamp(), "articles": counts.to_numpy()})


def choose_period(dates: pd.Series) -> str:
    """Return the pandas period (D, W, M, Y) that gives a readable number of points for dates."""
    days = (dates.max() - dates.min()).days
    return "D" if days <= 45 else "W" if days <= 300 else "M" if days <= 3650 else "Y"


def list_duplicates(articles: pd.DataFrame) -> pd.DataFrame:
    """Return article_id, title, outlet, published, duplicate_of, outlet_of_first for near-duplicates."""
    first = articles.drop_duplicates("article_id").set_index("article_id")["outlet"]
    copies = articles[articles["duplicate_of"].notna()]
    return copies.assign(outlet_of_first=copies["duplicate_of"].map(first))[["article_id", "title", "outlet", "published", "duplicate_of", "outlet_of_first"]]


# Words so common in English that a list of frequent words without them says more.
COMMON = frozenset("""a about above after again against ago all also although am among an and another any are around as at away back be became because become been
    before began behind being between both but by came can come could day days did do does doing done down during each early either else end enough even
    ever every few first five for former four from further gave get give go going got had has have having he her here hers him himself his how however i
    if in including instead into is it its itself just last later least less like long made make makes making man many may me might million more most
    much must my near never new next no nor not now number of off often on one only or other others our out over own part people per percent perhaps put quite
    rather s said same saw say saying says second see seen several she should show since six so some still such t take than that the their them themselves
    then there these they thing things third this those though three through time times to told too took toward towards two under until up upon us use used
    very want was way we week weeks well went were what when where whether which while who whom whose why will with within without won work would year
    years yes yet you your don didn doesn isn wasn weren wouldn couldn ve ll re d m mr mrs ms according reported""".split())


def frequent_pairs(articles: pd.DataFrame, *, limit: int = 20, sample: int = 2_000) -> pd.DataFrame:
    """Return pair, n: word pairs that stand together more often than chance (NLTK collocations by likelihood ratio), most frequent first."""
    from nltk.collocations import BigramAssocMeasures, BigramCollocationFinder

    texts = articles.loc[articles["duplicate_of"].isna(), "text"].head(sample)
    documents = [[w.replace("’", "'").removesuffix("'s").lower() for w in _WORD.findall(text)] for text in texts]
    finder = BigramCollocationFinder.from_documents(documents)
    finder.apply_ngram_filter(lambda a, b: a in COMMON or b in COMMON or len(a) < 2 or len(b) < 2 or a.isdigit() or b.isdigit())
    finder.apply_freq_filter(2)
    best = finder.nbest(BigramAssocMeasures.likelihood_ratio, limit)
    rows = [(" ".join(pair), finder.ngram_fd[pair]) for pair in best]
    return pd.DataFrame(rows, columns=["pair", "n"]).sort_values("n", ascending=False, kind="stable", ignore_index=True)


def tell_lengths(articles: pd.DataFrame) -> str:
    """Return a chart title on the lengths."""
    if len(articles) < 2:
        return f"One article of {int(articles['n_words'].sum()):,} words" if len(articles) else "No article could be read"
    return f"Half of the {len(articles):,} articles have {articles['n_words'].median():,.0f} words or more"


def tell_dates(articles: pd.DataFrame) -> str:
    """Return a chart title on the dates."""
    dates = articles["published"].dropna()
    if not len(dates):
        return "Articles over time"
    return f"{len(dates):,} of {len(articles):,} articles have a date, from {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}"


def tell_outlets(articles: pd.DataFrame) -> str:
    """Return a chart title on the outlets."""
    counts = articles["outlet"].value_counts()
    if len(counts) > 1 and (counts == counts.iloc[0]).sum() > 1:
        return f"{(counts == counts.iloc[0]).sum()} outlets give {counts.iloc[0]:,} articles each, more than any other" if counts.iloc[-1] < counts.iloc[0] else f"All {len(counts)} outlets give {counts.iloc[0]:,} articles each"
    return f"{counts.index[0]} gives {counts.iloc[0]:,} of {len(articles):,} articles" if len(counts) else "Articles by outlet"
