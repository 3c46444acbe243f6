"""Mail (.eml) and saved web archives of one page (.mhtml): both are MIME, read with the standard library."""

import email
import email.policy
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import parseaddr
from typing import NamedTuple

from helpers.reading.encodings import decode
from helpers.reading.exports import articles_in
from helpers.reading.records import Row
from helpers.reading.streams import Unreadable
from helpers.reading.web import page_text

COVER_NOTE = 60  # words: a mail of fewer, with another mail or a document attached, only passes that on


class Attachment(NamedTuple):
    """A file attached to a mail."""

    name: str
    data: bytes


def read_mail(data: bytes) -> tuple[list[Row], list[Attachment]]:
    """Return (articles, attached files): a database's export in it, the mails forwarded with it, or the mail itself.

    Tolerant of a missing head, unknown character sets and parts that were cut off.
    """
    whole = email.message_from_bytes(data.lstrip(b"\r\n \t>"), policy=email.policy.compat32)
    rows: list[Row] = []
    attached: list[Attachment] = []
    forwarded = [part for part in whole.walk() if part is not whole and _is_mail(part)]
    for message in [whole, *(inner for part in forwarded for inner in _inner(part))]:
        texts = [part for part in _own_parts(message) if part.get_content_maintype() == "text" and not _named(part)]
        attached += [Attachment(_named(part), _bytes(part)) for part in _own_parts(message) if _named(part)]
        found = _articles(message, texts)
        if isinstance(found, list):
            rows += found
        elif found and not (message is whole and forwarded and len(found["text"].split()) < COVER_NOTE):
            rows.append((None, found))
    if not rows and not attached:
        rows = _salvaged(data)
    single = len(rows) == 1 and not attached
    if attached and len(rows) == 1 and isinstance(rows[0][1], dict) and len(rows[0][1]["text"].split()) < COVER_NOTE:
        rows = []
    alone = [number is None and (single or isinstance(row, str)) for number, row in rows]
    numbers = [None if alone[i] else number or i + 1 for i, (number, _) in enumerate(rows)]
    return [(number, row) for number, (_, row) in zip(numbers, rows, strict=True)], attached


def _is_mail(part: Message) -> bool:
    return part.get_content_type() == "message/rfc822"


def _inner(part: Message) -> list[Message]:
    held = part.get_payload()
    return [message for message in held if isinstance(message, Message)] if isinstance(held, list) else []


def _own_parts(message: Message) -> Iterator[Message]:
    """The parts of a mail, not those of mails inside it."""
    if not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message) and not _is_mail(part):
            yield from _own_parts(part)


def _named(part: Message) -> str:
    """The file name of an attachment, "" for a part of the mail's own text and for pictures."""
    if part.get_content_maintype() in ("image", "audio", "video") or part.get("Content-ID"):
        return ""
    return _header(part.get_filename() or "") if part.get_content_disposition() == "attachment" else ""


def _bytes(part: Message) -> bytes:
    held = part.get_payload(decode=True)
    return held if isinstance(held, bytes) else b""


def _text(part: Message) -> str:
    data = _bytes(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return decode(data)[0]


def _header(value: str) -> str:
    """A header's words, decoded (=?utf-8?…?=)."""
    try:
        parts = email.header.decode_header(str(value))
        return "".join(
            part.decode(charset or "latin-1", "replace") if isinstance(part, bytes) else part for part, charset in parts
        )
    except (LookupError, ValueError):
        return str(value)


def _articles(message: Message, texts: list[Message]) -> list[Row] | dict | None:
    """The articles of an export, or the mail as one article."""
    all_texts = [(part.get_content_subtype() == "html", _text(part)) for part in texts]
    pages = [text for is_page, text in all_texts if is_page or "<html" in text[:1000].lower()]
    plain = [text for _, text in all_texts if text not in pages]
    as_text = [page_text(page.encode()) for page in pages]
    for text in (*as_text, *plain):
        rows = articles_in(text.replace("\r\n", "\n"))
        if rows is not None:
            return list(rows)
    text = max((*plain, *as_text), key=len, default="") if not any(map(str.strip, plain)) else "\n\n".join(plain)
    if not text.strip():
        return None
    name, address = parseaddr(_header(message.get("From", "")))
    outlet = name or address.rpartition("@")[2] or None
    title = re.sub(r"(?i)^(?:(?:fwd?|re|wg|tr|aw): *)+", "", _header(message.get("Subject", ""))) or None
    text = text.replace("\r\n", "\n")
    return {"text": text, "title": title, "date": message.get("Date"), "outlet": outlet}


def _salvaged(data: bytes) -> list[Row]:
    """A mail without a usable structure: its page is looked for in the raw bytes."""
    at = data.lower().find(b"<html")
    raw = data[at:] if at >= 0 else data
    if raw.count(b"=\n") + raw.count(b"=\r\n") > 3 or b"=3D" in raw:
        raw = quopri.decodestring(raw)
    text = page_text(raw) if at >= 0 else decode(raw)[0]
    rows = articles_in(text)
    if rows is None and at >= 0 and text.strip():
        return [(None, {"text": text})]
    if rows is None:
        raise Unreadable("a mail without text")
    return list(rows)


def saved_page(data: bytes) -> tuple[bytes, str | None]:
    """Return (page, web address or None) of a web archive (.mhtml)."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            address = message.get("Snapshot-Content-Location") or part.get("Content-Location") or ""
            return _text(part).encode(), address if address.startswith("http") else None
    raise Unreadable("a web archive without a page")
