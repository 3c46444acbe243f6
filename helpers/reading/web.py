"""Saved web pages, the pages of a crawl (WARC), news feeds (RSS, Atom) and other XML of news."""

import io
import logging
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree, html

from helpers.reading.encodings import decode
from helpers.reading.factiva import name_of, xml_articles
from helpers.reading.records import Row
from helpers.reading.streams import Unreadable

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr li main nav ol p pre section table tbody thead tr ul".split()
)
_HIDDEN = frozenset("head noscript script style template".split())


def read_page(data: bytes, url: str | None = None) -> dict:
    """The article in a saved web page, with title, date, outlet and address."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it finds no text in is set apart here
    if not data.strip():
        raise Unreadable("an empty page")
    found: Any = trafilatura.bare_extraction(data, url=url, with_metadata=True, include_comments=False)
    fields = found.as_dict() if hasattr(found, "as_dict") else dict(found or {})
    if not fields.get("text"):
        raise Unreadable("no article text found in the page")
    return {
        "text": fields["text"],
        "title": fields.get("title"),
        "date": fields.get("date"),
        "outlet": fields.get("sitename") or fields.get("hostname"),
        "url": fields.get("url") or url,
    }


def page_text(data: bytes) -> str:
    """All visible text of a page: blocks parted by blank lines, cells of a table row by tabs."""
    markup, _ = decode(data)
    markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", markup)
    if not markup.strip():
        return ""
    try:
        root = html.document_fromstring(markup, parser=html.HTMLParser(huge_tree=True, recover=True))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"broken page: {str(error)[:120]}") from error
    parts: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        tag = element.tag if isinstance(element.tag, str) else ""
        inside = event == "start"
        if tag in _HIDDEN:
            hidden += 1 if inside else -1
        if tag in _BLOCKS or tag == "br":
            parts.append("\n" if tag == "br" and inside else "" if tag == "br" else "\n\n")
        elif tag in ("td", "th") and inside and element.getprevious() is not None:
            parts.append("\t")
        words = (element.text if inside else element.tail) or ""
        if not hidden:
            parts.append(re.sub(r"[ \t\r\n\xa0]+", " ", words))
    return _tidy("".join(parts))


def _tidy(text: str) -> str:
    text = re.sub(r"[ ]*\n[ ]*", "\n", text)
    text = re.sub(r"\s*\t\s*", "\t", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def crawled(stream: BinaryIO) -> Iterator[tuple[str, bytes | str, str | None]]:
    """(address, page or reason, kind of content) of every answer in a WARC file that is a page; pictures, scripts,
    redirections and what the crawler wrote for itself are no pages.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    try:
        for record in ArchiveIterator(stream):
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type not in ("response", "resource"):
                continue
            headers = record.http_headers or record.rec_headers
            kind = (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
            status = record.http_headers.get_statuscode() if record.http_headers else "200"
            if status != "200" or kind not in ("text/html", "application/xhtml+xml", "application/pdf"):
                continue
            data = record.content_stream().read(2**26)
            yield address, data or "an empty page", kind
    except ArchiveLoadFailed as error:
        raise Unreadable(f"broken WARC file: {str(error)[:120]}") from error


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML file, tolerant of errors; entities are left as they are, nothing is fetched."""
    if b"<!ENTITY" in data[:5000]:
        raise Unreadable("an XML file that defines entities of its own")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.parse(io.BytesIO(data), parser).getroot()
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(f"broken XML: {str(error)[:120]}") from error
    if root is None:
        raise Unreadable("broken XML: no element in it")
    return root


def feed_items(root: etree._Element) -> Iterator[Row]:
    """The items of an RSS or Atom feed; a summary is taken where the feed doesn't hold the text."""
    children = [child for child in root.iter() if name_of(child) in ("title", "item", "entry")]
    outlet = next((child.text for child in children if name_of(child) == "title"), None)
    number = 0
    for item in children:
        if name_of(item) in ("item", "entry"):
            number += 1
            yield number, _feed_item(item, outlet)
    if not number:
        yield None, "a feed without items"


def _feed_item(item: etree._Element, outlet: str | None) -> dict | str:
    fields: dict[str, str] = {}
    for child in item:
        words = "".join(child.itertext()).strip()
        if name_of(child) == "link" and child.get("href") and child.get("rel", "alternate") == "alternate":
            words = child.get("href") or ""
        if words:
            fields.setdefault(name_of(child), words)
    whole = fields.get("encoded") or fields.get("content")
    text = whole or fields.get("description") or fields.get("summary")
    if not text:
        return "an item of a feed without text"
    return {
        "text": page_text(f"<div>{text}</div>".encode()) if "<" in text or "&" in text else text,
        "title": fields.get("title"),
        "date": fields.get("pubDate") or fields.get("published") or fields.get("date") or fields.get("updated"),
        "outlet": fields.get("source") or outlet,
        "url": fields.get("link"),
        "id": fields.get("guid") or fields.get("id"),
        "": None if whole else "the feed gives a summary only",
    }


def read_xml(data: bytes) -> Iterator[Row]:
    """Articles of an XML file: a feed, or an export of Factiva."""
    root = parse_xml(data)
    if name_of(root).lower() in ("rss", "feed", "rdf"):
        yield from feed_items(root)
    elif any(name_of(element) in ("leadParagraph", "tailParagraphs") for element in root.iter()):
        yield from xml_articles(root)
    else:
        raise Unreadable(f"XML of a kind that is not read ({name_of(root)[:60]})")
