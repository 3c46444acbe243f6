"""What was read and found, on disk under keys of its content, so that no article is read or annotated twice; and
everything found in a corpus as tables that are read when they are asked for.

Store (`outputs/.annotations`, may be deleted at any time):

    corpora/<key>/           the articles of a corpus as read (see `corpora`)
    found/<engine>/<part>/   what was found in texts, under keys of their content (see `parts`); engine is a hash of
                             all they depend on
"""

import functools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from helpers import ROOT, resolve, tables
from helpers.finding.pipeline import Options
from helpers.keeping import corpora, parts
from helpers.keeping.engine import engine_key
from helpers.text import count

Found: TypeAlias = pd.DataFrame | Callable[[], pd.DataFrame]


class Tables:
    """Everything found in a corpus, as pandas frames (their columns: `tables.SCHEMAS`); `about` says corpus,
    fingerprint and counts. A table of findings is read from the store when it is first asked for, and kept; `rows`
    reads less.
    """

    about: dict

    def __init__(
        self,
        articles: pd.DataFrame,
        mentions: Found,
        statements: Found,
        stances: Found,
        acts: Found,
        participants: Found,
        quarantine: pd.DataFrame,
        about: dict,
        rows: "Rows | None" = None,
    ) -> None:
        self.articles, self.quarantine, self.about, self._rows = articles, quarantine, about, rows
        self._found: dict[str, Found] = dict(
            zip(tables.FOUND, (mentions, statements, stances, acts, participants), strict=True)
        )

    def _frame(self, name: str) -> pd.DataFrame:
        found = self._found[name]
        if not isinstance(found, pd.DataFrame):
            found = self._found[name] = found()
        return found

    @property
    def mentions(self) -> pd.DataFrame:
        """The table mentions."""
        return self._frame("mentions")

    @property
    def statements(self) -> pd.DataFrame:
        """The table statements."""
        return self._frame("statements")

    @property
    def stances(self) -> pd.DataFrame:
        """The table stances."""
        return self._frame("stances")

    @property
    def acts(self) -> pd.DataFrame:
        """The table acts."""
        return self._frame("acts")

    @property
    def participants(self) -> pd.DataFrame:
        """The table participants."""
        return self._frame("participants")

    def rows(self, name: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        """Columns of a table as pyarrow, in the order of articles and text; ids and names as dictionaries. where: only
        rows for which this holds (of the table's own columns, article_id aside). Reads nothing else from the disk.
        """
        if self._rows is None:
            table = pa.Table.from_pandas(self._frame(name), preserve_index=False)
            table = table.filter(where) if where is not None else table
            return table.select(columns) if columns else table
        return self._rows.read(name, columns, where)

    def number(self, name: str) -> int:
        """How many rows a table of findings has, without reading it."""
        found = self._found[name]
        return len(self._frame(name)) if isinstance(found, pd.DataFrame) or not self._rows else self._rows.number(name)

    def _replace(self, **changes: Any) -> Self:
        """The same with other tables, as of a NamedTuple. Tables that were not read yet stay so."""
        same = {"articles": self.articles, "quarantine": self.quarantine, "about": self.about, **self._found}
        rows = None if set(changes) & set(tables.FOUND) else self._rows
        return type(self)(**{**same, **changes}, rows=rows)

    def only(self, articles: pd.Series) -> Self:
        """The same of these articles alone (True in a boolean column of the frame `articles`). Tables that were not
        read yet stay so.
        """
        kept = self.articles[articles].reset_index(drop=True)
        if self._rows is not None and not any(isinstance(f, pd.DataFrame) for f in self._found.values()):
            rows = self._rows.only(articles.to_numpy())
            found: dict[str, Found] = {name: functools.partial(rows.frame, name) for name in tables.FOUND}
        else:
            rows, ids = None, set(kept["article_id"])
            frames = {name: self._frame(name) for name in tables.FOUND}
            found = {n: f[f["article_id"].isin(ids)].reset_index(drop=True) for n, f in frames.items()}
        same = {"articles": kept, "quarantine": self.quarantine, "about": self.about, **found}
        return type(self)(**same, rows=rows)

    def __repr__(self) -> str:
        numbers = {"articles": len(self.articles), **{name: self.number(name) for name in tables.FOUND}}
        return ", ".join(count(n, name[:-1]) for name, n in numbers.items()) + (
            f"; {len(self.quarantine):,} inputs could not be analysed" if len(self.quarantine) else ""
        )


# -- rows on demand --------------------------------------------------------------------------------------------------

# Columns that hold few different values, read as dictionaries.
FEW = frozenset(
    (
        "article_id",
        "type",
        "kind",
        "entity_id",
        "entity",
        "metonym_of",
        "rule",
        "cue",
        "speaker",
        "speaker_mention",
        "speaker_id",
        "via",
        "target_id",
        "target",
        "category",
        "plover",
        "modality",
        "attribution",
        "purpose",
        "role",
        "acts_for_id",
        "acts_for",
        "named_in",
    )
)


class Rows:
    """Reads the rows of a corpus from the parts of a store. articles: columns key and article_id, in order; renew:
    makes anew what is missing after a damaged part was removed.
    """

    def __init__(self, found: Path, articles: pa.Table, renew: Callable[[], object]) -> None:
        self._folder, self._renew, self._articles = found, renew, articles
        encoded = articles["key"].combine_chunks().dictionary_encode()
        self._texts, self._of_article = encoded.dictionary, encoded.indices.to_numpy()
        self._find()

    def only(self, chosen: np.ndarray) -> "Rows":
        """The rows of these articles (booleans, in the order of the articles)."""
        return Rows(self._folder, self._articles.filter(pa.array(chosen)), self._renew)

    def _find(self) -> None:
        """Look up in which part each text lies."""
        known = parts.read_known(self._folder)
        places = pc.index_in(self._texts, known.index["key"].combine_chunks())
        self._index = known.index.take(places.drop_null())
        texts_in = np.bincount(known.index["part"].to_numpy(), minlength=len(known.parts))
        self._parts: dict[Path, pa.Array | None] = {}  # part: the texts meant, None when all of them
        for i in np.unique(self._index["part"].to_numpy()):
            keys = self._index.filter(pc.equal(self._index["part"], i))["key"].combine_chunks()
            self._parts[known.parts[i]] = None if self._is_all(known.parts[i], len(keys), texts_in[i]) else keys

    @staticmethod
    def _is_all(part: Path, wanted: int, counted: int) -> bool:
        return wanted == counted == pq.read_metadata(part / "keys.parquet").num_rows

    def number(self, name: str) -> int:
        """How many rows a table has."""
        here = pc.index_in(self._texts, self._index["key"].combine_chunks())
        of_text = pc.fill_null(self._index[name].combine_chunks().take(here), 0).to_numpy(zero_copy_only=False)
        return int(of_text[self._of_article].sum()) if len(of_text) else 0

    def read(self, name: str, columns: Sequence[str] | None = None, where: pc.Expression | None = None) -> pa.Table:
        """See `Tables.rows`."""
        wanted = list(columns or tables.SCHEMAS[name].names)
        needed = list(dict.fromkeys(["article_id", *wanted]))
        for last in (False, False, True):
            try:
                table = self._concatenate(name, needed, where)
                break
            except (pa.ArrowException, OSError):
                if last:
                    raise
                self._mend(name)
        return self._under_articles(table).select(wanted)

    def _concatenate(self, name: str, columns: list[str], where: pc.Expression | None) -> pa.Table:
        schema = tables.SCHEMAS[name]
        few = [column for column in columns if column in FEW]
        read = []
        for part, keys in self._parts.items():
            file = part / f"{name}.parquet"
            rows = pq.read_table(file, columns=columns, filters=where, read_dictionary=few, partitioning=None)
            ids = rows["article_id"].combine_chunks()
            if keys is not None and len(ids):
                rows = rows.filter(pc.is_in(ids.dictionary, keys).take(ids.indices))
            read.append(rows)
        if not read:
            return pa.schema([schema.field(column) for column in columns]).empty_table()
        return pa.concat_tables(read).unify_dictionaries()

    def _mend(self, name: str) -> None:
        """A part is gone (merged by another process) or damaged: the damaged ones are removed and made anew."""
        for part in self._parts:
            try:
                pq.read_table(part / f"{name}.parquet")
            except FileNotFoundError:
                continue
            except (pa.ArrowException, OSError):
                parts.drop(part)
        self._renew()
        self._find()

    def _under_articles(self, table: pa.Table) -> pa.Table:
        """Rows under content keys -> rows under article ids, in the order of the articles; those of a text that
        several articles hold stand for each of them.
        """
        keys = table["article_id"].combine_chunks()
        keys = keys if isinstance(keys, pa.DictionaryArray) else keys.dictionary_encode()
        text_of = pc.index_in(keys.dictionary, self._texts).take(keys.indices)
        text_of = pc.fill_null(text_of, -1).to_numpy(zero_copy_only=False).astype(np.int64)
        order = np.argsort(text_of, kind="stable")
        order = order[np.searchsorted(text_of, 0, sorter=order) :]  # texts of other corpora
        size = (
            np.bincount(text_of[order], minlength=len(self._texts)) if len(order) else np.zeros(len(self._texts), int)
        )
        begin = np.concatenate([[0], np.cumsum(size)[:-1]]) if len(size) else size
        sizes = size[self._of_article]
        article = np.repeat(np.arange(len(sizes)), sizes)
        within = np.arange(len(article)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        taken = table.take(pa.array(order[begin[self._of_article[article]] + within]))
        ids = self._articles["article_id"].combine_chunks()
        ids = pa.DictionaryArray.from_arrays(pa.array(article, pa.int32()), ids)
        taken = taken.set_column(taken.schema.get_field_index("article_id"), "article_id", ids)
        if "act_id" in taken.schema.names:  # within one text: start and category
            full = pc.binary_join_element_wise(ids.cast(pa.string()), taken["act_id"].combine_chunks(), ":")
            taken = taken.set_column(taken.schema.get_field_index("act_id"), "act_id", full)
        return taken

    def frame(self, name: str) -> pd.DataFrame:
        """A whole table as pandas."""
        schema = tables.SCHEMAS[name]
        return tables.to_frame(self.read(name).cast(pa.schema([field.remove_metadata() for field in schema])))


# -- a corpus --------------------------------------------------------------------------------------------------------


def store_folder(outputs: str | Path) -> Path:
    """Return the store that belongs to a run folder: beside it when there is one, else in the project's outputs/."""
    beside = resolve(outputs).parent / ".annotations"
    return beside if beside.is_dir() else ROOT / "outputs" / ".annotations"


def collect(
    folder: Path,
    found: Path,
    died: Mapping[str, str],
    name: str,
    options: Options,
    renew: Callable[[], object] = lambda: None,
) -> Tables:
    """Everything found in a corpus folder, under its article ids. died: {content key: reason} of texts still to do;
    name: the corpus as shown; renew: annotates what the store lacks of the corpus.
    """
    articles = corpora.whole(folder)
    index = parts.read_known(found).index
    index = index.filter(pc.is_in(index["key"], articles["key"].combine_chunks()))
    notes = _said(index, "lost")
    reasons = {**_said(index, "reason"), **died}
    quarantine = tables.to_frame(pq.read_table(folder / "quarantine.parquet"))
    if reasons:
        failed = pc.is_in(articles["key"], pa.array(list(reasons)))
        out = articles.filter(failed).select(["path", "article_id", "key"]).to_pylist()
        more = [(row["path"], None, row["article_id"], reasons[row["key"]]) for row in out]
        quarantine = pd.concat([quarantine, tables.make_frame("quarantine", more)], ignore_index=True)
        articles = _without(articles, failed)
    about = {
        **json.loads((folder / "about.json").read_text()),
        "corpus": name,
        "engine": engine_key(options),
        **options._asdict(),
        "analysed": len(articles),
        "quarantined": len(quarantine),
        "incomplete": len(notes),
        "to_do": dict(died),
    }
    if about["inputs"] != about["analysed"] + about["quarantined"]:
        raise RuntimeError(
            f"{about['inputs']} inputs, but {about['analysed']} analysed and {about['quarantined']} quarantined: "
            "please report this"
        )
    rows = Rows(found, articles.select(["key", "article_id"]), renew)
    frame = _frame_of(articles, folder, notes)
    read = {table: lambda table=table: rows.frame(table) for table in tables.FOUND}
    return Tables(frame, **read, quarantine=quarantine, about=about, rows=rows)


def _said(index: pa.Table, column: str) -> dict[str, str]:
    """{content key: what the column says} where it says something."""
    some = index.filter(pc.is_valid(index[column]))
    return dict(zip(some["key"].to_pylist(), some[column].to_pylist(), strict=True))


def _without(articles: pa.Table, failed: pa.ChunkedArray) -> pa.Table:
    """The rows between those that failed, as slices: a filter would copy all texts into memory."""
    places = [-1, *np.flatnonzero(failed.to_numpy()).tolist(), len(articles)]
    slices = [articles.slice(a + 1, b - a - 1) for a, b in zip(places, places[1:], strict=False) if b > a + 1]
    return pa.concat_tables(slices) if slices else articles.slice(0, 0)


def _frame_of(articles: pa.Table, folder: Path, lost: Mapping[str, str]) -> pd.DataFrame:
    """Articles as pandas; duplicates named, and in the notes what could not be found in a text."""
    frame = tables.to_frame(articles.drop_columns("key"))
    repeats = pq.read_table(folder / "duplicates.parquet")
    if len(repeats):
        of = dict(zip(repeats["article_id"].to_pylist(), repeats["duplicate_of"].to_pylist(), strict=True))
        frame["duplicate_of"] = frame["article_id"].map(of)
    for key, why in lost.items():
        rows = np.flatnonzero(pc.equal(articles["key"], key).to_numpy())
        for row in rows:
            old = frame.at[row, "notes"]
            frame.at[row, "notes"] = "; ".join([*([old] if isinstance(old, str) else []), f"not found here: {why}"])
    return frame
