"""What bad exports do to a text is undone before it counts as read: lines that only wrap, hyphens at their ends, heads
that run over all pages, paragraphs glued together.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

_ENDS = re.compile(r"""[.!?:…]["'”’)\]]*$""")
_HYPHEN = re.compile(r"(\w*[^\W\d_])-$")
# "…the talks.The minister", "…said.”Berg": a sentence's end and a capital without a space between them. Not addresses
# (example.Com/Page), not abbreviations (U.S.Army: one letter), not names with a dot (Node.Js).
# The pattern begins with a set, which the engine finds fast.
_GLUED = re.compile(r"[.!?”](?:(?<=[a-z]{3}[.!?])(?=[“\"‘]?[A-Z][a-z]{0,20}[ ,’'])|(?<=[a-z][.!?,]”)(?=[“A-Z][a-z ]))")
LONGEST_LINE = 150  # characters; a text with a longer line has one line a paragraph
GLUED_LEAST = 2  # places in one text; a single one is a slip of the pen


def split_glued(text: str) -> tuple[str, str | None]:
    """Return (text with paragraphs split where an export glued them together, note)."""
    places = [m.end() for m in _GLUED.finditer(text) if not re.search(r"[/@]|www", _token(text, m.end()))]
    if len(places) < GLUED_LEAST:
        return text, None
    pieces = [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]
    return "\n\n".join(pieces), f"{len(places)} paragraphs that were glued together are split"


def _token(text: str, at: int) -> str:
    """The characters without white space around a place."""
    start = max(text.rfind(" ", max(0, at - 80), at), text.rfind("\n", max(0, at - 80), at)) + 1
    end = re.compile(r"\s|$").search(text, at)
    return text[max(start, at - 80) : end.start() if end else at]


def hyphenated(text: str) -> frozenset[str]:
    """The words that a text writes with a hyphen within a line (long-term)."""
    return frozenset(re.findall(r"\b\w{1,40}-\w{1,40}\b", text))


def join_lines(lines: Iterable[str], known: Collection[str] = ()) -> str:
    """Join the lines of one paragraph. A hyphen at a line's end goes, unless the word is `known` with it or no small
    letter follows.
    """
    parts: list[str] = []
    for line in map(str.strip, lines):
        if not line:
            continue
        last = parts[-1] if parts else ""
        broken = _HYPHEN.search(last[-60:])
        following = re.match(r"[^\W\d_]+", line)
        if broken and following and line[0].islower():
            if f"{broken[1]}-{following[0]}" not in known:
                parts[-1] = last[:-1]
        elif last and (not last.endswith(("-", "—", "–", "/")) or last.endswith((" -", " –", " —"))):
            parts.append(" ")
        parts.append(line)
    return "".join(parts).replace("\u00ad", "")


def unwrap(text: str) -> list[str]:
    """Paragraphs of a text. Where lines only wrap, blank lines separate paragraphs, else every line is one."""
    lines = text.split("\n")
    longest = max(map(len, lines), default=0)
    if longest > LONGEST_LINE or not any(not line.strip() for line in lines):
        return [line.strip() for line in lines if line.strip()]
    blocks = re.split(r"\n[ \t]*\n", text)
    known = hyphenated(text)
    return [joined for block in blocks if (joined := join_lines(block.split("\n"), known))]


def without_running_heads(pages: Sequence[list[str]]) -> list[list[str]]:
    """Pages without the lines that stand at the top or bottom of many of them (title, date, page number)."""
    if len(pages) < 3:
        return [_without_page_number(page) for page in pages]
    seen = Counter(key for page in pages for key in {_head_key(line) for line in (*page[:3], *page[-3:])})
    running = {key for key, n in seen.items() if n >= max(3, 0.4 * len(pages)) and len(key) < 150}
    kept = []
    for page in pages:
        top = next((i for i, line in enumerate(page[:3]) if _head_key(line) not in running), min(3, len(page)))
        rest = page[top:]
        while rest and len(page) - top - len(rest) < 3 and _head_key(rest[-1]) in running:
            rest = rest[:-1]
        kept.append(_without_page_number(rest))
    return kept


def _head_key(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _without_page_number(page: list[str]) -> list[str]:
    number = re.compile(r"(?i)(?:page )?\d{1,4}(?: (?:of|/) \d{1,4})?|[-–] ?\d{1,4} ?[-–]")
    start = 1 if page and number.fullmatch(page[0].strip()) else 0
    end = len(page) - (1 if len(page) > 1 and number.fullmatch(page[-1].strip()) else 0)
    return page[start:end]


def paragraphs_of(lines: Sequence[str]) -> list[str]:
    """Paragraphs of lines that only wrap, told by lines that end early."""
    lines = [line.rstrip() for line in lines]
    known = hyphenated("\n".join(lines))
    lengths = sorted(len(line) for line in lines if line.strip())
    width = lengths[int(len(lengths) * 0.8)] if lengths else 0
    paragraphs: list[list[str]] = [[]]
    for i, line in enumerate(lines):
        if not line.strip():
            paragraphs.append([])
            continue
        paragraphs[-1].append(line)
        following = next((other for other in lines[i + 1 : i + 4] if other.strip()), "")
        if _paragraph_ends(line.strip(), following.strip(), width):
            paragraphs.append([])
    return [joined for lines in paragraphs if (joined := join_lines(lines, known))]


def _paragraph_ends(line: str, following: str, width: int) -> bool:
    """A short line ends a paragraph when a sentence ends there, or when it is a heading before a capital."""
    if _ENDS.search(line):
        return len(line) < 0.88 * width
    return len(line) < 0.6 * width and bool(re.match(r"[“\"‘(]?[A-Z0-9]", following)) and not line.endswith((",", "-"))
