"""Files that hold documents, to text: plain text, Markdown, Word, RTF, PDF. What the text holds, one article or an
export of many, `databases` finds out.
"""

import io
import logging
import re
from typing import Any
from xml.etree import ElementTree

from helpers.reading.articles import OFFLINE
from helpers.reading.encodings import decode
from helpers.reading.mending import paragraphs_of, without_running_heads
from helpers.reading.streams import Guarded, Unreadable, checked_zip, read_all

_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st"}
)


def read_plain(data: bytes) -> dict:
    """Plain text."""
    text, note = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split()
    if len(lines) > 1 and all(line.startswith(("http://", "https://", "www.")) for line in lines[:10_000]):
        raise Unreadable(f"a list of addresses: {OFFLINE}")
    return {"text": text, "": note}


def read_markdown(data: bytes) -> dict:
    """Markdown without its marks, with the fields of its front matter."""
    found = read_plain(data)
    text, fields = _front_matter(found["text"])
    for mark in ("!", ""):  # pictures first: they may stand within a link; no bracket within one keeps it linear
        text = re.sub(mark + r"\[([^\[\]\n]{0,500})\]\([^()\n]{0,2000}\)", r"\1", text)
    text = re.sub(r"(?m)^(?:#{1,6} +|> ?)|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)", "", text)
    return {**found, "text": text, **fields}


def _front_matter(text: str) -> tuple[str, dict]:
    match = re.match(r"---\n(.{0,5000}?)\n---\n", text, re.DOTALL)
    if not match:
        return text, {}
    pairs = re.findall(r"(?m)^([\w -]+):[ \t]*(.*?)[ \t]*$", match[1])
    return text[match.end() :], {
        key: value.strip("\"'") for key, value in pairs if key.lower() not in ("text", "body", "content")
    }


def read_word_file(data: bytes) -> dict:
    """Text of a Word file: its paragraphs, from the file's XML (no macros, no external entities)."""
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with checked_zip(io.BytesIO(data)) as archive:
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
    signs = {space + "br": "\n", space + "cr": "\n", space + "tab": "\t"}
    lines = [
        "".join(
            node.text or "" if node.tag == space + "t" else signs.get(str(node.tag), "") for node in paragraph.iter()
        )
        for paragraph in root.iter(space + "p")
    ]
    return {"text": "\n".join(lines)}


def read_rtf(data: bytes) -> dict:
    """Text of a file in Rich Text Format; cells of tables are parted by a tab."""
    from striprtf.striprtf import rtf_to_text

    if not data.rstrip(b"\0 \r\n").endswith(b"}"):
        raise Unreadable("broken RTF file: its end is missing")
    text = rtf_to_text(data.decode("latin-1"), errors="replace")
    return {"text": re.sub(r"\|(?=\n|$)", "", text).replace("|", "\t")}


def read_pdf(data: bytes) -> dict:
    """Text of a PDF file: lines joined to paragraphs, running heads left out, hyphens at line ends mended; and its
    lines as printed, which exports of databases are told by.

    Raises Unreadable for scans (pages without text) and locked files.
    """
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # a line for every oddity of a file, else
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("a PDF file locked with a password")
        pages = [page.extract_text().translate(_LIGATURES).split("\n") for page in reader.pages]
        about: Any = reader.metadata or {}
        title = about.get("/Title")
    except PyPdfError as error:
        raise Unreadable(f"broken PDF file: {str(error)[:120]}") from error
    except (AttributeError, KeyError, TypeError, IndexError, AssertionError) as error:  # what damaged files lead to
        raise Unreadable(f"broken PDF file: {type(error).__name__}") from error
    lines = [line.rstrip() for page in without_running_heads(pages) for line in page]
    text = "\n\n".join(paragraphs_of(lines))
    if len(text.split()) < 5 * len(pages) and len(text.split()) < 50:
        raise Unreadable("a PDF file of pictures: run text recognition (OCR) over it first")
    empty = sum(1 for page in pages if not "".join(page).strip())
    note = f"{empty} of {len(pages)} pages hold no text" if empty else None
    return {"text": text, "lines": "\n".join(lines), "title": title if _is_title(title) else None, "": note}


def _is_title(title: object) -> bool:
    """A headline, not the name of the file or of the program that wrote it."""
    return (
        isinstance(title, str) and title.count(" ") >= 2 and not re.search(r"(?i)\.(docx?|pdf|indd)\b|^micros", title)
    )
