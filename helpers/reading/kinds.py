"""Which format a file has: by its first bytes where these are certain, else by the ending of its name."""

import re

from helpers.reading.streams import Unreadable

ENDINGS = {
    **dict.fromkeys((".txt", ".text"), "text"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "page"),
    **dict.fromkeys((".mhtml", ".mht"), "saved page"),
    **dict.fromkeys((".eml", ".email"), "mail"),
    **dict.fromkeys((".jsonl", ".ndjson"), "json lines"),
    **dict.fromkeys((".xml", ".rss", ".atom"), "xml"),
    **dict.fromkeys((".parquet", ".pq"), "parquet"),
    **dict.fromkeys((".xlsx", ".xlsm"), "workbook"),
    **dict.fromkeys((".docx", ".docm"), "word"),
    **{".pdf": "pdf", ".rtf": "rtf", ".csv": "csv", ".tsv": "tsv", ".json": "json", ".warc": "warc"},
    **{".zip": "zip", ".wacz": "wacz", ".gz": "gzip"},
}
_PACKED = {"word", "workbook", "zip", "wacz"}  # all of them are zip archives
_MAGIC = {"pdf": b"%PDF-", "rtf": b"{\\rtf", "parquet": b"PAR1", "warc": b"WARC/", "gzip": b"\x1f\x8b"}
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head)\b", re.I | re.S)
_FEED = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<\?.{0,200}?\?>\s*|<!--.{0,500}?-->\s*)*<(?:rss|feed|rdf:RDF)\b", re.S
)
_HEAD_OF_MAIL = re.compile(rb"(?:[A-Z][\w-]*: [^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){3}")
_MAIL = re.compile(rb"(?mi)^(?:mime-version|message-id|received|snapshot-content-location):")


def kind_of(head: bytes, ending: str) -> str:
    """Return the format of a file that begins with `head` and whose name ends in `ending` (".txt", "").

    Raises Unreadable, with what to do, for a format that is not read.
    """
    by_name = ENDINGS.get(ending)
    by_content = _by_content(head, by_name)
    if by_content:
        return by_content
    if by_name in _MAGIC or by_name in _PACKED:
        raise Unreadable(f"broken file: not what a file ending in {ending} begins with")
    if by_name:
        return by_name
    raise Unreadable(
        f"files ending in {ending} are not read" if ending else "a file without an ending such as .txt is not read"
    )


def _by_content(head: bytes, by_name: str | None) -> str | None:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for kind, magic in _MAGIC.items():
        if start.startswith(magic) or (kind == "pdf" and by_name == "pdf" and magic in head[:1024]):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return by_name if by_name in _PACKED else "zip"
    if head.startswith(_OLD_OFFICE):
        raise Unreadable("an old Office file (.doc, .xls, .msg): save it as .docx, .xlsx or .eml")
    if by_name in ("mail", "saved page", "markdown", "json", "json lines", "csv", "tsv"):
        return None
    if _PAGE.match(start):
        return "page"
    if _FEED.match(start):
        return "xml"
    if _HEAD_OF_MAIL.match(start) and _MAIL.search(start):
        return "saved page" if b"multipart/related" in start else "mail"
    return None
