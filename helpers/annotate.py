"""The one pass over articles, and the store that keeps what it found, so that no article is read twice.

Store (`outputs/.annotations`, may be deleted at any time):
    corpora/<key>/        the articles of a corpus as read, in parts; key: names, sizes and times of its files, how to read them, and this code
    found/<engine>/<part>/ mentions, statements, stances, acts of up to 2,000 texts under a key of their content; engine: hash of code, model and data files
A part is written to a temporary folder and renamed: it is whole or not there. Dask is used here and nowhere else.
"""
import functools
import hashlib
import importlib
import inspect
import json
import os
import platform
import shutil
import sys
import tempfile
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from helpers import ROOT, __version__, resolve, tables
from helpers.reading import corpus as corpora
from helpers.showing import display

SHARD = 2_000                    # texts in one part at most
BATCH = 50                       # texts between two writes when working alone
ALONE = 200                      # up to so many texts no worker processes are started
PLACES = {"text": "text", **{name: f"finding.{name}" for name in ("encoder", "entities", "statements", "escalation")}, "sentiment": "counting.speakers"}
ENGINE_PACKAGES = ("nltk", "numpy", "onnxruntime", "tokenizers", "vaderSentiment")
_KEYS = pa.schema([("key", pa.string()), ("reason", pa.string())])


class Options(NamedTuple):
    """What changes the annotations: the language model and the codebook of acts ("": the ones that come with the project)."""
    model: str = ""
    codebook: str = ""


class Tables(NamedTuple):
    """Everything found in a corpus, as pandas frames; `about` says corpus, fingerprint and counts."""
    articles: pd.DataFrame
    mentions: pd.DataFrame
    statements: pd.DataFrame
    stances: pd.DataFrame
    acts: pd.DataFrame
    quarantine: pd.DataFrame
    about: dict

    def __repr__(self) -> str:
        parts = [display.count(len(getattr(self, name)), name[:-1]) for name in ("articles", *tables.FOUND)]
        return ", ".join(parts) + (f"; {len(self.quarantine):,} inputs could not be analysed" if len(self.quarantine) else "")


class Receipt(NamedTuple):
    """What a worker reports: the results themselves are on disk."""
    texts: int
    failed: int
    words: int


# --- one article ------------------------------------------------------------------------------------------------------------------------------------

@functools.cache
def _stage(module: str, function: str) -> Callable:
    return getattr(importlib.import_module(f"helpers.{PLACES[module]}"), function)


def _run(module: str, function: str, *values, **options):
    """Call a stage with those of `options` that it knows and that are set."""
    stage = _stage(module, function)
    known = inspect.signature(stage).parameters
    return stage(*values, **{name: value for name, value in options.items() if value and name in known})


def annotate_text(text: str, *, options: Options = Options()) -> dict[str, list[tuple]]:
    """Return {table name: rows without article_id} for one article's text. Raises what the stages raise."""
    document = _run("text", "read", text)
    encoding = _stage("encoder", "load")(resolve(options.model) if options.model else None).encode(document)
    mentions = _run("entities", "find_mentions", document, encoding)
    said = _run("statements", "find_statements", document, encoding, mentions)
    said, stances = _run("sentiment", "score_statements", document, encoding, mentions, said)
    acts = _run("escalation", "find_acts", document, encoding, mentions, said, codebook=options.codebook and resolve(options.codebook))
    return {"mentions": mentions, "statements": said, "stances": stances, "acts": acts}


def _why(error: BaseException) -> str:
    place = next((frame for frame in reversed(traceback.extract_tb(error.__traceback__)) if "helpers" in frame.filename), None)
    where = f" (in {Path(place.filename).name}, line {place.lineno})" if place else ""
    return f"could not be annotated: {type(error).__name__}: {str(error)[:200]}{where}"


def annotate_texts(texts: Iterable[tuple[str, str]], folder: Path, *, options: Options = Options(), step: Callable[[int], object] = lambda n: None) -> Receipt:
    """Annotate (key, text) pairs and write them as one part below `folder`. A text that fails is noted with its reason and the rest goes on."""
    rows: dict[str, list] = {name: [] for name in tables.FOUND}
    keys, failed, n_words = [], 0, 0
    for key, text in texts:
        try:
            found = annotate_text(text, options=options)
            checked = {name: [(key, *row) for row in found[name]] for name in tables.FOUND}
            for name in tables.FOUND:
                tables.make_table(name, checked[name])
            keys.append((key, None))
            for name in tables.FOUND:
                rows[name] += checked[name]
        except Exception as error:  # one article never stops the run
            keys.append((key, _why(error)))
            failed += 1
        n_words += text.count(" ") + 1
        step(1)
    _write_part(folder, keys, {name: tables.make_table(name, rows[name]) for name in tables.FOUND})
    return Receipt(len(keys), failed, n_words)


def _write_part(folder: Path, keys: list[tuple], found: Mapping[str, pa.Table]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder, prefix="."))
    try:
        pq.write_table(pa.Table.from_pylist([dict(zip(_KEYS.names, key, strict=True)) for key in keys], schema=_KEYS), temporary / "keys.parquet")
        for name, table in found.items():
            pq.write_table(table, temporary / f"{name}.parquet", compression="zstd")
        temporary.chmod(0o755)
        temporary.rename(folder / uuid.uuid4().hex)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


# --- the store --------------------------------------------------------------------------------------------------------------------------------------

def store_folder(outputs: str | Path) -> Path:
    """Return the store that belongs to a run folder: beside it when there is one, else in the project's outputs/."""
    beside = resolve(outputs).parent / ".annotations"
    return beside if beside.is_dir() else ROOT / "outputs" / ".annotations"


def _file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def engine_files() -> list[Path]:
    """Return the code that annotations depend on."""
    here = Path(__file__).parent
    return [*sorted((here / "finding").glob("*.py")), here / "counting" / "speakers.py", here / "text.py", here / "scheme.py", here / "tables.py"]


@functools.cache
def engine_key(options: Options = Options()) -> str:
    """Return a short hash of all that annotations depend on: code, data files, model, codebook and versions of the packages used."""
    here = Path(__file__).parent
    files = engine_files()
    folders = [here / "data", resolve(options.model) if options.model else here / "models", *([resolve(options.codebook)] if options.codebook else [])]
    for folder in folders:
        files += sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md") if folder.is_dir() else [folder]
    digest = hashlib.sha256()
    for path in files:
        if path.is_file():
            digest.update(f"{path.name} {_file_hash(path)}\n".encode())
        elif path in folders:
            raise FileNotFoundError(f"no such model or codebook: {path}")
    for name in ENGINE_PACKAGES:
        digest.update(f"{name} {_version(name)}\n".encode())
    return digest.hexdigest()[:20]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _corpus_key(corpus, limit: int) -> str:
    files, options = corpora.describe(corpus)
    digest = hashlib.sha256(f"{_file_hash(Path(corpora.__file__))} {options} {limit}\n".encode("utf-8", "surrogateescape"))
    for file in files:
        about = file.stat()
        digest.update(f"{file}\0{about.st_size}\0{about.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:20]


def read_corpus(corpus, *, store: Path, limit: int = 0, progress: bool = True) -> Path:
    """Read a corpus into the store, unless it is there already; return its folder (articles-*.parquet, quarantine.parquet, about.json)."""
    folder = store / "corpora" / _corpus_key(corpus, limit)
    if (folder / "about.json").is_file():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix="."))
    try:
        _read_into(temporary, corpus, limit, progress)
        temporary.chmod(0o755)
        try:
            temporary.rename(folder)
        except OSError:                       # another kernel was faster
            if not (folder / "about.json").is_file():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def _read_into(folder: Path, corpus, limit: int, progress: bool) -> None:
    rejected, shard, part, digests, ids = [], [], 0, [], []
    with _bar("Reading", None, progress) as bar:
        for item in corpora.read(corpus, limit=limit):
            bar.update(1)
            if isinstance(item, corpora.Rejected):
                rejected.append(item)
                continue
            shard.append(item)
            ids.append(item.article_id)
            digests.append(f"{item.article_id}\0{corpora.content_key(item.text)}\n")
            if len(shard) == SHARD:
                _write_articles(folder, part, shard)
                shard, part = [], part + 1
    if shard:
        _write_articles(folder, part, shard)
    repeats = corpora.find_duplicates(text for texts in _columns(folder, ["text"]) for text in texts["text"].to_pylist())
    pq.write_table(pa.table({"article_id": pa.array([ids[i] for i in repeats], pa.string()),
                             "duplicate_of": pa.array([ids[i] for i in repeats.values()], pa.string())}), folder / "duplicates.parquet")
    tables.write_parquet(tables.make_table("quarantine", rejected), folder / "quarantine.parquet")
    fingerprint = hashlib.sha256("".join(sorted(digests)).encode("utf-8", "replace")).hexdigest()
    about = {"inputs": len(ids) + len(rejected), "articles": len(ids), "rejected": len(rejected), "fingerprint": fingerprint}
    tables.write_atomically(folder / "about.json", lambda path: path.write_text(json.dumps(about)))


def _write_articles(folder: Path, part: int, shard: list) -> None:
    table = tables.make_table("articles", shard)
    keys = pa.array([corpora.content_key(article.text) for article in shard], pa.string())
    tables.write_parquet(table.append_column("key", keys), folder / f"articles-{part:06}.parquet")


def _columns(folder: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    for path in sorted(folder.glob("articles-*.parquet")):
        yield pq.read_table(path, columns=columns)


def _known(found: Path) -> dict[str, tuple[Path, str | None]]:
    """{content key: (part, reason or None)}; of two parts that hold the same text the first one counts."""
    known: dict = {}
    for path in sorted(found.glob("*/keys.parquet")):
        part = pq.read_table(path)
        for key, reason in zip(part["key"].to_pylist(), part["reason"].to_pylist(), strict=True):
            known.setdefault(key, (path.parent, reason))
    return known


# --- the pass over a corpus -------------------------------------------------------------------------------------------------------------------------

class _Silent:
    """A progress bar that shows nothing."""

    def __init__(self, words: str = "", total: int | None = None) -> None:
        self.words, self.total, self.done = words, total, 0

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def update(self, n: int = 1) -> None:
        self.done += n

    def close(self) -> None:
        """End the bar."""


class _InNotebook(_Silent):
    """A bar in one output that is replaced, so that a saved notebook holds one line in place of hundreds; quick work shows none."""

    def __init__(self, words: str, total: int | None) -> None:
        super().__init__(words, total)
        self.began = self.shown = time.monotonic()
        self.handle = None

    def update(self, n: int = 1) -> None:
        self.done += n
        now = time.monotonic()
        if now - self.shown > (.5 if self.handle else 1.5):
            self.shown = now
            self._show(f"{self.words}: {self.done:,}{f' of {self.total:,}' if self.total else ''} articles, {now - self.began:.0f} s")

    def _show(self, words: str) -> None:
        from IPython.display import display as show

        if self.handle is None:
            self.handle = show(display.progress(words, self.done, self.total), display_id=True)
        else:
            self.handle.update(display.progress(words, self.done, self.total))

    def close(self) -> None:
        if self.handle:
            self._show(f"{self.words}: {self.done:,} articles in {time.monotonic() - self.began:.0f} s")


def _bar(words: str, total: int | None, progress: bool):
    """A progress bar with update(n): in a notebook, on a terminal, or silent."""
    if not progress:
        return _Silent(words, total)
    kernel = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    if getattr(kernel, "kernel", None) is not None:
        return _InNotebook(words, total)
    from tqdm import tqdm

    return tqdm(desc=words, total=total, unit=" articles", delay=1.5, mininterval=.5, leave=False, file=sys.stderr, dynamic_ncols=True)


class _Shard(NamedTuple):
    file: Path
    rows: list[int]


def _missing(folder: Path, found: Path) -> list[_Shard]:
    """Where the texts lie that have not been annotated yet: each distinct text once."""
    known, shards = set(_known(found)), []
    for path in sorted(folder.glob("articles-*.parquet")):
        rows = []
        for i, key in enumerate(pq.read_table(path, columns=["key"])["key"].to_pylist()):
            if key not in known:
                known.add(key)
                rows.append(i)
        if rows:
            shards.append(_Shard(path, rows))
    return shards


def _split(shards: list[_Shard], size: int) -> list[_Shard]:
    return [_Shard(s.file, s.rows[i : i + size]) for s in shards for i in range(0, len(s.rows), size)]


def annotate_shard(shard: _Shard, found: Path, options: Options, step: Callable[[int], object] = lambda n: None) -> Receipt:
    """Annotate the given rows of one articles part into one part of the store (runs in a worker process)."""
    part = pq.read_table(shard.file, columns=["key", "text"]).take(shard.rows)
    return annotate_texts(zip(part["key"].to_pylist(), part["text"].to_pylist(), strict=True), found, options=options, step=step)


def annotate_corpus(folder: Path, *, store: Path, options: Options = Options(), workers: int = 0, progress: bool = True) -> dict[str, str]:
    """Annotate what the store does not hold yet of a corpus folder. Returns {content key: reason} of texts whose worker died (tried again next time).

    workers: processes; 0: one per core when more than ALONE texts are missing, else none; 1: none.
    """
    found = store / "found" / engine_key(options)
    shards = _missing(folder, found)
    total = sum(len(shard.rows) for shard in shards)
    if not total:
        return {}
    workers = workers or (min(os.cpu_count() or 1, 16) if total > ALONE else 1)
    with _bar("Annotating", total, progress) as bar:
        if workers == 1:
            for shard in _split(shards, BATCH):
                annotate_shard(shard, found, options, bar.update)
            return {}
        return _annotate_in_processes(_split(shards, max(1, min(SHARD, total // (workers * 8)))), found, options, workers, bar)


def _annotate_in_processes(shards: list[_Shard], found: Path, options: Options, workers: int, bar) -> dict[str, str]:
    import dask
    from dask.distributed import Client, LocalCluster, as_completed

    dask.config.set({"distributed.worker.daemon": True, "distributed.scheduler.allowed-failures": 1, "distributed.admin.log-format": "%(message)s",
                     "logging.distributed": "critical", "distributed.comm.timeouts.connect": "60s"})
    died: dict[str, str] = {}
    # Workers find `helpers` through PYTHONPATH, whatever folder they are started in.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    with (tempfile.TemporaryDirectory() as scratch,
          LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0", local_directory=scratch,
                       env=environment, silence_logs=50) as cluster, Client(cluster) as client):
        waiting = {client.submit(annotate_shard, shard, found, options, pure=False): shard for shard in shards}
        queue = as_completed(waiting)
        for future in queue:
            shard = waiting.pop(future)
            if future.status == "finished":
                bar.update(len(shard.rows))
            elif len(shard.rows) > 1:         # a worker died: find the text that kills it
                for half in _split([shard], (len(shard.rows) + 1) // 2):
                    again = client.submit(annotate_shard, half, found, options, pure=False)
                    waiting[again] = half
                    queue.add(again)
            else:
                key = pq.read_table(shard.file, columns=["key"])["key"][shard.rows[0]].as_py()
                died[key] = "could not be annotated: the process that worked on it died (out of memory?)"
                bar.update(1)
    return died


# --- what notebooks call ----------------------------------------------------------------------------------------------------------------------------

def load(corpus, *, outputs: str | Path = "outputs/interactive", model: str = "", codebook: str = "", workers: int = 0, limit: int = 0,
         progress: bool = True) -> Tables:
    """Return everything found in a corpus, annotating first (with a progress bar) what has not been annotated before.

    corpus: file, folder, glob, .toml description or a list of them (see helpers.corpus); relative paths mean the project's root;
    outputs: the run's folder, whose store is used; model, codebook: your own instead of the project's; workers: processes (0: as needed);
    limit: only the first so many articles. Raises FileNotFoundError when an input does not exist; a corpus without any readable article
    gives empty tables and the reasons in `quarantine`.
    """
    store, options = store_folder(outputs), _options_of_run(outputs, model, codebook)
    folder = read_corpus(corpus, store=store, limit=limit, progress=progress)
    died = annotate_corpus(folder, store=store, options=options, workers=workers, progress=progress)
    return _collect(folder, store / "found" / engine_key(options), died, _named(corpus), options)


def _options_of_run(outputs: str | Path, model: str, codebook: str) -> Options:
    """The options given, else those of the batch run that `outputs` belongs to, so that all notebooks of a run read the same annotations."""
    manifest = resolve(outputs) / "manifest.json"
    given = json.loads(manifest.read_text("utf-8"))["parameters"] if manifest.is_file() else {}
    return Options(str(model or given.get("model", "")), str(codebook or given.get("codebook", "")))


def describe_corpus(corpus) -> int:
    """Return the number of input files of a corpus. Raises FileNotFoundError when an input does not exist."""
    return len(corpora.describe(";".join(corpus) if isinstance(corpus, (list, tuple)) else corpus)[0])


def _named(corpus) -> str:
    return str(corpus) if isinstance(corpus, (str, Path)) else "; ".join(map(str, corpus))


def _collect(folder: Path, found: Path, died: Mapping[str, str], name: str, options: Options) -> Tables:
    parts = list(_columns(folder))
    articles = pa.concat_tables(parts) if parts else tables.make_table("articles", []).append_column("key", pa.array([], pa.string()))
    articles = tables.to_frame(articles)
    repeats = pq.read_table(folder / "duplicates.parquet").to_pandas().set_index("article_id")["duplicate_of"]
    articles["duplicate_of"] = articles["article_id"].map(repeats) if len(repeats) else articles["duplicate_of"]
    known = _known(found) if len(articles) else {}
    reasons = {**{key: known[key][1] for key in articles["key"] if key in known and known[key][1]}, **died}
    failed = articles["key"].isin(list(reasons))
    quarantine = tables.to_frame(pq.read_table(folder / "quarantine.parquet"))
    if failed.any():
        more = [(a.path, None, a.article_id, reasons[a.key]) for a in articles[failed].itertuples()]
        quarantine = pd.concat([quarantine, tables.make_frame("quarantine", more)], ignore_index=True)
        articles = articles[~failed].reset_index(drop=True)
    places = articles[["key", "article_id"]].assign(place=range(len(articles)))
    rows = {table: _rows(table, known, places) for table in tables.FOUND}
    about = {**json.loads((folder / "about.json").read_text()), "corpus": name, "engine": engine_key(options), **options._asdict(),
             "analysed": len(articles), "quarantined": len(quarantine)}
    if about["inputs"] != about["analysed"] + about["quarantined"]:
        raise RuntimeError(f"{about['inputs']} inputs, but {about['analysed']} analysed and {about['quarantined']} quarantined: please report this")
    return Tables(articles.drop(columns="key"), **rows, quarantine=quarantine, about=about)


def _rows(name: str, known: Mapping, places: pd.DataFrame) -> pd.DataFrame:
    """The rows of one table that belong to the corpus, under its article ids, in the order of the articles and of the text."""
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
    frame = frame.assign(_order=range(len(frame))).merge(places, on="key").sort_values(["place", "_order"], kind="stable", ignore_index=True)
    return frame[tables.SCHEMAS[name].names]


def notebook_footer(found: Tables, **parameters) -> display.Html:
    """Return the small table that ends a notebook: corpus, fingerprint, versions and the parameters given by name."""
    about = found.about
    rows = [("corpus", about["corpus"]), ("fingerprint of the corpus", about["fingerprint"][:16]),
            ("inputs = analysed + quarantined", f"{about['inputs']:,} = {about['analysed']:,} + {about['quarantined']:,}"),
            ("code, model and data files", about["engine"]), *((f"parameter {name}", repr(value)) for name, value in parameters.items()),
            ("versions", ", ".join(f"{name} {version}" for name, version in versions().items()))]
    return display.table(pd.DataFrame(rows, columns=["what", "value"], dtype=object), caption="How this was made")


def versions() -> dict[str, str]:
    """Return the versions of this project, Python and the packages that results depend on."""
    names = ("pandas", "pyarrow", "matplotlib", *ENGINE_PACKAGES)
    return {"this project": __version__, "Python": platform.python_version(), **{name: _version(name) for name in names}}
