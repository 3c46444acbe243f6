"""Bytes to records to articles: which format a file has by its name, and what archives hold. What can't be read comes
out with its reason, and nothing is held whole that can be streamed.

Read: .txt .md .html .docx (`documents`), .json .jsonl .csv .tsv .parquet (`records`), and .zip and .gz of those. A new
format is a function of `documents` or `records` and a line in `_read_stream`.
"""

import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from helpers.reading.articles import Article, Options, Rejected
from helpers.reading.documents import make_document, read_page, read_plain, read_word_file
from helpers.reading.records import csv_rows, json_lines, json_values, make_records, parquet_rows
from helpers.reading.streams import HIGHEST_RATIO, LARGEST_FILE, Guarded, Unreadable, read_all

MOST_MEMBERS = 1_000_000  # files in one archive
DEEPEST = 3  # archives inside archives
PLAIN, PAGES = {".txt", ".text", ".md", ".markdown"}, {".html", ".htm", ".xhtml"}
PACKED = {".zip", ".gz"}
BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    ValueError,
    RecursionError,
    MemoryError,
)


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
            yield make_document(read_plain(read_all(stream), ending in (".md", ".markdown")), stem, shown, options)
        elif ending in PAGES:
            yield make_document(read_page(read_all(stream)), stem, shown, options)
        elif ending == ".docx":
            yield make_document(read_word_file(read_all(stream)), stem, shown, options)
        elif ending in (".csv", ".tsv"):
            yield from make_records(csv_rows(stream, ending), stem, shown, options)
        elif ending in (".jsonl", ".ndjson"):
            yield from make_records(json_lines(stream), stem, shown, options)
        elif ending == ".json":
            yield from make_records(json_values(stream), stem, shown, options)
        elif ending in (".parquet", ".pq"):
            yield from make_records(parquet_rows(stream), stem, shown, options)
        else:
            raise Unreadable(
                f"files ending in {ending} are not read"
                if ending
                else "a file without an ending such as .txt is not read"
            )
    except Unreadable as error:
        yield Rejected(shown, None, None, str(error))
    except BROKEN as error:
        yield Rejected(shown, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")


def _read_gzip(
    stream: BinaryIO, name: str, shown: str, size: int, options: Options, depth: int
) -> Iterator[Article | Rejected]:
    inner = name[:-3] if PurePosixPath(name).stem.count(".") else name[:-3] + ".txt"
    with gzip.GzipFile(fileobj=stream) as unpacked:
        yield from _read_stream(
            io.BufferedReader(Guarded(unpacked, size)), inner, shown, size * HIGHEST_RATIO, options, depth + 1
        )


def _read_zip(
    stream: BinaryIO, name: str, shown: str, size: int, options: Options, depth: int
) -> Iterator[Article | Rejected]:
    if not stream.seekable():
        stream = io.BytesIO(read_all(stream, LARGEST_FILE * 4))
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
                    guarded = io.BufferedReader(Guarded(unpacked, member.compress_size))
                    yield from _read_stream(
                        guarded, PurePosixPath(member.filename).name, inside, member.file_size, options, depth + 1
                    )
            except Unreadable as error:
                yield Rejected(inside, None, None, str(error))
            except BROKEN as error:
                yield Rejected(inside, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")
