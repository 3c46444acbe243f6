"""Files that hold many records: JSON and JSON lines, CSV and TSV, Parquet, XLSX. Records are streamed; each comes with
its number, as a mapping or as the reason why it can't be read.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from helpers.reading.encodings import decode
from helpers.reading.lines import lines_of
from helpers.reading.streams import LARGEST_FILE, Joined, Unreadable, checked_zip, read_all, seekable

# (number, record or reason); without a number: the file is that one article
Row = tuple[int | None, dict | str]
NEVER_CLOSED = "broken CSV: a quotation mark that opens here is never closed; this row and all after it are not read"


def json_lines(stream: BinaryIO) -> Iterator[Row]:
    """(line number, record) or (line number, reason)."""
    for number, line in enumerate(lines_of(stream), 1):
        if line.wrong:
            yield number, line.wrong
        elif line.text.strip():
            yield number, _parsed(line.text, line.note)


def _unique(pairs: list[tuple[str, Any]]) -> dict:
    """An object; a name that occurs twice keeps its first value, and the next one under a name of its own."""
    made: dict = {}
    for name, value in pairs:
        made[f"{name} " if name in made else name] = value
    return made


_DECODER = json.JSONDecoder(object_pairs_hook=_unique)


def _parsed(words: str, note: str | None = None) -> dict | str:
    try:
        value = _DECODER.decode(words)
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
    text_stream = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace")
    window, number, ended = text_stream.read(2**16).lstrip()[1:], 0, False
    while True:
        window = window.lstrip(" \t\r\n,")
        if window.startswith("]"):
            return
        try:
            value, stop = _DECODER.raw_decode(window) if window else (None, 0)
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


def csv_rows(stream: BinaryIO, delimiter: str = "") -> Iterator[Row]:
    """Rows of a CSV or TSV file as strings (NA stays NA, 007 stays 007); a row of another width than the head is a
    reason, not a guess. delimiter: "" finds it in the head.
    """
    csv.field_size_limit(LARGEST_FILE)
    notes: list[str | None] = []
    wrong: list[str] = []

    def lines() -> Iterator[str]:
        for line in lines_of(stream):
            notes.append(line.note)
            if line.wrong:
                wrong.append(line.wrong)
            yield line.text

    source = lines()
    head = next(source, "")
    delimiter = delimiter or max(",;\t|", key=head.count)

    def again() -> Iterator[str]:
        yield head
        yield from source

    rows = csv.reader(again(), delimiter=delimiter, strict=True)
    try:
        names = _names(next(rows, []))
    except csv.Error as error:
        raise Unreadable(f"broken CSV: {error}") from error
    number = 1
    while True:
        notes.clear()
        wrong.clear()
        number += 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            open_quote = "unexpected end" in str(error)
            yield number, NEVER_CLOSED if open_quote else f"broken CSV: {error}"
            continue
        if not row:
            continue
        if wrong:
            yield number, wrong[0]
        elif len(row) != len(names):
            yield number, f"{len(row)} cells where the head has {len(names)}"
        else:
            yield number, {**dict(zip(names, row, strict=True)), "": next(filter(None, notes), None)}


def _names(cells: list[str]) -> list[str]:
    """Column names, each of its own: a repeated one gets blanks behind it, which `make_article` sees through."""
    names: list[str] = []
    for i, cell in enumerate(cells):
        name = cell.strip() or f"column {i + 1}"
        while name in names:
            name += " "
        names.append(name)
    return names


def parquet_rows(stream: BinaryIO) -> Iterator[Row]:
    """Rows of a Parquet file, some hundred at a time; a value out of range becomes words that say so."""
    import pyarrow.parquet as pq

    number = 0
    for batch in pq.ParquetFile(seekable(stream)).iter_batches(batch_size=256):
        columns = {name: [_value(cell) for cell in batch.column(i)] for i, name in enumerate(batch.schema.names)}
        for i in range(batch.num_rows):
            number += 1
            yield number, {name: values[i] for name, values in columns.items()}


def _value(cell: Any) -> Any:
    try:
        return cell.as_py()
    except (ValueError, OverflowError):
        return "out of range"


def workbook_rows(stream: BinaryIO, sheet: str = "") -> Iterator[Row]:
    """Rows of one sheet of an Excel workbook (the first, or the one named); whole numbers without ".0"."""
    import openpyxl

    stream = seekable(stream)
    checked_zip(stream).close()
    book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
    try:
        if sheet and sheet not in book.sheetnames:
            raise Unreadable(f"no sheet {sheet} (there are {', '.join(book.sheetnames)[:200]})")
        if not book.worksheets:
            raise Unreadable("a workbook without sheets of cells")
        page = book[sheet] if sheet else book.worksheets[0]
        page.reset_dimensions()  # of read-only sheets; what the file claims may be wrong
        rows = page.iter_rows(values_only=True)
        names = _names([str(cell) if cell is not None else "" for cell in next(rows, ())])
        for number, row in enumerate(rows, 2):
            if any(cell is not None for cell in row):
                yield number, {name: _cell(cell) for name, cell in zip(names, row, strict=False)}
    finally:
        book.close()


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, (str, datetime)):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
