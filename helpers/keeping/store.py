"""What was read and found, on disk under keys of its content, so that no article is read or annotated twice.

Store (`outputs/.annotations`, may be deleted at any time):

    corpora/<key>/           the articles of a corpus as read, in parts; the key is a hash of its files' names, sizes
                             and times, how to read them, and the code that reads
    found/<engine>/<part>/   mentions, statements, stances, acts, participants of up to 2,000 texts, each under a key
                             of its content; engine is a hash of all they depend on

A part is written to a temporary folder and renamed: it is whole or not there.
"""

import functools
import hashlib
import json
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from helpers import DATA, MODELS, ROOT, resolve, tables
from helpers.finding.pipeline import Options
from helpers.reading import corpus as corpora
from helpers.reading.articles import Rejected
from helpers.reading.duplicates import find_duplicates
from helpers.text import count

SHARD = 2_000  # texts in one part at most
FORMAT = 2  # of the store's own files
HELPERS = Path(__file__).resolve().parent.parent
ENGINE_PACKAGES = ("nltk", "numpy", "onnxruntime", "tokenizers", "vaderSentiment")


_KEYS = pa.schema([("key", pa.string()), ("reason", pa.string())])


Step = Callable[[int], object]  # told how many texts more are done
Corpus = str | Path | Iterable[str | Path]  # what `reading.corpus.describe` understands


def do_nothing(n: int) -> None:
    """A step that nobody watches."""


class Tables(NamedTuple):
    """Everything found in a corpus, as pandas frames; `about` says corpus, fingerprint and counts."""

    articles: pd.DataFrame
    mentions: pd.DataFrame
    statements: pd.DataFrame
    stances: pd.DataFrame
    acts: pd.DataFrame
    participants: pd.DataFrame
    quarantine: pd.DataFrame
    about: dict

    def __repr__(self) -> str:
        parts = [count(len(getattr(self, name)), name[:-1]) for name in ("articles", *tables.FOUND)]
        return ", ".join(parts) + (
            f"; {len(self.quarantine):,} inputs could not be analysed" if len(self.quarantine) else ""
        )


# -- keys ------------------------------------------------------------------------------------------------------------


def content_key(text: str) -> str:
    """Return the key under which a text's annotations are stored (128 bits of SHA-256)."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def engine_files(options: Options = Options()) -> list[Path]:
    """Return the files that annotations depend on: the code that finds, its tables of words, the model, the codebook.

    Raises FileNotFoundError when there is no such model or codebook.
    """
    files = [
        *sorted((HELPERS / "finding").glob("*.py")),
        HELPERS / "text.py",
        HELPERS / "scheme.py",
        *sorted(DATA.glob("*.csv")),
    ]
    for given in (
        resolve(options.model) if options.model else MODELS,
        resolve(options.codebook) if options.codebook else None,
    ):
        if given is None:
            continue
        if not given.exists():
            raise FileNotFoundError(f"no such model or codebook: {given}")
        files += sorted(p for p in given.rglob("*") if p.is_file() and p.suffix != ".md") if given.is_dir() else [given]
    return files


@functools.cache
def engine_key(options: Options = Options()) -> str:
    """Return a short hash of all that annotations depend on: code, data files, model, codebook, columns kept and
    versions of the packages used.

    What a chart is called or how a column is described is no part of it.
    """
    digest = hashlib.sha256(f"{FORMAT}\n".encode())
    for path in engine_files(options):
        digest.update(f"{path.name} {file_hash(path)}\n".encode("utf-8", "surrogateescape"))
    for name in tables.FOUND:
        digest.update(f"{name} {[(field.name, str(field.type)) for field in tables.SCHEMAS[name]]}\n".encode())
    for name in ENGINE_PACKAGES:
        digest.update(f"{name} {version_of(name)}\n".encode())
    return digest.hexdigest()[:20]


def version_of(package: str) -> str:
    """Return the version of an installed package, or "not installed"."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _corpus_key(corpus: Corpus, limit: int) -> str:
    files, options = corpora.describe(corpus)
    code = [file_hash(path) for path in sorted((HELPERS / "reading").glob("*.py"))]
    digest = hashlib.sha256(f"{FORMAT} {code} {options} {limit}\n".encode("utf-8", "surrogateescape"))
    for file in files:
        about = file.stat()
        digest.update(f"{file}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:20]


# -- reading a corpus into the store ---------------------------------------------------------------------------------


def store_folder(outputs: str | Path) -> Path:
    """Return the store that belongs to a run folder: beside it when there is one, else in the project's outputs/."""
    beside = resolve(outputs).parent / ".annotations"
    return beside if beside.is_dir() else ROOT / "outputs" / ".annotations"


def read_corpus(corpus: Corpus, *, store: Path, limit: int = 0, step: Step = do_nothing) -> Path:
    """Read a corpus into the store, unless it is there already; return its folder (articles-*.parquet,
    quarantine.parquet, about.json).

    step: called with 1 for every input read.
    """
    folder = store / "corpora" / _corpus_key(corpus, limit)
    if (folder / "about.json").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    try:
        _read_into(temporary, corpus, limit, step)
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:  # another kernel was faster
            if not (folder / "about.json").is_file():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


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
        if len(shard) == SHARD:
            _write_articles(folder, part, shard)
            shard, part = [], part + 1
    if shard:
        _write_articles(folder, part, shard)
    repeats = find_duplicates(text for texts in _columns(folder, ["text"]) for text in texts["text"].to_pylist())
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
    tables.write_parquet(table.append_column("key", keys), folder / f"articles-{part:06}.parquet")


def _columns(folder: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    for path in sorted(folder.glob("articles-*.parquet")):
        yield pq.read_table(path, columns=columns)


# -- what was found --------------------------------------------------------------------------------------------------


def write_part(folder: Path, keys: list[tuple], found: Mapping[str, pa.Table]) -> None:
    """Write what was found in texts as one part, whole. keys: (content key, reason or None); found: table -> rows."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder, prefix="."))
    try:
        pq.write_table(
            pa.Table.from_pylist([dict(zip(_KEYS.names, key, strict=True)) for key in keys], schema=_KEYS),
            temporary / "keys.parquet",
        )
        for name, table in found.items():
            pq.write_table(table, temporary / f"{name}.parquet", compression="zstd")
        temporary.chmod(0o755)
        temporary.rename(folder / uuid.uuid4().hex)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_known(found: Path) -> dict[str, tuple[Path, str | None]]:
    """{content key: (part, reason or None)}; of two parts that hold the same text the first one counts."""
    known: dict = {}
    for path in sorted(found.glob("*/keys.parquet")):
        part = pq.read_table(path)
        for key, reason in zip(part["key"].to_pylist(), part["reason"].to_pylist(), strict=True):
            known.setdefault(key, (path.parent, reason))
    return known


def collect(folder: Path, found: Path, died: Mapping[str, str], name: str, options: Options) -> Tables:
    """Everything found in a corpus folder, under its article ids. died: {content key: reason} of texts whose worker
    died; name: the corpus as shown.
    """
    parts = list(_columns(folder))
    articles = (
        pa.concat_tables(parts)
        if parts
        else tables.make_table("articles", []).append_column("key", pa.array([], pa.string()))
    )
    articles = tables.to_frame(articles)
    repeats = pq.read_table(folder / "duplicates.parquet").to_pandas().set_index("article_id")["duplicate_of"]
    articles["duplicate_of"] = articles["article_id"].map(repeats) if len(repeats) else articles["duplicate_of"]
    known = read_known(found) if len(articles) else {}
    reasons = {**{key: known[key][1] for key in articles["key"] if key in known and known[key][1]}, **died}
    failed = articles["key"].isin(list(reasons))
    quarantine = tables.to_frame(pq.read_table(folder / "quarantine.parquet"))
    if failed.any():
        more = [(a.path, None, a.article_id, reasons[a.key]) for a in articles[failed].itertuples()]
        quarantine = pd.concat([quarantine, tables.make_frame("quarantine", more)], ignore_index=True)
        articles = articles[~failed].reset_index(drop=True)
    places = articles[["key", "article_id"]].assign(place=range(len(articles)))
    rows = {table: _rows(table, known, places) for table in tables.FOUND}
    about = {
        **json.loads((folder / "about.json").read_text()),
        "corpus": name,
        "engine": engine_key(options),
        **options._asdict(),
        "analysed": len(articles),
        "quarantined": len(quarantine),
    }
    if about["inputs"] != about["analysed"] + about["quarantined"]:
        raise RuntimeError(
            f"{about['inputs']} inputs, but {about['analysed']} analysed and {about['quarantined']} quarantined: "
            "please report this"
        )
    return Tables(articles.drop(columns="key"), **rows, quarantine=quarantine, about=about)


def _rows(name: str, known: Mapping, places: pd.DataFrame) -> pd.DataFrame:
    """The rows of one table that belong to the corpus, under its article ids, in the order of the articles and of the
    text.
    """
    by_part: dict[Path, list[str]] = {}
    for key in places["key"]:
        if key in known:
            by_part.setdefault(known[key][0], []).append(key)
    parts = []
    for part, keys in by_part.items():
        table = pq.read_table(part / f"{name}.parquet")
        parts.append(table.filter(pc.is_in(table["article_id"], value_set=pa.array(keys, pa.string()))))
    if not parts or not sum(len(part) for part in parts):
        return tables.make_frame(name)
    frame = tables.to_frame(pa.concat_tables(parts)).rename(columns={"article_id": "key"})
    frame = (
        frame.assign(_order=range(len(frame)))
        .merge(places, on="key")
        .sort_values(["place", "_order"], kind="stable", ignore_index=True)
    )
    if "act_id" in frame:  # within one text: start and category
        frame["act_id"] = frame["article_id"] + ":" + frame["act_id"]
    return frame[tables.SCHEMAS[name].names]
