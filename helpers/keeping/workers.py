"""Annotating what the store lacks, alone or in worker processes. Dask is used here and nowhere else."""

import os
import tempfile
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from helpers import ROOT, tables
from helpers.finding import pipeline
from helpers.finding.pipeline import Options
from helpers.keeping.store import SHARD, Step, do_nothing, engine_key, read_known, write_part

BATCH = 50  # texts between two writes when working alone
ALONE = 200  # up to so many texts no worker processes are started


class Receipt(NamedTuple):
    """What a worker reports: the results themselves are on disk."""

    texts: int
    failed: int
    words: int


# -- one part --------------------------------------------------------------------------------------------------------


def _why(error: BaseException) -> str:
    place = next(
        (frame for frame in reversed(traceback.extract_tb(error.__traceback__)) if "helpers" in frame.filename), None
    )
    where = f" (in {Path(place.filename).name}, line {place.lineno})" if place else ""
    return f"could not be annotated: {type(error).__name__}: {str(error)[:200]}{where}"


def annotate_texts(
    texts: Iterable[tuple[str, str]], folder: Path, *, options: Options = Options(), step: Step = do_nothing
) -> Receipt:
    """Annotate (key, text) pairs and write them as one part below `folder`. A text that fails is noted with its reason
    and the rest goes on.
    """
    rows: dict[str, list] = {name: [] for name in tables.FOUND}
    keys: list[tuple[str, str | None]] = []
    failed = n_words = 0
    for key, text in texts:
        try:
            found = pipeline.annotate_text(text, options=options)
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
    write_part(folder, keys, {name: tables.make_table(name, rows[name]) for name in tables.FOUND})
    return Receipt(len(keys), failed, n_words)


# -- the texts that are missing --------------------------------------------------------------------------------------


class Shard(NamedTuple):
    file: Path
    rows: list[int]


def _missing(folder: Path, found: Path) -> list[Shard]:
    """Where the texts lie that have not been annotated yet: each distinct text once."""
    known, shards = set(read_known(found)), []
    for path in sorted(folder.glob("articles-*.parquet")):
        rows = []
        for i, key in enumerate(pq.read_table(path, columns=["key"])["key"].to_pylist()):
            if key not in known:
                known.add(key)
                rows.append(i)
        if rows:
            shards.append(Shard(path, rows))
    return shards


def _split(shards: list[Shard], size: int) -> list[Shard]:
    return [Shard(s.file, s.rows[i : i + size]) for s in shards for i in range(0, len(s.rows), size)]


def annotate_shard(shard: Shard, found: Path, options: Options, step: Step = do_nothing) -> Receipt:
    """Annotate the given rows of one articles part into one part of the store (runs in a worker process)."""
    part = pq.read_table(shard.file, columns=["key", "text"]).take(shard.rows)
    return annotate_texts(
        zip(part["key"].to_pylist(), part["text"].to_pylist(), strict=True), found, options=options, step=step
    )


def _unwatched(total: int) -> AbstractContextManager:
    return nullcontext(SimpleNamespace(update=do_nothing))


def annotate_corpus(
    folder: Path,
    *,
    store: Path,
    options: Options = Options(),
    workers: int = 0,
    watch: Callable[[int], AbstractContextManager] = _unwatched,
) -> dict[str, str]:
    """Annotate what the store does not hold yet of a corpus folder. Returns {content key: reason} of texts whose worker
    died (tried again next time).

    workers: processes; 0: one per core when more than ALONE texts are missing, else none; 1: none. watch: given the
    number of texts to annotate, returns a context with `update(n)` (a progress bar).
    """
    found = store / "found" / engine_key(options)
    shards = _missing(folder, found)
    total = sum(len(shard.rows) for shard in shards)
    if not total:
        return {}
    workers = workers or (min(os.cpu_count() or 1, 16) if total > ALONE else 1)
    with watch(total) as bar:
        if workers == 1:
            for shard in _split(shards, BATCH):
                annotate_shard(shard, found, options, bar.update)
            return {}
        return _annotate_in_processes(
            _split(shards, max(1, min(SHARD, total // (workers * 8)))), found, options, workers, bar
        )


def _annotate_in_processes(
    shards: list[Shard], found: Path, options: Options, workers: int, bar: Any
) -> dict[str, str]:
    import dask
    from dask.distributed import Client, LocalCluster, as_completed

    dask.config.set(
        {
            "distributed.worker.daemon": True,
            "distributed.scheduler.allowed-failures": 1,
            "distributed.admin.log-format": "%(message)s",
            "logging.distributed": "critical",
            "distributed.comm.timeouts.connect": "60s",
        }
    )
    died: dict[str, str] = {}
    # Workers find `helpers` through PYTHONPATH, whatever folder they are started in.
    environment = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    with (
        tempfile.TemporaryDirectory() as scratch,
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            local_directory=scratch,
            env=environment,
            silence_logs=50,
        ) as cluster,
        Client(cluster) as client,
    ):
        waiting = {client.submit(annotate_shard, shard, found, options, pure=False): shard for shard in shards}
        queue = as_completed(waiting)
        for future in queue:
            shard = waiting.pop(future)
            if future.status == "finished":
                bar.update(len(shard.rows))
            elif len(shard.rows) > 1:  # a worker died: find the text that kills it
                for half in _split([shard], (len(shard.rows) + 1) // 2):
                    again = client.submit(annotate_shard, half, found, options, pure=False)
                    waiting[again] = half
                    queue.add(again)
            else:
                key = pq.read_table(shard.file, columns=["key"])["key"][shard.rows[0]].as_py()
                died[key] = "could not be annotated: the process that worked on it died (out of memory?)"
                bar.update(1)
    return died
