"""Stores as large as wanted, to measure with: a few annotated articles repeated under new ids and texts of their own.

Every text ends in a sentence with its number, so that it has a key of its own and all offsets hold.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from helpers import tables
from helpers.keeping import corpora, parts, workers
from helpers.keeping.engine import content_key, engine_key
from helpers.keeping.store import FEW
from helpers.reading import corpus as reading
from helpers.reading.duplicates import HASHES

OUTLETS = ("Daily Post", "Evening News", "Herald", "Courier")


def vary(text: str, n: int) -> list[str]:
    """Return n articles of up to twice a text's length, made of its paragraphs in turned order."""
    paragraphs = [part for part in text.split("\n\n") if part.strip()]
    turned = [paragraphs[i % len(paragraphs) :] + paragraphs[: i % len(paragraphs)] for i in range(n)]
    return ["\n\n".join(paragraphs + more[: len(more) * (i + 1) // n]) for i, more in enumerate(turned)]


def make_store(folder: Path, n: int, bases: Sequence[str]) -> Path:
    """Write a corpus of n articles (`<folder>/corpus.jsonl`), and as if it had been read and annotated its store
    (`<folder>/.annotations`); return the corpus's path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    corpus, store = folder / "corpus.jsonl", folder / ".annotations"
    texts = [f"{bases[i % len(bases)]}\n\nThis is report {i}." for i in range(n)]
    with corpus.open("w", encoding="utf-8") as file:
        for i, text in enumerate(texts):
            about = {"id": f"a{i:07}", "title": f"Report {i}", "source": OUTLETS[i % 4], "date": _date(i)}
            file.write(json.dumps({**about, "text": text}, ensure_ascii=False) + "\n")
    keys = [content_key(text) for text in texts]
    _write_corpus(corpora.folder_of(corpus, store=store), corpus, texts, keys)
    found = store / "found" / engine_key()
    workers.annotate_texts([(str(i), base) for i, base in enumerate(bases)], found)
    first = next(found.glob("[!.]*/"))
    rows = {name: pq.read_table(first / f"{name}.parquet") for name in parts.FILES}
    parts.drop(first)
    for begin in range(0, n, parts.MERGED):
        _write_found(found, rows, keys[begin : begin + parts.MERGED], begin, len(bases))
    return corpus


def _date(i: int) -> str:
    return str(np.datetime64("2022-01-01") + i % 700)


def _write_corpus(folder: Path, corpus: Path, texts: list[str], keys: list[str]) -> None:
    (mark,) = reading.take_inventory(corpus).marks
    folder.mkdir(parents=True)
    for part, begin in enumerate(range(0, len(texts), corpora.TOGETHER)):
        rows = []
        for i in range(begin, min(begin + corpora.TOGETHER, len(texts))):
            when = np.datetime64(_date(i), "s").item()
            about = (f"a{i:07}", f"Report {i}", texts[i], when, OUTLETS[i % 4], None, "corpus.jsonl")
            rows.append((*about, texts[i].count(" ") + 1, None, None))
        signatures = np.random.default_rng(part).integers(0, 2**32, (len(rows), HASHES), dtype=np.uint32)
        table = tables.make_table("articles", rows).replace_schema_metadata()
        table = corpora.sign(table, keys[begin : begin + len(rows)], signatures)  # as if nothing repeated
        corpora.write_articles(table, folder / f"articles-{part:06}.arrow")
    for name, schema in (("duplicates", corpora.REPEATS), ("pairs", corpora.PAIRS), ("ids", corpora.IDS)):
        pq.write_table(schema.empty_table(), folder / f"{name}.parquet")
    held = pa.table([[mark], [len(texts)], [0]], schema=corpora.FILES)
    pq.write_table(held, folder / "files.parquet")
    how = {"given": str(corpus), "reader": reading.reader_key(), "limit": 0}
    (folder / "reading.json").write_text(json.dumps(how))
    tables.write_parquet(tables.make_table("quarantine", []), folder / "quarantine.parquet")
    numbers = {"inputs": len(texts), "articles": len(texts), "rejected": 0}
    fingerprint = hashlib.sha256("".join(keys).encode()).hexdigest()
    (folder / "about.json").write_text(json.dumps({**numbers, "fingerprint": fingerprint}))


def _write_found(found: Path, rows: dict[str, pa.Table], keys: list[str], begin: int, n_bases: int) -> None:
    """One merged part for texts begin, begin + 1, …"""
    base = (np.arange(len(keys)) + begin) % n_bases
    made, numbers = {}, {}
    for name in tables.FOUND:
        table = rows[name]
        of = table["article_id"].to_numpy().astype(int)
        size, first = np.bincount(of, minlength=n_bases), np.searchsorted(of, np.arange(n_bases))
        sizes = size[base]
        text = np.repeat(np.arange(len(keys)), sizes)
        within = np.arange(len(text)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        few = [column for column in table.schema.names if column in FEW]
        for column in few:
            place = table.schema.get_field_index(column)
            table = table.set_column(place, column, table[column].dictionary_encode())
        taken = table.take(pa.array(first[base[text]] + within))
        ids = pa.DictionaryArray.from_arrays(pa.array(text, pa.int32()), pa.array(keys))
        taken = taken.set_column(0, "article_id", ids)
        made[name] = taken.cast(rows[name].schema)
        numbers[name] = sizes
    parts.write_part(
        found,
        [
            parts.Key(key, None, None, **{name: int(numbers[name][i]) for name in tables.FOUND})
            for i, key in enumerate(keys)
        ],
        made,
    )
