"""Exports of Nexis ("1 of 10 DOCUMENTS") and of Nexis Uni ("End of Document")."""

import re
from collections.abc import Iterator

from helpers.reading.databases import COPYRIGHT, chunks, labelled, make_row, reconcile
from helpers.reading.dates import find_date
from helpers.reading.mending import LONGEST_LINE, paragraphs_of, unwrap
from helpers.reading.records import Row

_NUMBERED = re.compile(r"(?mi)^[ \t]*(?:document )?(\d{1,6}) of (\d{1,6}) documents?[ \t]*$")
_END = re.compile(r"(?m)^[ \t]*End of Document[ \t]*$")
_STATED = re.compile(r"(?m)^[ \t]*Documents? \((\d{1,6})\)[ \t]*$")
_BODY_ENDS = ("classification", "graphic", "graphics", "notes", "link to image", "load-date")
_LISTED = re.compile(r"^\d{1,5}\.[ \t]+\S")
_SEARCH = re.compile(
    r"(?i)^(client/matter|search terms?|search type|narrowed by|content type|user name|date and time)\b"
)


def is_numbered(text: str) -> bool:
    """True for an export whose documents are headed "1 of 10 DOCUMENTS"."""
    return bool(_NUMBERED.search(text))


def numbered_articles(text: str) -> Iterator[Row]:
    """Articles of such an export; fewer than it states is said."""
    held, stated = [], 0
    for mark, chunk in chunks(text, _NUMBERED):
        number, stated = int(mark[1]), max(stated, int(mark[2]))
        held.append(number)
        yield _numbered(number, unwrap(chunk))
    yield from reconcile(held, stated)


def _numbered(number: int, paragraphs: list[str]) -> Row:
    """The head (outlet, date, headline, labelled lines), the body, and labelled lines behind it."""
    paragraphs = [paragraph for paragraph in paragraphs if paragraph.strip()]
    fields: dict[str, str] = {}
    first = next((i for i, p in enumerate(paragraphs) if labelled(p, "nexis")), len(paragraphs))
    unlabelled = [p for p in paragraphs[:first] if not COPYRIGHT.match(p)]
    dated = next((i for i, p in enumerate(unlabelled) if i and len(p) < 80 and find_date(p)), None)
    if unlabelled:
        fields["outlet"] = unlabelled[0]
    if dated is not None:
        fields["date"] = unlabelled[dated]
    start, last = first, dated if dated is not None else 0
    if first == len(paragraphs):  # no labelled line at all: the headline follows the date
        start = min(paragraphs.index(unlabelled[last]) + 2, first) if unlabelled else first
        unlabelled = unlabelled[: last + 2]
    if len(unlabelled) > last + 1:
        fields["title"] = unlabelled[-1]
    body: list[str] = []
    for paragraph in paragraphs[start:]:
        found = labelled(paragraph, "nexis")
        field, words = found or ("", paragraph)
        if field in ("after", "url") and body:
            break
        if field == "body" or (not field and not COPYRIGHT.match(paragraph)):
            body.append(words)
        elif field:
            fields.setdefault(field, words)
    fields["url"] = fields.get("url") or _address(paragraphs)
    return make_row(number, {**_kept(fields), "text": "\n\n".join(filter(None, body))}, fields.get("words"))


def _address(paragraphs: list[str]) -> str:
    return next((p.partition(":")[2].strip() for p in paragraphs if p.upper().startswith("URL:")), "")


def _kept(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in ("title", "outlet", "date", "url") if fields.get(name)}


def is_uni(text: str) -> bool:
    """True for an export whose documents close with "End of Document"."""
    return bool(_END.search(text))


def uni_articles(text: str) -> Iterator[Row]:
    """Articles of an export of Nexis Uni; fewer than its table of contents lists is said."""
    *documents, rest = _END.split(text)
    stated = int(found[1]) if (found := _STATED.search(text)) else _listed(documents[0])
    if "\nBody\n" in rest:  # the last one was cut off
        documents.append(rest)
    for number, document in enumerate(documents, 1):
        lines = [line.strip() for line in document.split("\n") if line.strip()]
        yield _uni(number, lines)
    yield from reconcile(range(1, len(documents) + 1), stated)


def _listed(first: str) -> int:
    """How many documents the table of contents before the first document lists."""
    numbers = [int(line.strip().partition(".")[0]) for line in first.split("\n") if _LISTED.match(line.strip())]
    run = 0
    for number in numbers:
        run = number if number == run + 1 else run
    return run if run > 1 else 0


def _uni(number: int, lines: list[str]) -> Row:
    start = next((i for i, line in enumerate(lines) if line.lower() == "body"), None)
    if start is None:
        labels = [i for i, line in enumerate(lines) if (found := labelled(line, "nexis")) and found[0] != "after"]
        start = max(labels, default=-1)
    head = lines[: max(start, 0)]
    body: list[str] = []
    fields: dict[str, str] = {}
    for line in [*head, *lines[start : start + 1]]:
        if found := labelled(line, "nexis"):
            fields.setdefault(found[0], found[1])
    for line in lines[start + 1 :]:
        found = labelled(line, "nexis")
        if line.lower() in _BODY_ENDS or (found and found[0] == "after" and body):
            break
        body.append(line)
    plain = [line for line in head if not (labelled(line, "nexis") or _SEARCH.match(line))]
    dated = [i for i, line in enumerate(plain) if i and len(line) < 80 and find_date(line) and not _LISTED.match(line)]
    wrapped = max(map(len, body), default=0) <= LONGEST_LINE
    if dated:
        at = dated[-1]
        fields["date"], fields["outlet"] = plain[at], plain[at - 1]
        # A headline may be printed in two lines; before the first document the table of contents stands there.
        lines = plain[max(at - 3, 0) : at - 1] if wrapped and number > 1 else plain[max(at - 2, 0) : at - 1]
        fields.setdefault("title", " ".join(line for line in lines if "|" not in line))
    text = "\n\n".join(paragraphs_of(body) if wrapped else body)
    return make_row(number, {**_kept(fields), "text": text}, fields.get("words"))
