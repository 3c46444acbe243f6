"""What the exports of all news databases have in common: labelled lines, heads that state lengths and counts."""

import functools
import re
from collections.abc import Iterable, Iterator

from helpers import DATA
from helpers.reading.articles import WORD
from helpers.reading.records import Row
from helpers.text import rows_of

COPYRIGHT = re.compile(r"(?i)^(?:copyright\b|©|\(c\)|all rights reserved)")  # how such a line begins
FEWER_WORDS = 0.5  # of those that an article's head states: the note says that text is missing


@functools.cache
def labels_of(database: str) -> dict[str, str]:
    """{label in capitals: what it stands for} of a database, from helpers/data/reading/database_labels.csv."""
    rows = rows_of(DATA / "reading" / "database_labels.csv")
    return {row["label"].upper(): row["field"] for row in rows if row["database"] == database}


def labelled(line: str, database: str) -> tuple[str, str] | None:
    """(what the label stands for, the rest of the line) of a line such as "LENGTH: 812 words"."""
    label, colon, rest = line.partition(":")
    field = labels_of(database).get(label.strip().upper()) if colon and len(label) < 40 else None
    return (field, rest.strip()) if field else None


def make_row(number: int, fields: dict, stated_words: str | None = None) -> Row:
    """A record of an export, or the reason why it is none; the note says when the head states many more words."""
    text = (fields.get("text") or "").strip()
    if not text:
        about = f" ({str(fields.get('title'))[:80]})" if fields.get("title") else ""
        return number, f"no text in document {number}{about}"
    stated = re.search(r"\d[\d,.]*", stated_words or "")
    n_stated = int(re.sub(r"\D", "", stated[0])) if stated else 0
    read = sum(1 for _ in WORD.finditer(text))
    short = f"its head states {n_stated:,} words, {read:,} were read" if read < FEWER_WORDS * n_stated else None
    return number, {**fields, "text": text, "": short}


def reconcile(found: Iterable[int], stated: int) -> Iterator[Row]:
    """One sentence for what is set apart when an export states more documents than it holds."""
    held = set(found)
    missing = sorted(set(range(1, stated + 1)) - held)
    if missing and stated < 1_000_000:
        which = ", ".join(map(str, missing[:5])) + (" …" if len(missing) > 5 else "")
        yield None, f"the file states {stated:,} documents and holds {stated - len(missing):,}: missing are {which}"


def chunks(text: str, separator: re.Pattern) -> Iterator[tuple[re.Match, str]]:
    """(separator, what follows up to the next one)."""
    marks = list(separator.finditer(text))
    for i, mark in enumerate(marks):
        end = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        yield mark, text[mark.end() : end]
