"""A corpus: its articles come out one at a time, in order, whatever the size of the files; its key says whether it is
the one that was read before.
"""

import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from helpers import DATA, version_of
from helpers.reading.articles import Article, Rejected, join_notes
from helpers.reading.folders import Found, Given, describe, show_path
from helpers.reading.formats import read_file

PACKAGES = (
    "charset-normalizer",
    "lxml",
    "openpyxl",
    "py3langid",
    "pyarrow",
    "pypdf",
    "striprtf",
    "trafilatura",
    "warcio",
)
HASHED_WHOLE = 32 * 2**20  # bytes; of a larger file its time, size and blocks all over it decide
BLOCK = 2**18


class Ids:
    """Ids of a corpus's articles: each gets one that no other has."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}  # the last number given out for an id

    def own(self, given: str) -> str:
        """Return the id itself, or with the next free number when it was taken."""
        name = given
        if name in self._taken:
            count = itertools.count(self._numbers.get(given, 1) + 1)
            number = next(n for n in count if f"{given}-{n}" not in self._taken)
            self._numbers[given], name = number, f"{given}-{number}"
        self._taken.add(name)
        return name


def read(corpus: Given, *, limit: int = 0) -> Iterator[Article | Rejected]:
    """Yield every input of a corpus, in order, as an Article or as Rejected with its reason; nothing is left out
    silently.

    limit: stop after so many articles (0: all). `duplicate_of` is empty here: it needs the whole corpus.
    """
    ids, n = Ids(), 0
    for item in itertools.chain.from_iterable(map(read_input, describe(corpus))):
        if isinstance(item, Article):
            item = with_id(item, ids.own(item.article_id))
            n += 1
        yield item
        if limit and n >= limit:
            return


def read_input(file: Found) -> Iterator[Article | Rejected]:
    """Yield what one file holds, in order, under ids as given, which may occur more than once."""
    shown = show_path(file.path)
    if file.reason:
        yield Rejected(shown, None, None, file.reason)
    else:
        yield from read_file(file.path, shown, file.options)


def with_id(article: Article, own: str) -> Article:
    """The article under its own id, with a note when that is not the one given."""
    if own == article.article_id:
        return article
    return article._replace(article_id=own, notes=join_notes(article.notes, note_repeated(article.article_id)))


def note_repeated(given: str) -> str:
    """Return the note of an article whose id another one has too."""
    return f"id {given} occurs more than once"


class Inventory(NamedTuple):
    """The files of a corpus in order, and for each a hash of its name, content and how it is to be read."""

    files: list[Found]
    marks: list[str]


def take_inventory(corpus: Given) -> Inventory:
    """Describe a corpus and hash its files' content. Raises as `describe`."""
    files = describe(corpus)
    return Inventory(files, [_mark(file) for file in files])


def reader_key() -> str:
    """Return a short hash of what reading depends on beside the files: the code and lists of words that read, and the
    versions of the packages used.
    """
    digest = hashlib.sha256()
    for path in [*sorted(Path(__file__).parent.glob("*.py")), *sorted((DATA / "reading").glob("*.csv"))]:
        digest.update(path.read_bytes())
    for name in PACKAGES:
        digest.update(f"{name} {version_of(name)}\n".encode())
    return digest.hexdigest()[:20]


def corpus_key(inventory: Inventory, limit: int = 0) -> str:
    """Return a short hash of all that reading a corpus depends on."""
    return hashlib.sha256("\n".join([str(limit), reader_key(), *inventory.marks]).encode()).hexdigest()[:20]


def _mark(file: Found) -> str:
    digest = hashlib.sha256(f"{file.path}\0{file.options}\0{file.reason}\0".encode("utf-8", "surrogateescape"))
    if not file.reason:
        digest.update(_content(file.path))
    return digest.hexdigest()[:32]


def _content(path: Path) -> bytes:
    """A hash of a file's bytes; of a large one, of its size, time, and blocks from its beginning to its end."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb", buffering=0) as stream:  # noqa: PTH123 - for each of many files, and twice as fast
            about = os.fstat(stream.fileno())
            if about.st_size <= HASHED_WHOLE:
                while block := stream.read(BLOCK):
                    digest.update(block)
            else:
                digest.update(f"{about.st_size} {about.st_mtime_ns}".encode())
                last = about.st_size - BLOCK
                for i in range(65):
                    stream.seek(last * i // 64)
                    digest.update(stream.read(BLOCK))
    except OSError as error:
        digest.update(f"not readable: {error.strerror}".encode())
    return digest.digest()
