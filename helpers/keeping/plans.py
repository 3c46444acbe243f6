"""What a run will take: texts still to annotate, time, memory and disk, measured on a few of them."""

import time
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from helpers.finding.pipeline import Options
from helpers.keeping import machine
from helpers.keeping.corpora import Corpus, columns, read_articles, read_corpus
from helpers.keeping.engine import engine_key
from helpers.keeping.workers import PER_TEXT, Shard, annotate_shard, choose_workers, find_missing
from helpers.text import count

TRIED, SECONDS = 40, 10.0  # texts annotated to measure at most, and for how long


class Plan(NamedTuple):
    """articles, texts and words of the corpus still to annotate; seconds (a text's processor seconds measured here,
    None when nothing is to do), workers; bytes free and needed on disk; bytes of memory free.
    """

    articles: int
    texts: int
    words: int
    words_per_second: float | None
    workers: int
    disk: int
    disk_free: int
    memory_free: int


def measure(corpus: Corpus, *, store: Path, options: Options, workers: int = 0, limit: int = 0) -> Plan:
    """Read a corpus and annotate a few of its texts, which are kept; return what the rest will take."""
    folder, found = read_corpus(corpus, store=store, limit=limit), store / "found" / engine_key(options)
    shards = find_missing(folder, found)
    words, texts = _words(shards)
    speed = None
    if shards:
        rows = sorted(shards[0].rows, key=lambda row: hash((row * 2654435761) % 2**32))[:TRIED]  # not the first ones
        annotate_shard(Shard(shards[0].file, rows[:1]), found, options)  # loads the model
        began, read, done = time.process_time(), 0, 1
        while done < len(rows) and time.process_time() - began < SECONDS:
            read += annotate_shard(Shard(shards[0].file, rows[done : done + 4]), found, options).words
            done += 4
        speed = read / (time.process_time() - began) if read else None
        words, texts = _words(find_missing(folder, found))
    return Plan(
        sum(len(part) for part in columns(folder, ["key"])),
        texts,
        words,
        speed,
        choose_workers(workers, texts),
        texts * PER_TEXT,
        machine.free_space(store),
        machine.free_memory(),
    )


def _words(shards: list[Shard]) -> tuple[int, int]:
    words = sum(
        pc.sum(read_articles(shard.file)["n_words"].take(pa.array(shard.rows))).as_py() or 0 for shard in shards
    )
    return words, sum(len(shard.rows) for shard in shards)


def tell(plan: Plan) -> str:
    """Return a plan in words."""
    begin = f"{count(plan.articles, 'article')}; {count(plan.texts, 'text')} with {plan.words:,} words to annotate"
    if not plan.texts:
        return f"{count(plan.articles, 'article')}, all annotated before: only the notebooks run."
    if plan.words_per_second is None:
        return f"{begin}; too few to measure how long that takes."
    seconds = plan.words / plan.words_per_second / plan.workers
    return (
        f"{begin}. Annotating takes about {_duration(seconds)} here: {plan.words_per_second:,.0f} words a second and "
        f"process, {plan.workers} at a time (cores: {machine.cores()}; memory: {plan.memory_free / 1e9:.1f} GB free, "
        f"{machine.WORKER / 1e9:.2f} GB a process). It needs about {plan.disk / 1e6:,.0f} MB on disk; "
        f"{plan.disk_free / 1e6:,.0f} MB are free. The notebooks come after that."
    )


def _duration(seconds: float) -> str:
    """
    >>> _duration(30), _duration(600), _duration(9000)
    ('30 seconds', '10 minutes', '2.5 hours')
    """
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
