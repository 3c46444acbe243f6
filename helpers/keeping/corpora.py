"""Corpora as read, in the store, so that no file is read twice.

corpora/<key>/   articles-*.arrow (Arrow files that are mapped into memory, so that a text takes memory only when it
                 is looked at), duplicates.parquet, quarantine.parquet, about.json; the key is a hash of the files'
                 names and content, how to read them, the code that reads and the packages that it uses
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from helpers import tables
from helpers.keeping.engine import FORMAT, content_key
from helpers.keeping.faults import naming
from helpers.keeping.machine import clean, temporary_folder
from helpers.reading import corpus as corpora
from helpers.reading.articles import Rejected
from helpers.reading.duplicates import find_duplicates

TOGETHER = 2_000  # articles in one file

Step = Callable[[int], object]  # told how many texts more are done
Corpus = str | Path | Iterable[str | Path]  # what `reading.corpus.describe` understands


def do_nothing(n: int) -> None:
    """A step that nobody watches."""


def folder_of(corpus: Corpus, *, store: Path, limit: int = 0) -> Path:
    """Return the folder that a corpus has in the store once it is read."""
    return store / "corpora" / f"{FORMAT}-{corpora.corpus_key(corpus, limit)}"


def read_corpus(corpus: Corpus, *, store: Path, limit: int = 0, step: Step = do_nothing) -> Path:
    """Read a corpus into the store, unless it is there already and whole; return its folder.

    step: called with 1 for every input read.
    """
    folder = folder_of(corpus, store=store, limit=limit)
    if _is_whole(folder):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    clean(folder.parent)
    with naming(folder), temporary_folder(folder.parent) as temporary:
        _read_into(temporary, corpus, limit, step)
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:  # another kernel was faster
            if not _is_whole(folder):
                raise
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether a corpus is there and all its files can be opened."""
    try:
        about = json.loads((folder / "about.json").read_text())
        found = sum(len(part) for part in columns(folder))
        for name in ("duplicates", "quarantine"):
            pq.read_table(folder / f"{name}.parquet")
    except (OSError, ValueError, pa.ArrowException):
        return False
    return found == about["articles"]


def _read_into(folder: Path, corpus: Corpus, limit: int, step: Step) -> None:
    rejected, shard, part, digests, ids = [], [], 0, [], []
    for item in corpora.read(corpus, limit=limit):
        step(1)
        if isinstance(item, Rejected):
            rejected.append(item)
            continue
        shard.append(item)
        ids.append(item.article_id)
        digests.append(f"{item.article_id}\0{content_key(item.text)}\n")
        if len(shard) == TOGETHER:
            _write_articles(folder, part, shard)
            shard, part = [], part + 1
    if shard:
        _write_articles(folder, part, shard)
    repeats = find_duplicates(text for texts in columns(folder, ["text"]) for text in texts["text"].to_pylist())
    pq.write_table(
        pa.table(
            {
                "article_id": pa.array([ids[i] for i in repeats], pa.string()),
                "duplicate_of": pa.array([ids[i] for i in repeats.values()], pa.string()),
            }
        ),
        folder / "duplicates.parquet",
    )
    tables.write_parquet(tables.make_table("quarantine", rejected), folder / "quarantine.parquet")
    fingerprint = hashlib.sha256("".join(sorted(digests)).encode("utf-8", "replace")).hexdigest()
    about = {
        "inputs": len(ids) + len(rejected),
        "articles": len(ids),
        "rejected": len(rejected),
        "fingerprint": fingerprint,
    }
    tables.write_atomically(folder / "about.json", lambda path: path.write_text(json.dumps(about)))


def _write_articles(folder: Path, part: int, shard: list) -> None:
    table = tables.make_table("articles", shard)
    keys = pa.array([content_key(article.text) for article in shard], pa.string())
    write_articles(table.append_column("key", keys), folder / f"articles-{part:06}.arrow")


def write_articles(table: pa.Table, path: Path) -> None:
    """Write articles (with their column key) as an Arrow file."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read_articles(path: Path) -> pa.Table:
    """Map a file of articles into memory. Columns: those of `articles`, and key. Raises ArrowInvalid when damaged."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def columns(folder: Path, names: list[str] | None = None) -> Iterator[pa.Table]:
    """The files of a corpus folder in order, all columns or those named."""
    for path in sorted(folder.glob("articles-*.arrow")):
        table = read_articles(path)
        yield table.select(names) if names else table
