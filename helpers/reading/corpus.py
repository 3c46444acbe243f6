"""A corpus: its articles come out one at a time, in order, whatever the size of the files; its key says whether it is
the one that was read before.
"""

import hashlib
import itertools
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from helpers import DATA
from helpers.reading.articles import Article, Rejected, join_notes
from helpers.reading.folders import Given, describe, show_path
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
WORDS = ("database_labels.csv", "languages.csv", "reading_words.csv")
HASHED_WHOLE = 32 * 2**20  # bytes; of a larger file its time, size and blocks all over it decide
BLOCK = 2**18


def read(corpus: Given, *, limit: int = 0) -> Iterator[Article | Rejected]:
    """Yield every input of a corpus, in order, as an Article or as Rejected with its reason; nothing is left out
    silently.

    limit: stop after so many articles (0: all). `duplicate_of` is empty here: `find_duplicates` needs the whole corpus.
    """
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    n = 0
    for file in describe(corpus):
        shown = show_path(file.path)
        if file.reason:
            yield Rejected(shown, None, None, file.reason)
            continue
        for item in read_file(file.path, shown, file.options):
            if isinstance(item, Article):
                item = _with_own_id(item, taken, numbers)
                n += 1
            yield item
            if limit and n >= limit:
                return


def _with_own_id(article: Article, taken: set[str], numbers: dict[str, int]) -> Article:
    """The article under an id that no other has; numbers: the last number given out for an id."""
    name = article.article_id
    if name in taken:
        count = itertools.count(numbers.get(name, 1) + 1)
        number = next(n for n in count if f"{article.article_id}-{n}" not in taken)
        numbers[name], name = number, f"{name}-{number}"
    taken.add(name)
    note = f"id {article.article_id} occurs more than once" if name != article.article_id else None
    return article._replace(article_id=name, notes=join_notes(article.notes, note))


def corpus_key(corpus: Given, limit: int = 0) -> str:
    """Return a short hash of all that reading a corpus depends on: names and content of its files, how they are to be
    read, the code and lists of words that read, and the versions of the packages used.
    """
    code = [*sorted(Path(__file__).parent.glob("*.py")), *(DATA / name for name in WORDS)]
    digest = hashlib.sha256(f"{limit}\n".encode())
    for path in code:
        digest.update(path.read_bytes())
    for name in PACKAGES:
        digest.update(f"{name} {_version(name)}\n".encode())
    for file in describe(corpus):
        digest.update(f"{file.path}\0{file.options}\0{file.reason}\0".encode("utf-8", "surrogateescape"))
        if not file.reason:
            digest.update(_content(file.path))
    return digest.hexdigest()[:20]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _content(path: Path) -> bytes:
    """A hash of a file's bytes; of a large one, of its size, time, and blocks from its beginning to its end."""
    digest = hashlib.sha256()
    try:
        about = path.stat()
        with path.open("rb") as stream:
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
