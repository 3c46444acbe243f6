"""Files that hold one document: plain text, Markdown, saved web pages, Word files."""

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

from helpers.reading.articles import COLUMNS, Article, Options, Rejected, join_notes, make_article
from helpers.reading.streams import Guarded, Unreadable, decode, read_all


def make_document(fields: dict, stem: str, shown: str, options: Options) -> Article | Rejected:
    """The article of one file; a date in the file's name counts when the document has none."""
    dated = re.search(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)", stem)
    if dated and not any(key.lower() in COLUMNS["published"] for key in fields):
        fields = {**fields, "published": dated[0], "": join_notes(fields.get(""), "date from the file's name")}
    return make_article({"article_id": stem, **fields}, shown, None, stem, options._replace(columns={}))


def read_plain(data: bytes, markdown: bool) -> dict:
    """Plain text; Markdown without its marks, with the fields of its front matter."""
    text, note = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    fields: dict = {}
    if markdown:
        text, fields = _front_matter(text)
        text = re.sub(
            r"!\[([^\]\n]{0,500})\]\([^()\s]{0,2000}\)|\[([^\]\n]{1,500})\]\([^()\n]{0,2000}\)",
            lambda m: m[1] or m[2] or "",
            text,
        )
        text = re.sub(r"(?m)^(?:#{1,6} +|> ?)|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text)
    return {"text": text, **fields, "": note}


def _front_matter(text: str) -> tuple[str, dict]:
    match = re.match(r"---\n(.{0,5000}?)\n---\n", text, re.DOTALL)
    if not match:
        return text, {}
    pairs = re.findall(r"(?m)^([\w -]+):[ \t]*(.*?)[ \t]*$", match[1])
    return text[match.end() :], {
        key: value.strip("\"'") for key, value in pairs if key.lower() not in ("text", "body", "content")
    }


def read_page(data: bytes) -> dict:
    """The article in a saved web page, with title, date, outlet and address."""
    try:
        import trafilatura
    except ImportError as error:
        raise Unreadable("saved web pages need one more package: pip install -r requirements-html.txt") from error
    found: Any = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False)
    fields = found.as_dict() if hasattr(found, "as_dict") else dict(found or {})
    if not fields.get("text"):
        raise Unreadable("no article text found in the page")
    return {
        "text": fields["text"],
        "title": fields.get("title"),
        "date": fields.get("date"),
        "outlet": fields.get("sitename") or fields.get("hostname"),
        "url": fields.get("url"),
    }


def read_word_file(data: bytes) -> dict:
    """Text of a Word file: its paragraphs, from the file's XML (no macros, no external entities)."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            member = archive.getinfo("word/document.xml")
        except KeyError as error:
            raise Unreadable("not a Word file") from error
        content = read_all(io.BufferedReader(Guarded(archive.open(member), member.compress_size)))
    if b"<!DOCTYPE" in content[:2000]:
        raise Unreadable("a Word file with a document type declaration")
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise Unreadable(f"broken Word file: {error}") from error
    lines = [
        "".join(
            node.text or ""
            if node.tag == space + "t"
            else "\n"
            if node.tag in (space + "br", space + "cr")
            else "\t"
            if node.tag == space + "tab"
            else ""
            for node in paragraph.iter()
        )
        for paragraph in root.iter(space + "p")
    ]
    return {"text": "\n".join(lines)}
