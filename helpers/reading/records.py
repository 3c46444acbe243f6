"""Files that hold many records: JSON and JSON lines, CSV and TSV, Parquet. Records are streamed; each comes with its
number, as a mapping or as the reason why it can't be read.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from helpers.reading.articles import Article, Options, Rejected, make_article
from helpers.reading.streams import LARGEST_FILE, Joined, Unreadable, decode, lines_of, read_all

# (number, record or reason)
Row = tuple[int, dict | str]


def make_records(rows: Iterable[Row], stem: str, shown: str, options: Options) -> Iterator[Article | Rejected]:
    """Articles of records; a file without any is rejected."""
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


def json_lines(stream: BinaryIO) -> Iterator[Row]:
    """(line number, record) or (line number, reason)."""
    for number, (line, note) in enumerate(lines_of(stream), 1):
        if line.strip():
            yield number, _parsed(line, note)


def _parsed(words: str, note: str | None = None) -> dict | str:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError) as error:
        return f"not valid JSON: {str(error)[:120]}"
    return {**value, "": note} if isinstance(value, dict) else "not a JSON object"


def json_values(stream: BinaryIO) -> Iterator[Row]:
    """Records of a .json file: a list (read piece by piece), an object, an object with a list of articles, or lines of
    objects.
    """
    head = stream.read(2**16)
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    whole = Joined(head, stream)
    if start.startswith(b"["):
        yield from _json_list(io.BufferedReader(whole))
        return
    first, _, rest = start.partition(b"\n")
    if rest.strip() and isinstance(_parsed(first.decode("utf-8", "replace")), dict):
        yield from json_lines(io.BufferedReader(whole))
        return
    text, note = decode(read_all(io.BufferedReader(whole)))
    record = _parsed(text, note)
    if isinstance(record, str):
        raise Unreadable(record)
    for key in ("articles", "stories", "results", "docs", "documents", "items", "data"):
        if isinstance(record.get(key), list):
            for number, value in enumerate(record[key], 1):
                yield number, {**value, "": note} if isinstance(value, dict) else "not a JSON object"
            return
    yield 1, record


def _json_list(stream: BinaryIO) -> Iterator[Row]:
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


def csv_rows(stream: BinaryIO, ending: str) -> Iterator[Row]:
    """Rows of a CSV or TSV file as strings (NA stays NA, 007 stays 007); a row of another width than the head is a
    reason, not a guess.
    """
    csv.field_size_limit(LARGEST_FILE)
    notes: list[str | None] = []

    def lines() -> Iterator[str]:
        for line, note in lines_of(stream):
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


def parquet_rows(stream: BinaryIO) -> Iterator[Row]:
    """Rows of a Parquet file, some hundred at a time."""
    import pyarrow.parquet as pq

    if not stream.seekable():
        stream = io.BytesIO(read_all(stream, LARGEST_FILE * 4))
    number = 0
    for batch in pq.ParquetFile(stream).iter_batches(batch_size=256):
        for row in batch.to_pylist():
            number += 1
            yield number, row
