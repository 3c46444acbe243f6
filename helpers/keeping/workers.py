"""Annotating what the store lacks: here, in processes of this machine, or on a Dask cluster."""

import contextlib
import functools
import gc
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from helpers import tables
from helpers.finding import pipeline
from helpers.finding.pipeline import Options
from helpers.keeping import machine
from helpers.keeping.corpora import Step, do_nothing, read_articles
from helpers.keeping.engine import engine_key
from helpers.keeping.faults import CannotGoOn, is_full, is_passing
from helpers.keeping.parts import SHARD, Key, merge, read_known, write_part

BATCH = 50  # texts between two writes when working alone
ALONE = 200  # up to so many texts no worker processes are started
MOST = 16  # processes started unasked
PER_TEXT = 30_000  # bytes on disk for what is found in a text of a thousand words, roughly

_one_at_a_time = threading.Lock()  # in a worker with several threads


class Receipt(NamedTuple):
    """What a worker reports: the results themselves are on disk. passed: {content key: reason} of texts that met a
    passing failure of the machine and are still to do.
    """

    texts: int
    failed: int
    words: int
    passed: dict[str, str]


class Shard(NamedTuple):
    """Rows of one file of articles."""

    file: Path
    rows: list[int]


# -- one part --------------------------------------------------------------------------------------------------------


def _why(error: BaseException) -> str:
    place = next(
        (frame for frame in reversed(traceback.extract_tb(error.__traceback__)) if "helpers" in frame.filename), None
    )
    where = f" (in {Path(place.filename).name}, line {place.lineno})" if place else ""
    return f"{type(error).__name__}: {str(error)[:200]}{where}"


def _annotate(key: str, text: str, options: Options) -> tuple[Key, dict[str, list]]:
    """One text -> its key with the numbers of its rows, and {table: rows}. Raises passing failures only."""
    lost: dict[str, Exception] = {}
    try:
        found = pipeline.annotate_text(text, options=options, lost=lost)
        rows = {name: [(key, *row) for row in found[name]] for name in tables.FOUND}
        for name in tables.FOUND:
            tables.make_table(name, rows[name])
    except Exception as error:  # one article never stops the run
        if is_passing(error):
            raise
        return Key(key, f"could not be annotated: {_why(error)}"), {name: [] for name in tables.FOUND}
    said = "; ".join(f"{kind}: {_why(error)}" for kind, error in lost.items()) or None
    return Key(key, None, said, **{name: len(rows[name]) for name in tables.FOUND}), rows


def annotate_texts(
    texts: Iterable[tuple[str, str]], folder: Path, *, options: Options = Options(), step: Step = do_nothing
) -> Receipt:
    """Annotate (key, text) pairs and write them as one part below `folder`. A text that fails is noted with its reason
    and the rest goes on; one that meets a passing failure (no memory, too many open files) is tried a second time and
    else left for the next run.
    """
    rows: dict[str, list] = {name: [] for name in tables.FOUND}
    keys: list[Key] = []
    n_words, waiting, passed = 0, list(texts), {}
    for last in (False, True):
        again = []
        for key, text in waiting:
            try:
                done, found = _annotate(key, text, options)
            except Exception as error:
                if is_full(error):
                    raise
                passed[key] = f"not annotated yet, for a passing failure of the machine: {_why(error)}"
                again.append((key, text))
                continue
            passed.pop(key, None)
            keys.append(done)
            for name in tables.FOUND:
                rows[name] += found[name]
            n_words += text.count(" ") + 1
            step(1)
        waiting = again
        if not waiting or last:
            break
        gc.collect()
    step(len(passed))
    if keys:
        write_part(folder, keys, {name: tables.make_table(name, rows[name]) for name in tables.FOUND})
    return Receipt(len(keys), sum(key.reason is not None for key in keys), n_words, passed)


# -- the texts that are missing --------------------------------------------------------------------------------------


def find_missing(folder: Path, found: Path, but: Iterable[str] = ()) -> list[Shard]:
    """Where the texts of a corpus folder lie that have not been annotated yet: each distinct text once. but: content
    keys left out.
    """
    known, shards = read_known(found).keys.union(but), []
    for path in sorted(folder.glob("articles-*.arrow")):
        rows = []
        for i, key in enumerate(read_articles(path)["key"].to_pylist()):
            if key not in known:
                known.add(key)
                rows.append(i)
        if rows:
            shards.append(Shard(path, rows))
    return shards


def split(shards: Sequence[Shard], size: int) -> list[Shard]:
    """Shards of at most `size` texts."""
    return [Shard(s.file, s.rows[i : i + size]) for s in shards for i in range(0, len(s.rows), size)]


def annotate_shard(shard: Shard, found: Path, options: Options, step: Step = do_nothing) -> Receipt:
    """Annotate the given rows of one file of articles into one part of the store."""
    part = read_articles(shard.file).select(["key", "text"]).take(shard.rows)
    with _one_at_a_time:
        return annotate_texts(
            zip(part["key"].to_pylist(), part["text"].to_pylist(), strict=True), found, options=options, step=step
        )


def annotate_remotely(shard: Shard, found: Path, options: Options, engine: str) -> Receipt:
    """`annotate_shard` in a worker of a cluster, when it has the same engine and sees the same store. Raises CannotGoOn
    when not.
    """
    if engine_key(options) != engine:
        raise CannotGoOn(
            "a worker has another version of code, model, word lists or packages (its engine is "
            f"{engine_key(options)}, here it is {engine}): install the same version there"
        )
    if not shard.file.is_file():
        raise CannotGoOn(f"a worker does not see {shard.file}: --outputs must lie on a path that all machines share")
    return annotate_shard(shard, found, options)


def _unwatched(total: int) -> AbstractContextManager:
    return nullcontext(SimpleNamespace(update=do_nothing))


def choose_workers(asked: int, total: int) -> int:
    """Return how many processes annotate `total` texts: as asked, or for more than ALONE texts one a core as far as
    the free memory goes.
    """
    return asked or (machine.fitting(machine.WORKER, MOST) if total > ALONE else 1)


def annotate_corpus(
    folder: Path,
    *,
    store: Path,
    options: Options = Options(),
    workers: int = 0,
    scheduler: str = "",
    to_do: Mapping[str, str] = {},
    watch: Callable[[int], AbstractContextManager] = _unwatched,
) -> dict[str, str]:
    """Annotate what the store does not hold yet of a corpus folder. Returns {content key: reason} of texts that are
    still to do, because their worker died or the machine failed (tried again next time).

    workers: processes; 0: as many as cores and free memory allow when more than ALONE texts are missing, else none; 1:
    none. scheduler: address or file of a Dask scheduler whose workers do it in place of processes here. watch: given
    the number of texts to annotate, returns a context with `update(n)` (a progress bar). to_do: what this returned
    before in the same run, not tried again. Raises CannotGoOn.
    """
    found = store / "found" / engine_key(options)
    shards = find_missing(folder, found, to_do)
    total = sum(len(shard.rows) for shard in shards)
    if not total:
        merge(found)
        return dict(to_do)
    if options.model or options.codebook:  # what comes with the project is checked by its hashes
        check_engine(options)
    check_space(store, total)
    workers = choose_workers(workers, total)
    with watch(total) as bar:
        if scheduler or workers > 1:
            size = max(1, min(SHARD, total // (max(workers, 4) * 4)))
            died = _annotate_in_processes(split(shards, size), found, options, workers, scheduler, bar.update)
        else:
            died = {}
            for shard in split(shards, BATCH):
                died |= annotate_shard(shard, found, options, bar.update).passed
    merge(found)
    return {**to_do, **died}


@functools.cache
def check_engine(options: Options) -> None:
    """Raise CannotGoOn when the model or the codebook can't be used, found by reading one sentence."""
    try:
        pipeline.annotate_text("The minister said on Monday that Norland would close its border.", options=options)
    except FileNotFoundError:
        raise
    except Exception as error:
        what = f"with the model {options.model or '(the one that comes with the project)'}"
        what += f" and the codebook {options.codebook}" if options.codebook else ""
        raise CannotGoOn(f"not even a short sentence can be annotated {what}: {_why(error)}") from error


def check_space(store: Path, texts: int) -> None:
    """Raise CannotGoOn when the disk has not the room that so many texts need."""
    need, free = texts * PER_TEXT, machine.free_space(store)
    if free < need:
        raise CannotGoOn(
            f"annotating {texts:,} texts needs about {need / 1e6:,.0f} MB in {store}, but only {free / 1e6:,.0f} MB "
            "are free: make room, or choose another disk with --outputs"
        )


def _annotate_in_processes(
    shards: list[Shard], found: Path, options: Options, workers: int, scheduler: str, step: Step
) -> dict[str, str]:
    from helpers.keeping import cluster  # Dask takes half a second to import

    died: dict[str, str] = {}
    engine = engine_key(options)
    found.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if scheduler:
            client = stack.enter_context(cluster.connect(scheduler))
        else:
            scratch = stack.enter_context(machine.temporary_folder(found))
            client = stack.enter_context(cluster.start(workers, scratch))
        for shard, receipt in cluster.run(client, annotate_remotely, shards, (found, options, engine), _halve, _say):
            if receipt is None:  # one text, whose worker died twice
                key = read_articles(shard.file)["key"][shard.rows[0]].as_py()
                died[key] = "could not be annotated: the process that worked on it died (out of memory?)"
            else:
                died |= receipt.passed
            step(len(shard.rows))
    return died


def _halve(shard: Shard) -> list[Shard]:
    return split([shard], (len(shard.rows) + 1) // 2) if len(shard.rows) > 1 else []


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
