"""A record becomes an article (which column is what, ids, dates, mending of texts) or is rejected with its reason."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

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
    """How to read: `columns` maps our column to the source's, `date_order` says what 03/02/2022 means ("" leaves such a
    date out).
    """

    columns: Mapping[str, str] = {}
    date_order: str = ""


def join_notes(*notes: str | None) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _key(name: object) -> str:
    return re.sub(r"[\s.-]+", "_", str(name).strip().lower())


def _pick(record: dict, ours: str, options: Options) -> Any:
    """The first non-empty value among the names a column goes by."""
    if ours in options.columns:
        return record.get(_key(options.columns[ours]))
    return next((value for value in (record.get(name) for name in COLUMNS[ours]) if not _nothing(value)), None)


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


def _clean(text: str) -> str:
    """Half surrogates (from broken exports) can't be written to any file: each becomes one replacement character."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def make_article(
    record: Mapping, shown: str, row: int | None, fallback_id: str, options: Options = Options()
) -> Article | Rejected:
    """Turn a mapping with any of the known column names into an Article, or Rejected with the reason."""
    note = record.get("")
    record = {_key(name): value for name, value in record.items() if name != ""}
    text, name = _pick(record, "text", options), _words(_pick(record, "article_id", options)) or fallback_id
    if text is None:
        known = any(key in record for key in COLUMNS["text"]) or "text" in options.columns
        named = ", ".join(sorted(record))[:120]
        return Rejected(
            shown, row, name if known else None, "no text" if known else f"no column with the text (it has: {named})"
        )
    if not isinstance(text, str):
        return Rejected(shown, row, name, f"the text is a {type(text).__name__}, not words")
    text = _clean(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > LONGEST_TEXT:
        return Rejected(shown, row, name, f"longer than {LONGEST_TEXT:,} characters: not one article")
    n_words = sum(1 for _ in WORD.finditer(text))
    if not n_words:
        return Rejected(shown, row, name, "no words in the text")
    outlet, url = _words(_pick(record, "outlet", options)), _words(_pick(record, "url", options))
    if outlet and outlet.startswith(("http://", "https://")):
        url, outlet = url or outlet, urlsplit(outlet).hostname if outlet.count("/") >= 2 else outlet
    if not url and isinstance(record.get("source"), str) and record["source"].startswith(("http://", "https://")):
        url = _words(record["source"])
    published, about_date = read_date(_pick(record, "published", options), options.date_order)
    cut = "the source cuts the text short" if re.search(r"\[\+\d+ chars\]\s*$", text[-40:]) else None
    return Article(
        name,
        _words(_pick(record, "title", options)),
        text,
        published,
        outlet,
        url,
        shown,
        n_words,
        None,
        join_notes(note, about_date, cut),
    )


_FORMATS = (
    "%B %d, %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d %Y",
    "%b %d %Y",
    "%A, %B %d, %Y",
    "%A %d %B %Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%Y-%m-%d %H:%M:%S %z",
    "%Y/%m/%d %H:%M:%S",
    "%B %d, %Y %H:%M",
    "%b %d, %Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%d-%b-%Y",
    "%d-%b-%y",
)


def read_date(value: object, order: str = "") -> tuple[datetime | None, str | None]:
    """Return (moment in UTC without zone, note). A date such as 03/02/2022 is left out unless `order` (DMY, MDY) says
    what it means.
    """
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
    for attempt in (
        datetime.fromisoformat,
        *(lambda w, f=f: datetime.strptime(w, f) for f in _FORMATS),
        parsedate_to_datetime,
    ):
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
