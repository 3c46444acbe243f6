"""A record becomes an article (which column is what, ids, dates, mending of texts) or is rejected with its reason."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from helpers.reading.dates import read_date
from helpers.reading.languages import other_language
from helpers.reading.mending import split_glued

LONGEST_ID = 2_000  # characters
OFFLINE = "this program is offline and fetches nothing; save the pages (.html, .mhtml, .warc) and give those"
LONGEST_TEXT = 2_000_000  # characters of one article; a longer text is a book or a broken export


# Names that common exports (Media Cloud, NewsAPI, GDELT, LexisNexis, trafilatura, news-please) use, in order of
# preference.
COLUMNS: dict[str, tuple[str, ...]] = {
    "text": (
        "text",
        "body",
        "content",
        "full_text",
        "fulltext",
        "article_text",
        "maintext",
        "story_text",
        "article_body",
        "articlebody",
        "raw_text",
        "article",
        "story",
        "body_text",
    ),
    "title": ("title", "headline", "article_title", "head", "webtitle", "name"),
    "published": (
        "published",
        "date",
        "publish_date",
        "published_at",
        "publishedat",
        "pub_date",
        "pubdate",
        "publication_date",
        "date_published",
        "date_publish",
        "datepublished",
        "published_date",
        "datetime",
        "webpublicationdate",
        "timestamp",
        "filedate",
    ),
    "outlet": (
        "outlet",
        "media_name",
        "source_name",
        "sitename",
        "source_hostname",
        "publication",
        "publisher",
        "source",
        "hostname",
        "source_domain",
        "domain",
        "newspaper",
        "medium",
        "media_url",
    ),
    "url": ("url", "link", "article_url", "weburl", "story_url", "source_url", "permalink"),
    "article_id": (
        "article_id",
        "id",
        "stories_id",
        "story_id",
        "doc_id",
        "docid",
        "document_id",
        "uri",
        "guid",
        "_id",
        "uuid",
    ),
}
WORD = re.compile(r"\w[\w'’-]*")


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
    """How to read, as a description (.toml) says it."""

    columns: Mapping[str, str] = {}  # our column: the source's
    date_order: str = ""  # what 03/02/2022 means: DMY, MDY, YMD; "" leaves such a date out
    sheet: str = ""  # of a workbook; "": the first one
    language: str = "en"  # "any": texts that are not English are read too
    follow_links: bool = False  # symbolic links that lead out of the corpus
    most_records: int = 0  # of one file; 0: as many as its size makes likely


def join_notes(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _key(name: object) -> str:
    return re.sub(r"[\s.-]+", "_", str(name).strip().lower())


def _pick(record: dict, ours: str, options: Options) -> Any:
    """The first non-empty value among the names a column goes by."""
    if ours in options.columns:
        return record.get(_key(options.columns[ours]))
    return next((record[name] for name in COLUMNS[ours] if name in record and not _nothing(record[name])), None)


def _nothing(value: object) -> bool:
    return (
        value is None
        or value != value
        or (isinstance(value, (str, list, dict)) and not (value.strip() if isinstance(value, str) else value))
    )


def _words(value: object) -> str | None:
    """A name-like value as one line of text; {"name": …} gives the name, a list its parts."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("name", "title", "id") if value.get(key)), None)
    if isinstance(value, list):
        value = ", ".join(str(part) for part in value if not isinstance(part, (list, dict)))
    return None if _nothing(value) else _clean(" ".join(str(value).split()))[:2000] or None


def _identifier(value: object) -> tuple[str | None, str | None]:
    """(An identifier as it stands, note): neither trimmed nor shortened without a word."""
    if _nothing(value):
        return None, None
    whole = _clean(value if isinstance(value, str) else _words(value) or "")
    if len(whole) > LONGEST_ID:
        return whole[:LONGEST_ID], f"the id was cut at {LONGEST_ID:,} characters"
    return whole or None, None


def _clean(text: str) -> str:
    """Half surrogates (from broken exports) can't be written to any file: each becomes one replacement character."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def _without_repeats(record: Mapping) -> tuple[dict, str | None]:
    """The record under plain names; of two columns of one name the first that holds something counts, and the note says
    so.
    """
    plain: dict = {}
    twice = None
    for name, value in record.items():
        key = _key(name)
        if key in plain and not _nothing(plain[key]):
            if not _nothing(value) and value != plain[key] and any(key in names for names in COLUMNS.values()):
                twice = f"two columns are named {key}: the first was read"
            continue
        plain[key] = value
    return plain, twice


def _other_text(record: dict, text: str, options: Options) -> str | None:
    """A note when another column could be the text as well."""
    if "text" in options.columns:
        return None
    held = [name for name in COLUMNS["text"] if name in record and not _nothing(record[name])]
    others = [name for name in held[1:] if record[name] != text and len(str(record[name])) * 2 > len(text)]
    if not others:
        return None
    return (
        f"the text could be {held[0]} or {', '.join(others)}: {held[0]} was read (columns in a .toml file settles it)"
    )


def _no_text(record: dict, shown: str, row: int | None, name: str, options: Options) -> Rejected:
    if any(key in record for key in COLUMNS["text"]) or "text" in options.columns:
        return Rejected(shown, row, name, "no text")
    if not _nothing(_pick(record, "url", options)):
        return Rejected(shown, row, None, f"an address without a text: {OFFLINE}")
    return Rejected(shown, row, None, f"no column with the text (it has: {', '.join(sorted(record))[:120]})")


def _address(record: dict, options: Options) -> tuple[str | None, str | None]:
    """(outlet, url); an address given as the source is an address."""
    outlet, url = _words(_pick(record, "outlet", options)), _words(_pick(record, "url", options))
    if outlet and outlet.startswith(("http://", "https://")):
        try:
            host = urlsplit(outlet).hostname
        except ValueError:
            host = None
        url, outlet = url or outlet, host if outlet.count("/") >= 2 else outlet
    if not url and isinstance(record.get("source"), str) and record["source"].startswith(("http://", "https://")):
        url = _words(record["source"])
    return outlet, url


def make_article(
    record: Mapping, shown: str, row: int | None, fallback_id: str, options: Options = Options()
) -> Article | Rejected:
    """Turn a mapping with any of the known column names into an Article, or Rejected with the reason."""
    note = record.get("")
    record, twice = _without_repeats({name: value for name, value in record.items() if name != ""})
    given, about_id = _identifier(_pick(record, "article_id", options))
    text, name = _pick(record, "text", options), given or fallback_id
    if text is None or _nothing(text):
        return _no_text(record, shown, row, name, options)
    if not isinstance(text, str):
        return Rejected(shown, row, name, f"the text is a {type(text).__name__}, not words")
    two_texts = _other_text(record, text, options)
    text = _clean(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST_TEXT:
        return Rejected(shown, row, name, f"longer than {LONGEST_TEXT:,} characters: not one article")
    text, glued = split_glued(text)
    n_words = sum(1 for _ in WORD.finditer(text))
    if not n_words:
        return Rejected(shown, row, name, "no words in the text")
    language = other_language(text) if options.language == "en" else None
    if language:
        return Rejected(shown, row, name, f"in {language}, as it seems: only English is analysed")
    published, about_date = read_date(_pick(record, "published", options), options.date_order)
    cut = "the source cuts the text short" if re.search(r"\[\+\d+ chars\]\s*$", text[-40:]) else None
    outlet, url = _address(record, options)
    notes = join_notes(note, about_id, twice, two_texts, about_date, cut, glued)
    title = _words(_pick(record, "title", options))
    return Article(name, title, text, published, outlet, url, shown, n_words, None, notes)
