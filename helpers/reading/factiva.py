"""Exports of Factiva: with two-letter field codes (HD, LP, TD …), without them, and as XML."""

import re
from collections.abc import Iterator

from lxml import etree

from helpers.reading.databases import COPYRIGHT, labels_of, make_row, reconcile
from helpers.reading.dates import find_date
from helpers.reading.mending import unwrap
from helpers.reading.records import Row

_CODE = re.compile(r"^[ \t]*([A-Z]{2,3})(?:\t[ \t]*|[ ]{2,}|[ \t]*$)(.*)$")
_DOCUMENT = re.compile(r"(?m)^[ \t]*Document ([A-Z][A-Z0-9]{3,7}0\d{4,}[a-z0-9]{5,})[ \t]*$")
_NUMBER = re.compile(r"^[A-Z][A-Z0-9]{3,7}0\d{4,}[a-z0-9]{5,}$")
_WORDS = re.compile(r"^(\d[\d,.]*) words$")
_WORDS_LINE = re.compile(r"(?m)^[ \t]*\d[\d,.]* words[ \t]*$")
_TIME = re.compile(r"^\d{1,2}:\d\d(?: [A-Z]{2,4})?$")


def is_coded(text: str) -> bool:
    """True for a text whose lines begin with the field codes of Factiva."""
    codes = {match[1] for line in text.split("\n")[:2000] if (match := _CODE.match(line))}
    return "HD" in codes and bool(codes & {"LP", "TD"}) and bool(codes & {"PD", "SN", "AN"})


def coded_articles(text: str) -> Iterator[Row]:
    """Articles of an export with field codes. A new one starts where a code comes again that the last one had."""
    known = labels_of("factiva")
    number, stated, order = 0, 0, ("SE", "HD")
    fields: dict[str, list[str]] = {}
    code = ""
    for line in text.split("\n"):
        match = _CODE.match(line)
        found = match[1] if match and match[1] in known else ""
        if found in order and ("AN" in fields or found in fields):
            number += 1
            yield _coded(number, fields)
            fields = {}
        if found and match:
            code, stated = found, stated + (found == "HD")
            fields.setdefault(code, []).append(match[2])
        elif code and (line.strip() or code in ("LP", "TD")):
            fields[code].append(line)
    if fields:
        number += 1
        yield _coded(number, fields)
    yield from reconcile(range(1, number + 1), stated)


def _coded(number: int, fields: dict[str, list[str]]) -> Row:
    one = {code: " ".join(" ".join(lines).split()) for code, lines in fields.items()}
    text = "\n\n".join(paragraph for code in ("LP", "TD") for paragraph in unwrap("\n".join(fields.get(code, []))))
    accession = re.search(r"[A-Z][A-Z0-9]{7,}\w*", one.get("AN", ""))
    found = {
        "title": one.get("HD"),
        "date": one.get("PD"),
        "outlet": one.get("SN"),
        "url": one.get("URL"),
        "id": accession[0] if accession else None,
        "text": text,
    }
    return make_row(number, found, one.get("WC"))


def is_plain(text: str) -> bool:
    """True for a text whose articles close with "Document" and Factiva's number."""
    return bool(_DOCUMENT.search(text))


def plain_articles(text: str) -> Iterator[Row]:
    """Articles of an export without field codes: a head of short lines, the body, the document's number."""
    start = 0
    for number, mark in enumerate(_DOCUMENT.finditer(text), 1):
        part = text[start : mark.start()]
        by_lines = "\n\n" not in part or _WORDS_LINE.search(part)
        lines = [line.strip() for line in (part.split("\n") if by_lines else unwrap(part))]
        lines = [line for line in lines if line] if by_lines else lines
        yield _plain(number, lines, mark[1])
        start = mark.end()
    if len(text[start:].split()) > 150 and _WORDS_LINE.search(text[start:]):
        yield None, "what follows the last document has no end: the export was cut off"


def _plain(number: int, lines: list[str], accession: str) -> Row:
    """Section, headline, author; "812 words", date, time, outlet, its code, edition, language, copyright; the body."""
    at = next((i for i, line in enumerate(lines) if _WORDS.match(line)), None)
    if at is None:
        return make_row(number, {"id": accession, "title": lines[0] if lines else None, "text": "\n\n".join(lines[1:])})
    above = [line for line in lines[:at] if not re.match(r"(?i)by \w", line)]
    dated = next((i for i in range(at + 1, min(at + 5, len(lines))) if find_date(lines[i])), at)
    outlet = next((line for line in lines[dated + 1 : dated + 4] if not _TIME.match(line)), None)
    owner = next((i for i in range(dated + 1, min(dated + 12, len(lines))) if COPYRIGHT.match(lines[i])), None)
    body = owner if owner is not None else _last_short(lines, dated)
    found = {
        "title": above[-1] if above else None,
        "date": lines[dated] if dated > at else None,
        "outlet": outlet,
        "id": accession,
        "text": "\n\n".join(lines[body + 1 :]),
    }
    return make_row(number, found, lines[at])


def _last_short(lines: list[str], start: int) -> int:
    """The last of the short lines that form the head."""
    end = start
    while end + 1 < len(lines) and len(lines[end + 1]) < 50 and not lines[end + 1].endswith((".", "”", '"')):
        end += 1
    return end


def name_of(element: etree._Element) -> str:
    """The name of an element without its namespace, "" of a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def xml_articles(root: etree._Element) -> Iterator[Row]:
    """Articles of Factiva's XML."""
    number = 0
    for element in root.iter():
        if name_of(element) != "article":
            continue
        number += 1
        parts: dict[str, etree._Element] = {}
        for child in element.iter():
            parts.setdefault(name_of(child), child)
        paragraphs = [
            words
            for name in ("leadParagraph", "tailParagraphs")
            for paragraph in (list(parts[name]) or [parts[name]] if name in parts else [])
            if (words := _words(paragraph))
        ]
        date = _words(parts.get("publicationDate")) or _words(parts.get("date"))
        found = {
            "title": _words(parts.get("headline")),
            "date": date,
            "outlet": _words(parts.get("sourceName")),
            "id": _words(parts.get("accessionNo")),
            "text": "\n\n".join(paragraphs),
        }
        yield make_row(number, found, _words(parts.get("wordCount")))


def _words(element: etree._Element | None) -> str | None:
    return " ".join("".join(element.itertext()).split()) or None if element is not None else None
