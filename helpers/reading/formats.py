"""One file to articles: its format decides which function reads it; archives are opened and their members read the same
way. What can't be read comes out with its reason, and nothing is held whole that can be streamed.

A new format is a function of `documents`, `records`, `web` or `mail`, a line in READERS (or in OPENERS, when it holds
files), and its ending in `kinds`.
"""

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from helpers.reading import documents, mail, records, web
from helpers.reading.articles import COLUMNS, Article, Options, Rejected, join_notes, make_article
from helpers.reading.exports import articles_in
from helpers.reading.kinds import kind_of
from helpers.reading.records import Row
from helpers.reading.streams import HIGHEST_RATIO, Guarded, Unreadable, open_zip, peek, read_all, seekable

MOST_MEMBERS = 1_000_000  # files in one archive
DEEPEST = 3  # archives inside archives
RECORDS_AT_LEAST, BYTES_A_RECORD = 100_000, 20  # a file may hold so many records, and one more for so many bytes
BROKEN = (
    OSError,
    EOFError,
    zlib.error,
    struct.error,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
    ValueError,
    KeyError,
    RecursionError,
    MemoryError,
)


class Source(NamedTuple):
    """One file, on disk or in an archive."""

    stream: BinaryIO
    name: str
    shown: str  # the path as tables show it
    size: int  # bytes, packed
    options: Options
    depth: int = 0

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


Item = Article | Rejected


def read_file(file: Path, shown: str, options: Options) -> Iterator[Item]:
    """Yield what one file holds, as articles and rejected inputs. shown: the path as tables show it."""
    try:
        size = file.stat().st_size
        most = options.most_records or max(RECORDS_AT_LEAST, size // BYTES_A_RECORD)
        with file.open("rb") as stream:
            source = Source(stream, printable(file.name), shown, size, options)
            for number, item in enumerate(_read(source), 1):
                if number > most:
                    reason = f"more than {most:,} records in a file of {size:,} bytes: the rest was not read"
                    yield Rejected(shown, None, None, f"{reason} (most_records in a .toml file allows more)")
                    return
                yield item
    except OSError as error:
        yield Rejected(shown, None, None, f"can't be opened: {error.strerror or error}")


def printable(name: str) -> str:
    """A file's name in characters that any file can hold; bytes that are no UTF-8 are shown as \\xe9."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "")


def _read(source: Source) -> Iterator[Item]:
    """Read one file (on disk or inside an archive). Any failure becomes one Rejected."""
    try:
        head, stream = peek(source.stream)
        source = source._replace(stream=stream)
        kind = kind_of(head, PurePosixPath(source.name).suffix.lower())
        if kind == "zip":
            source = source._replace(stream=seekable(source.stream))
            kind = _kind_of_archive(source.stream)
        if kind in OPENERS:
            yield from OPENERS[kind](source)
        else:
            yield from _articles(READERS[kind](source), source, kind in TABLES)
    except Unreadable as error:
        yield Rejected(source.shown, None, None, str(error))
    except BROKEN as error:
        yield Rejected(source.shown, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")


def _articles(rows: Iterable[Row], source: Source, table: bool) -> Iterator[Item]:
    """Articles of rows; a file without any is rejected. The columns that a description names are those of tables."""
    options = source.options if table else source.options._replace(columns={})
    empty = True
    for number, row in rows:
        empty = False
        if isinstance(row, str):
            yield Rejected(source.shown, number, None, row)
        elif number is None:
            yield make_article(_dated(row, source.stem), source.shown, None, source.stem, options)
        else:
            yield make_article(row, source.shown, number, f"{source.stem}-{number}", options)
    if empty:
        yield Rejected(source.shown, None, None, "no records in the file")


def _dated(fields: dict, stem: str) -> dict:
    """The fields of a file's only article; a date in the file's name counts when the document has none."""
    dated = re.search(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)", stem)
    if dated and not any(value for key, value in fields.items() if key.lower() in COLUMNS["published"]):
        return {**fields, "published": dated[0], "": join_notes(fields.get(""), "date from the file's name")}
    return fields


# -- one function a format -------------------------------------------------------------------------------------------


def _document(read: Callable[[bytes], dict]) -> Callable[[Source], Iterator[Row]]:
    """A reader of files that hold text: an export of a database with many articles in it, or one article."""

    def reader(source: Source) -> Iterator[Row]:
        fields = read(read_all(source.stream))
        return _export_or(fields.pop("lines", fields["text"]), lambda: fields)

    return reader


def _export_or(text: str, article: Callable[[], dict]) -> Iterator[Row]:
    """The articles of a text that is an export of a database, else the file's only article."""
    found = articles_in(text)
    if found is None:
        yield None, article()
    else:
        yield from found


def _page(source: Source) -> Iterator[Row]:
    page = read_all(source.stream)
    return _export_or(web.page_text(page), lambda: web.read_page(page))


def _saved_page(source: Source) -> Iterator[Row]:
    page, address = mail.saved_page(read_all(source.stream))
    return _export_or(web.page_text(page), lambda: web.read_page(page, address))


def _xml(source: Source) -> Iterator[Row]:
    return web.read_xml(read_all(source.stream))


def _workbook(source: Source) -> Iterator[Row]:
    return records.workbook_rows(source.stream, source.options.sheet)


TABLES = {"json", "json lines", "csv", "tsv", "parquet", "workbook"}
READERS: dict[str, Callable[[Source], Iterator[Row]]] = {
    "text": _document(documents.read_plain),
    "markdown": _document(documents.read_markdown),
    "word": _document(documents.read_word_file),
    "rtf": _document(documents.read_rtf),
    "pdf": _document(documents.read_pdf),
    "page": _page,
    "saved page": _saved_page,
    "xml": _xml,
    "json": lambda source: records.json_values(source.stream),
    "json lines": lambda source: records.json_lines(source.stream),
    "csv": lambda source: records.csv_rows(source.stream),
    "tsv": lambda source: records.csv_rows(source.stream, "\t"),
    "parquet": lambda source: records.parquet_rows(source.stream),
    "workbook": _workbook,
}


# -- files that hold files -------------------------------------------------------------------------------------------


def _inside(source: Source) -> int:
    if source.depth >= DEEPEST:
        raise Unreadable(f"archives inside archives more than {DEEPEST} deep")
    return source.depth + 1


def _open_gzip(source: Source) -> Iterator[Item]:
    depth = _inside(source)
    inner = source.name[:-3] if source.name.lower().endswith(".gz") else source.name
    inner = inner if PurePosixPath(inner).suffix else inner + ".txt"
    if PurePosixPath(inner).suffix == ".warc":  # its records are packed one by one, and warcio unpacks them
        yield from _open_crawl(source)
        return
    with gzip.GzipFile(fileobj=source.stream) as unpacked:
        guarded = io.BufferedReader(Guarded(unpacked, source.size))
        yield from _read(source._replace(stream=guarded, name=inner, size=source.size * HIGHEST_RATIO, depth=depth))


def _kind_of_archive(stream: BinaryIO) -> str:
    with open_zip(stream) as archive:
        names = set(archive.namelist())
    stream.seek(0)
    if "word/document.xml" in names:
        return "word"
    if "xl/workbook.xml" in names:
        return "workbook"
    crawl = "datapackage.json" in names and any(name.startswith("archive/") for name in names)
    return "wacz" if crawl else "zip"


def _open_zip(source: Source) -> Iterator[Item]:
    yield from _members(source, lambda name: True)


def _open_wacz(source: Source) -> Iterator[Item]:
    """The crawl in a WACZ file; its indexes and lists of pages are no articles."""
    yield from _members(source, lambda name: name.startswith("archive/"))


def _members(source: Source, wanted: Callable[[str], bool]) -> Iterator[Item]:
    depth = _inside(source)
    with open_zip(seekable(source.stream)) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not _hidden(m.filename) and wanted(m.filename)]
        if len(members) > MOST_MEMBERS:
            raise Unreadable(f"an archive of more than {MOST_MEMBERS:,} files")
        for member in members:
            name = printable(member.filename)
            inside = f"{source.shown}!{name}"
            try:
                if member.flag_bits & 1:
                    raise Unreadable("encrypted")
                with archive.open(member) as unpacked:
                    guarded = io.BufferedReader(Guarded(unpacked, member.compress_size))
                    file_name, size = PurePosixPath(name).name, member.file_size
                    yield from _read(Source(guarded, file_name, inside, size, source.options, depth))
            except Unreadable as error:
                yield Rejected(inside, None, None, str(error))
            except BROKEN as error:
                yield Rejected(inside, None, None, f"broken file: {type(error).__name__}: {str(error)[:200]}")
        if not members:
            yield Rejected(source.shown, None, None, "an archive without files")


def _hidden(name: str) -> bool:
    return PurePosixPath(name).name.startswith((".", "~$", "__MACOSX")) or "__MACOSX/" in name


def _open_crawl(source: Source) -> Iterator[Item]:
    """The pages of a crawl, each an article of its own or set apart."""
    number = 0
    for address, data, kind in web.crawled(source.stream):
        number += 1
        shown = f"{source.shown}!{address}"
        try:
            if isinstance(data, str):
                raise Unreadable(data)
            fields = documents.read_pdf(data) if kind == "application/pdf" else web.read_page(data, address)
            fields = {**fields, "url": address, "lines": None}
            yield make_article(fields, shown, number, f"{source.stem}-{number}", source.options._replace(columns={}))
        except BROKEN as error:
            yield Rejected(shown, number, None, str(error)[:200])
    if not number:
        yield Rejected(source.shown, None, None, "a crawl without pages")


def _open_mail(source: Source) -> Iterator[Item]:
    """The articles in a mail, and the files attached to it."""
    rows, attached = mail.read_mail(read_all(source.stream))
    if rows:
        yield from _articles(rows, source, False)
    for part in attached:
        depth = _inside(source)
        name, inside = printable(part.name), f"{source.shown}!{printable(part.name)}"
        yield from _read(Source(io.BytesIO(part.data), name, inside, len(part.data), source.options, depth))


OPENERS: dict[str, Callable[[Source], Iterator[Item]]] = {
    "gzip": _open_gzip,
    "zip": _open_zip,
    "wacz": _open_wacz,
    "warc": _open_crawl,
    "mail": _open_mail,
}
