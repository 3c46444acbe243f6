"""Dates as sources write them become moments in UTC, without zone; a date that can be read in two ways is left out and
said.
"""

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_WRITTEN = (
    re.compile(rf"(?i)\b{_MONTH} +(\d{{1,2}})(?:st|nd|rd|th)?,? +(\d{{4}})\b"),
    re.compile(rf"(?i)\b(\d{{1,2}})(?:st|nd|rd|th)? +{_MONTH},? +(\d{{4}})\b"),
)
AMBIGUOUS = "the date can be read in two ways and is left out (date_order in a .toml file settles it)"
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
    if value is None or value != value or value == "" or value == []:
        return None, None
    if isinstance(value, datetime):  # of pandas, too: its nanoseconds are left out
        whole = (value.year, value.month, value.day, value.hour, value.minute, value.second)
        return _sane(datetime(*whole, tzinfo=value.tzinfo))
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
    written = find_date(words)
    return _sane(written) if written else (None, f"date not understood: {words[:40]}")


def find_date(words: str) -> datetime | None:
    """The first date in words ("February 3, 2022 Thursday", "3rd Feb. 2022") as a day, None without one."""
    for american, pattern in zip((True, False), _WRITTEN, strict=True):
        if match := pattern.search(words):
            month, day = (match[1], match[2]) if american else (match[2], match[1])
            try:
                return datetime(int(match[3]), MONTHS.index(month[:3].lower()) + 1, int(day))
            except ValueError:
                return None
    return None


def _numeric(numbers: re.Match, words: str, order: str) -> tuple[datetime | None, str | None]:
    a, b, year = int(numbers[1]), int(numbers[2]), int(numbers[3]) + (2000 if len(numbers[3]) == 2 else 0)
    if a <= 12 and b <= 12 and a != b and order not in ("DMY", "MDY"):
        return None, AMBIGUOUS
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
