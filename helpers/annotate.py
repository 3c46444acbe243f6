"""The door to everything found in a corpus: `load` reads, annotates what has not been annotated before, and returns the
tables.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from helpers import resolve
from helpers.finding.pipeline import Options, annotate_text
from helpers.keeping import corpora as readings
from helpers.keeping import plans
from helpers.keeping import store as stores
from helpers.keeping import workers as annotators
from helpers.keeping.engine import engine_key
from helpers.keeping.runs import options_of_run, settings_of_run, versions
from helpers.keeping.store import Tables
from helpers.reading import corpus as corpora
from helpers.showing import display
from helpers.showing.progress import bar

Corpus = str | Path | Sequence[str | Path]

__all__ = ["Options", "Tables", "annotate_text", "describe_corpus", "load", "notebook_footer", "versions"]


def load(
    corpus: Corpus,
    *,
    outputs: str | Path = "outputs/interactive",
    model: str = "",
    codebook: str = "",
    workers: int = 0,
    scheduler: str = "",
    limit: int = 0,
    progress: bool = True,
) -> Tables:
    """Return everything found in a corpus, annotating first (with a progress bar) what has not been annotated before.

    corpus: file, folder, glob, .toml description or a list of them (see helpers.reading.corpus); relative paths mean
    the project's root;
    outputs: the run's folder, whose store is used; model, codebook: your own instead of the project's; workers:
    processes (0: as needed); scheduler: address or file of a Dask scheduler whose workers annotate;
    limit: only the first so many articles. Raises FileNotFoundError when an input does not exist, CannotGoOn when the
    machine or the cluster lacks something; a corpus without any readable article gives empty tables and the reasons in
    `quarantine`.
    """
    store, options = stores.store_folder(outputs), options_of_run(outputs, model, codebook)
    engine, settings = engine_key(options), settings_of_run(outputs)
    with bar("Reading", None, progress) as reading:
        folder = readings.read_corpus(corpus, store=store, limit=limit or settings["limit"], step=reading.update)

    def annotate_missing() -> dict[str, str]:
        return annotators.annotate_corpus(
            folder,
            store=store,
            options=options,
            workers=workers,
            scheduler=scheduler,
            to_do=settings["to_do"],
            watch=lambda total: bar("Annotating", total, progress),
        )

    to_do = annotate_missing()
    return stores.collect(folder, store / "found" / engine, to_do, _named(corpus), options, annotate_missing)


def check_engine(options: Options) -> None:
    """Raise CannotGoOn or ValueError with one sentence when the model, the word lists or the codebook can't be used.
    The files that come with the project are compared with their hashes; a model of your own reads a sentence.
    """
    engine_key(options)
    if options.model or options.codebook:
        annotators.check_engine(options)


def tell_plan(
    corpus: Corpus, outputs: str | Path, given: Mapping[str, str], *, workers: int = 0, limit: int = 0
) -> str:
    """Return in words how long annotating a corpus will take here, and what it needs. Reads the corpus and annotates a
    few texts (which are kept) to measure.
    """
    options = Options(given.get("model", ""), given.get("codebook", ""))
    store = resolve(outputs) / ".annotations"
    store.mkdir(parents=True, exist_ok=True)
    return plans.tell(plans.measure(corpus, store=store, options=options, workers=workers, limit=limit))


def describe_corpus(corpus: Corpus) -> int:
    """Return the number of input files of a corpus. Raises FileNotFoundError when an input does not exist."""
    return len(corpora.describe(";".join(corpus) if isinstance(corpus, (list, tuple)) else corpus))


def _named(corpus: Corpus) -> str:
    return str(corpus) if isinstance(corpus, (str, Path)) else "; ".join(map(str, corpus))


def notebook_footer(found: Tables, **parameters: object) -> display.Html:
    """Return the small table that ends a notebook: corpus, fingerprint, versions and the parameters given by name."""
    about = found.about
    rows = [
        ("corpus", about["corpus"]),
        ("fingerprint of the corpus", about["fingerprint"][:16]),
        ("inputs = analysed + quarantined", f"{about['inputs']:,} = {about['analysed']:,} + {about['quarantined']:,}"),
        ("code, model and data files", about["engine"]),
        *((f"parameter {name}", repr(value)) for name, value in parameters.items()),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions().items())),
    ]
    return display.table(pd.DataFrame(rows, columns=["what", "value"], dtype=object), caption="How this was made")
