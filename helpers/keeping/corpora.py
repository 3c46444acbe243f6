"""Corpora as read, in the store, so that no file is read twice: of a corpus that changed, only the files that are new
or changed are read, and only new texts are looked up among the others for duplicates.

corpora/<key>/   articles-*.arrow (Arrow files that are mapped into memory, so that a text takes memory only when it
                 is looked at; ids as given, each text's key and MinHash signature), ids.parquet (where an id is given
                 twice), duplicates.parquet, pairs.parquet (texts that were compared), quarantine.parquet,
                 files.parquet (a hash of each file, and how much it held), reading.json, about.json; the key is a hash
                 of the files' names and content, how to read them, the code that reads and the packages that it uses
"""

import hashlib
import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from helpers import resolve, tables
from helpers.keeping.engine import FORMAT, content_key
from helpers.keeping.faults import naming
from helpers.keeping.machine import clean, temporary_folder
from helpers.reading import corpus as corpora
from helpers.reading import duplicates
from helpers.reading.articles import Article, Rejected, join_notes

TOGETHER = 2_000  # articles in one file, at most
UNUSED = 86_400  # seconds after which an older reading of the same inputs is removed
SIGNED = pa.list_(pa.uint32(), duplicates.HASHES)
SCHEMA = (
    tables.SCHEMAS["articles"]
    .remove_metadata()
    .append(pa.field("key", pa.string()))
    .append(pa.field("signature", SIGNED))
)
FILES = pa.schema([("mark", pa.string()), ("articles", pa.int32()), ("rejected", pa.int32())])
PAIRS = pa.schema([("a", pa.string()), ("b", pa.string()), ("same", pa.bool_())])
REPEATS = pa.schema([("article_id", pa.string()), ("duplicate_of", pa.string())])
IDS = pa.schema([("row", pa.int64()), ("article_id", pa.string())])

Step = Callable[[int], object]  # told how many texts more are done
Corpus = str | Path | Iterable[str | Path]  # what `reading.corpus.describe` understands


def do_nothing(n: int) -> None:
    """A step that nobody watches."""


def folder_of(corpus: Corpus, *, store: Path, limit: int = 0) -> Path:
    """Return the folder that a corpus has in the store once it is read."""
    return _folder(corpora.take_inventory(corpus), store, limit)


def _folder(inventory: corpora.Inventory, store: Path, limit: int) -> Path:
    return store / "corpora" / f"{FORMAT}-{corpora.corpus_key(inventory, limit)}"


def read_corpus(corpus: Corpus, *, store: Path, limit: int = 0, step: Step = do_nothing) -> Path:
    """Read a corpus into the store, unless it is there already and whole; return its folder. Files that an earlier
    reading holds are not read again.

    step: called with the number of inputs read, or taken over from an earlier reading.
    """
    inventory = corpora.take_inventory(corpus)
    folder = _folder(inventory, store, limit)
    if _is_whole(folder):
        with suppress(OSError):
            os.utime(folder / "reading.json")  # used last
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    clean(folder.parent)
    inputs = [corpus] if isinstance(corpus, (str, Path)) else list(corpus)
    about = {"given": "; ".join(str(resolve(item)) for item in inputs), "reader": corpora.reader_key(), "limit": limit}
    with naming(folder), temporary_folder(folder.parent) as temporary:
        earlier = None if limit else find_earlier(folder.parent, inventory)
        try:
            _read_into(temporary, inventory, limit, step, earlier)
        except (FileNotFoundError, pa.ArrowException):
            if earlier is None:
                raise
            for path in temporary.iterdir():  # the earlier reading was removed meanwhile, or is damaged
                path.unlink()
            _read_into(temporary, inventory, limit, step, None)
        (temporary / "reading.json").write_text(json.dumps(about))
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:  # another kernel was faster
            if not _is_whole(folder):
                raise
    prune(folder)
    return folder


def _is_whole(folder: Path) -> bool:
    """Whether a corpus is there and all its files can be opened."""
    try:
        about = json.loads((folder / "about.json").read_text())
        found = sum(len(part) for part in columns(folder))
        for name in ("duplicates", "quarantine", "ids", "files", "pairs"):
            pq.read_table(folder / f"{name}.parquet")
    except (OSError, ValueError, pa.ArrowException):
        return False
    return found == about["articles"]


def prune(folder: Path) -> int:
    """Remove the older readings of the same inputs that nobody used for a day (a run at work may map them into memory);
    return how many.
    """
    removed, mine = 0, _reading(folder)
    for other in folder.parent.glob("[!.]*/"):
        about = _reading(other)
        if other == folder or not about or (about["given"], about["limit"]) != (mine["given"], mine["limit"]):
            continue
        if time.time() - (other / "reading.json").stat().st_mtime > UNUSED:
            shutil.rmtree(other, ignore_errors=True)
            removed += 1
    return removed


def _reading(folder: Path) -> dict:
    try:
        return json.loads((folder / "reading.json").read_text())
    except (OSError, ValueError):
        return {}


# -- what an earlier reading holds -----------------------------------------------------------------------------------


class Earlier:
    """An earlier reading of (mostly) the same files, by the same code."""

    def __init__(self, folder: Path) -> None:
        files = pq.read_table(folder / "files.parquet")
        self.places = {mark: i for i, mark in enumerate(files["mark"].to_pylist())}
        self._articles = np.concatenate([[0], np.cumsum(files["articles"].to_numpy())])
        self._rejected = np.concatenate([[0], np.cumsum(files["rejected"].to_numpy())])
        self._quarantine = pq.read_table(folder / "quarantine.parquet")
        self._parts = sorted(folder.glob("articles-*.arrow"))
        self._tables = [read_articles(path) for path in self._parts]
        pairs = pq.read_table(folder / "pairs.parquet").to_pydict()
        self.pairs = dict(zip(zip(pairs["a"], pairs["b"], strict=True), pairs["same"], strict=True))

    def sizes(self, place: int) -> tuple[int, int]:
        """How many articles and rejected inputs a file held."""
        of = (self._articles, self._rejected)
        return int(of[0][place + 1] - of[0][place]), int(of[1][place + 1] - of[1][place])

    def rejected(self, first: int, end: int) -> pa.Table:
        """The rejected inputs of files first to end - 1."""
        return self._quarantine.slice(self._rejected[first], self._rejected[end] - self._rejected[first])

    def articles(self, first: int, end: int) -> Iterator[tuple[Path | None, pa.Table]]:
        """The articles of files first to end - 1, in order: (a file that is meant as a whole, its articles), or (None,
        some articles).
        """
        begin, stop, at = self._articles[first], self._articles[end], 0
        for path, table in zip(self._parts, self._tables, strict=True):
            low, high = max(begin, at), min(stop, at + len(table))
            if high > low:
                yield (path if high - low == len(table) else None), table.slice(low - at, high - low)
            at += len(table)


def find_earlier(readings: Path, inventory: corpora.Inventory) -> Earlier | None:
    """The whole reading that holds most of the files, or None when none holds any."""
    marks, reader, best, most = pa.array(inventory.marks, pa.string()), corpora.reader_key(), None, 0
    for folder in readings.glob(f"{FORMAT}-*/"):
        about = _reading(folder)
        if about.get("reader") != reader or about["limit"]:
            continue
        with suppress(OSError, pa.ArrowException):
            there = pq.read_table(folder / "files.parquet", columns=["mark"])["mark"]
            held = pc.sum(pc.is_in(marks, there.combine_chunks())).as_py() or 0
            if held > most and _is_whole(folder):
                best, most = folder, held
    return Earlier(best) if best else None


# -- reading ---------------------------------------------------------------------------------------------------------


class Writer:
    """Writes the articles of a corpus in order, up to TOGETHER in a file."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files, self._rows = folder, 0, 0
        self._articles: list[Article] = []
        self._waiting: list[pa.Table] = []

    def add(self, article: Article) -> None:
        """Write an article."""
        self._articles.append(article)
        if len(self._articles) == TOGETHER:
            self._gather()

    def add_table(self, table: pa.Table, path: Path | None) -> None:
        """Write articles that were written before; path: the file that holds these alone, if any. A file that is not
        small is linked, not copied.
        """
        self._gather()
        if path is None or len(table) < TOGETHER // 2:
            self._wait(table)
            return
        self.close()
        target = self._next()
        try:
            os.link(path, target)
        except FileNotFoundError:
            raise
        except OSError:  # a disk that has no links
            shutil.copyfile(path, target)

    def close(self) -> None:
        """Write what is left."""
        self._gather()
        if self._rows:
            write_articles(pa.concat_tables(self._waiting), self._next())
        self._waiting, self._rows = [], 0

    def _next(self) -> Path:
        self._files += 1
        return self._folder / f"articles-{self._files - 1:06}.arrow"

    def _gather(self) -> None:
        if self._articles:
            table = tables.make_table("articles", self._articles).replace_schema_metadata()
            texts = [article.text for article in self._articles]
            signatures = np.array([duplicates.signature(text) for text in texts])
            self._wait(sign(table, [content_key(text) for text in texts], signatures))
            self._articles = []

    def _wait(self, table: pa.Table) -> None:
        self._waiting.append(table)
        self._rows += len(table)
        if self._rows >= TOGETHER:
            together = pa.concat_tables(self._waiting)
            write_articles(together.slice(0, TOGETHER), self._next())
            self._waiting, self._rows = [together.slice(TOGETHER)], len(together) - TOGETHER


def sign(table: pa.Table, keys: list[str], signatures: np.ndarray) -> pa.Table:
    """The table `articles` with its texts' keys and signatures (one row each), as it is kept."""
    signed = pa.FixedSizeListArray.from_arrays(pa.array(signatures.ravel(), pa.uint32()), duplicates.HASHES)
    table = table.append_column("key", pa.array(keys, pa.string())).append_column("signature", signed)
    return table.cast(SCHEMA)


def _read_into(folder: Path, inventory: corpora.Inventory, limit: int, step: Step, earlier: Earlier | None) -> None:
    writer, rejected, sizes, n = Writer(folder), [], [], 0
    for place, files in _stretches(inventory, earlier):
        if earlier is not None and place is not None:
            for path, table in earlier.articles(place, place + len(files)):
                writer.add_table(table, path)
            rejected.append(earlier.rejected(place, place + len(files)))
            sizes += [earlier.sizes(place + i) for i in range(len(files))]
            step(sum(map(sum, sizes[-len(files) :])))
            continue
        for file in files:
            counts, apart = [0, 0], []
            for item in corpora.read_input(file):
                step(1)
                if isinstance(item, Rejected):
                    apart.append(item)
                else:
                    writer.add(item)
                    n += 1
                counts[isinstance(item, Rejected)] += 1
                if limit and n >= limit:
                    break
            sizes.append((counts[0], counts[1]))
            if apart:
                rejected.append(tables.make_table("quarantine", apart))
            if limit and n >= limit:
                break
    writer.close()
    marks = inventory.marks[: len(sizes)]
    counted = [pa.array([size[i] for size in sizes], pa.int32()) for i in (0, 1)]
    pq.write_table(pa.table([pa.array(marks, pa.string()), *counted], schema=FILES), folder / "files.parquet")
    apart = pa.concat_tables([tables.make_table("quarantine", []), *rejected])
    tables.write_parquet(apart, folder / "quarantine.parquet")
    _finish(folder, len(apart), earlier.pairs if earlier else {})


def _stretches(
    inventory: corpora.Inventory, earlier: Earlier | None
) -> Iterator[tuple[int | None, list[corpora.Found]]]:
    """The files in order, in stretches: (the place in the earlier reading of the first of them, files that lie there
    one after another), or (None, files that are to be read).
    """
    places = [earlier.places.get(mark) if earlier else None for mark in inventory.marks]
    numbers = [None if place is None else place - i for i, place in enumerate(places)]
    for number, group in itertools.groupby(range(len(places)), key=lambda i: numbers[i]):
        rows = list(group)
        yield (None if number is None else places[rows[0]]), [inventory.files[i] for i in rows]


def _finish(folder: Path, n_rejected: int, pairs: dict[tuple[str, str], bool]) -> None:
    """Write what needs the whole corpus: ids of their own, duplicates, numbers."""
    files = list(columns(folder, ["article_id", "key", "text", "published", "signature"]))
    articles = pa.concat_tables(files) if files else SCHEMA.empty_table()
    given, keys = articles["article_id"].to_pylist(), articles["key"].to_pylist()
    names = corpora.Ids()
    ids = [names.own(name) for name in given]
    changed = [i for i, (a, b) in enumerate(zip(given, ids, strict=True)) if a != b]
    pq.write_table(pa.table([changed, [ids[i] for i in changed]], schema=IDS), folder / "ids.parquet")
    repeats, pairs = _find_duplicates(articles, keys, pairs)
    originals = [[ids[i] for i in repeats], [ids[i] for i in repeats.values()]]
    pq.write_table(pa.table(originals, schema=REPEATS), folder / "duplicates.parquet")
    compared = [[a for a, _ in pairs], [b for _, b in pairs], list(pairs.values())]
    pq.write_table(pa.table(compared, schema=PAIRS), folder / "pairs.parquet")
    digests = sorted(f"{name}\0{key}\n" for name, key in zip(ids, keys, strict=True))
    about = {
        "inputs": len(ids) + n_rejected,
        "articles": len(ids),
        "rejected": n_rejected,
        "fingerprint": hashlib.sha256("".join(digests).encode("utf-8", "replace")).hexdigest(),
    }
    tables.write_atomically(folder / "about.json", lambda path: path.write_text(json.dumps(about)))


def _find_duplicates(
    articles: pa.Table, keys: list[str], known: dict[tuple[str, str], bool]
) -> tuple[dict[int, int], dict[tuple[str, str], bool]]:
    """{row: row of the original}, the original being the one published first (those without a date last), and which
    pairs of texts were compared for it. known: pairs that need no comparison.
    """
    compared: dict[tuple[str, str], bool] = {}

    def same(a: int, b: int) -> bool:
        pair = (min(keys[a], keys[b]), max(keys[a], keys[b]))
        if pair not in compared:
            text = articles["text"]
            compared[pair] = known[pair] if pair in known else duplicates.repeats(text[a].as_py(), text[b].as_py())
        return compared[pair]

    signatures = articles["signature"].combine_chunks().flatten().to_numpy().reshape(-1, duplicates.HASHES)
    dated = pa.table({"published": articles["published"], "row": pa.array(range(len(articles)), pa.int64())})
    order = pc.sort_indices(dated, [("published", "ascending"), ("row", "ascending")])  # without a date: last
    return duplicates.find_duplicates(signatures, same, order.to_pylist()), compared


def write_articles(table: pa.Table, path: Path) -> None:
    """Write articles (SCHEMA) as an Arrow file."""
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


def read_articles(path: Path) -> pa.Table:
    """Map a file of articles into memory. Columns: SCHEMA, ids as given. Raises ArrowInvalid when damaged."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def columns(folder: Path, names: list[str] | None = None) -> Iterator[pa.Table]:
    """The files of a corpus folder in order, all columns or those named."""
    for path in sorted(folder.glob("articles-*.arrow")):
        table = read_articles(path)
        yield table.select(names) if names else table


def whole(folder: Path) -> pa.Table:
    """All articles of a corpus folder under ids of their own; texts stay mapped. Columns: those of `articles`, key."""
    files = list(columns(folder, [*tables.SCHEMAS["articles"].names, "key"]))
    if not files:
        return SCHEMA.empty_table().drop_columns("signature")
    articles, changed = pa.concat_tables(files), pq.read_table(folder / "ids.parquet")
    if not len(changed):
        return articles
    ids, notes = articles["article_id"].to_pylist(), articles["notes"].to_pylist()
    for row, own in zip(changed["row"].to_pylist(), changed["article_id"].to_pylist(), strict=True):
        ids[row], notes[row] = own, join_notes(notes[row], corpora.note_repeated(ids[row]))
    for name, values in (("article_id", ids), ("notes", notes)):
        place = articles.schema.get_field_index(name)
        articles = articles.set_column(place, articles.schema.field(name), pa.array(values, pa.string()))
    return articles
