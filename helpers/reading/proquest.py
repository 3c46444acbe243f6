"""Exports of ProQuest: text, web page or mail with up to some hundred documents."""

import re
from collections.abc import Iterator

from helpers.reading.databases import chunks, labelled, make_row, reconcile
from helpers.reading.dates import find_date
from helpers.reading.mending import LONGEST_LINE, join_lines
from helpers.reading.records import Row

_MARK = re.compile(r"(?mi)^[ \t]*document (\d{1,6}) of (\d{1,6})[ \t]*$")
_RULE = re.compile(r"(?m)^[ \t]*_{20,}[ \t]*$")
_OURS = re.compile(r"(?mi)^[ \t>]*(?:proquest document id|publication info|full text):")


def is_export(text: str) -> bool:
    """True for a text with the labels of ProQuest."""
    return bool(_OURS.search(text)) and ("proquest" in text.lower() or bool(_MARK.search(text)))


def articles(text: str) -> Iterator[Row]:
    """Articles of an export; fewer than it states is said."""
    text = re.sub(r"(?m)^[ \t]*(?:> ?)+", "", text)  # a forwarded mail
    marked = list(chunks(text, _MARK))
    if marked:
        for mark, chunk in marked:
            yield _article(int(mark[1]), chunk)
        yield from reconcile((int(mark[1]) for mark, _ in marked), max(int(mark[2]) for mark, _ in marked))
        return
    parts = [part for part in _RULE.split(text) if _OURS.search(part)]
    for number, part in enumerate(parts, 1):
        yield _article(number, part)


def _article(number: int, chunk: str) -> Row:
    blocks = [block.strip() for block in re.split(r"\n[ \t]*\n", _RULE.sub("", chunk)) if block.strip()]
    wrapped = max(map(len, chunk.split("\n")), default=0) <= LONGEST_LINE
    fields: dict[str, str] = {}
    body: list[str] = []
    field = ""
    for i, block in enumerate(blocks):
        lines = block.split("\n")
        if not i and not labelled(lines[0], "proquest"):
            fields["first"] = join_lines(lines)
            continue
        starts = [j for j, line in enumerate(lines) if labelled(line, "proquest")]
        if not starts or starts[0]:
            _put(field, lines[: starts[0]] if starts else lines, fields, body, wrapped)
        for j, end in zip(starts, [*starts[1:], len(lines)], strict=False):
            field, rest = labelled(lines[j], "proquest") or ("", "")
            _put(field, [rest, *lines[j + 1 : end]], fields, body, wrapped)
    info = fields.get("info", "")
    date = fields.get("published") or (info if find_date(info) else None)
    found = {
        "title": fields.get("title") or fields.get("first"),
        "outlet": fields.get("outlet") or re.split(r"[;:\[]", info)[0].strip() or None,
        "date": date,
        "url": fields.get("url"),
        "id": fields.get("article_id"),
        "text": "\n\n".join(body),
    }
    if not body and fields.get("abstract"):
        return number, f"document {number} holds an abstract and no full text"
    return make_row(number, found, fields.get("words"))


def _put(field: str, lines: list[str], fields: dict[str, str], body: list[str], wrapped: bool) -> None:
    words = [join_lines(lines)] if wrapped else [line.strip() for line in lines]
    words = [word for word in words if word]
    if field == "body":
        body.extend(words)
    elif field and words:
        fields[field] = " ".join(filter(None, (fields.get(field) if field != "title" else "", *words)))
