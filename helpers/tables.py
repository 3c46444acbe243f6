"""One pyarrow schema per table: what every column means, a type check on every write, atomic files.

All offsets (`start`, `end`, `*_start`, `*_end`) count characters of the article's text as read (Python string
positions, end exclusive).
"""

import functools
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from helpers import DATA, resolve
from helpers.text import rows_of

TEXT, WHOLE, NUMBER, TRUTH = pa.string(), pa.int32(), pa.float64(), pa.bool_()
MOMENT = pa.timestamp("s")
SPANS = pa.list_(pa.list_(pa.int32()))


def _schema(meaning: str, *columns: tuple) -> pa.Schema:
    fields = [
        pa.field(name, kind, nullable=name.endswith("?") or optional, metadata={"doc": doc})
        for name, kind, optional, doc in ((c[0].rstrip("?"), c[1], c[0].endswith("?"), c[2]) for c in columns)
    ]
    return pa.schema(fields, metadata={"doc": meaning})


_PLACE = (
    ("article_id", TEXT, "the article the row was found in"),
    ("start", WHOLE, "where it starts in the article's text, in characters"),
    ("end", WHOLE, "where it ends (exclusive)"),
)

# A column whose name ends in "?" here may be empty in the table.
SCHEMAS: dict[str, pa.Schema] = {
    "articles": _schema(
        "one article",
        (
            "article_id",
            TEXT,
            "name of the article, unique in the corpus: its own id, its file's name, or file name and row",
        ),
        ("title?", TEXT, "headline, when the source gives one"),
        ("text", TEXT, "the text as read: what all offsets count in"),
        ("published?", MOMENT, "date or time of publication (UTC when the source says a zone)"),
        ("outlet?", TEXT, "who published it"),
        ("url?", TEXT, "its address"),
        ("path", TEXT, "the file it came from; inside an archive: archive!member"),
        ("n_words", WHOLE, "number of words in the text"),
        ("duplicate_of?", TEXT, "article_id of an earlier article that holds (nearly) the same text"),
        ("notes?", TEXT, "what had to be assumed while reading: encoding, ambiguous date, renamed id"),
    ),
    "mentions": _schema(
        "one mention of an entity",
        *_PLACE,
        ("text", TEXT, "the words of the mention"),
        ("type", TEXT, "PER person, ORG organisation, LOC place or state, MISC other"),
        ("kind", TEXT, "named, demonym (Russian), pronoun (he), nominal (the president)"),
        ("entity_id", TEXT, "identifier of the entity, the same in every article"),
        ("entity", TEXT, "name to show"),
        ("metonym_of?", TEXT, "entity_id of the state that a seat of government may stand for (Kremlin: Russia)"),
        ("rule?", TEXT, "why the mention was linked to this entity"),
        ("score?", NUMBER, "how sure the language model is that this is a name, 0 to 1"),
    ),
    "statements": _schema(
        "one quoted or reported statement",
        *_PLACE,
        (
            "spans",
            SPANS,
            'the pieces of the statement as [start, end] pairs; several when it is interrupted ("…," he said, "…")',
        ),
        ("text", TEXT, "the statement's words, pieces joined by an ellipsis"),
        ("kind", TEXT, "direct (quoted), mixed (partly quoted), indirect (reported)"),
        ("cue?", TEXT, "the word that reports it (said, accused)"),
        ("cue_start?", WHOLE, "where the cue starts"),
        ("cue_end?", WHOLE, "where the cue ends (exclusive)"),
        ("speaker?", TEXT, "who speaks, resolved to a name when possible; empty when the text does not say"),
        ("speaker_mention?", TEXT, "the words that name the speaker here"),
        ("speaker_mention_start?", WHOLE, "where those words start"),
        ("speaker_mention_end?", WHOLE, "where they end (exclusive)"),
        ("speaker_id?", TEXT, "entity_id of the speaker, when it is a known entity"),
        ("via?", TEXT, 'who relays the statement (according to NBC News), several joined by "; "'),
        ("tone?", NUMBER, "tone of the words said, -1 (hostile, bleak) to 1 (friendly, hopeful)"),
        ("tone_terms?", TEXT, 'the words that pull the tone up or down, joined by "; "'),
        ("vader?", NUMBER, "the same by the VADER word list (compound), for comparison"),
        ("confidence?", NUMBER, "how sure the program is of statement and speaker, 0 to 1"),
    ),
    "stances": _schema(
        "one statement and one entity it speaks about",
        *_PLACE,
        ("target_start", WHOLE, "where the mention of the target starts"),
        ("target_end", WHOLE, "where it ends (exclusive)"),
        ("target_id?", TEXT, "entity_id of the target"),
        ("target?", TEXT, "name of the target"),
        ("stance", NUMBER, "stance of the statement towards the target, -1 (against) to 1 (in favour)"),
        ("score?", NUMBER, "how sure the program is, 0 to 1"),
        ("evidence?", TEXT, "the passage it was read from"),
    ),
    "acts": _schema(
        "one act (done, announced, threatened, denied) in a sentence",
        *_PLACE,
        ("act_id", TEXT, "article_id, start and category: the key that participants share with their act"),
        ("cue", TEXT, "the words that name the act; start and end are theirs"),
        (
            "category",
            TEXT,
            "YIELD AID TALK NONE REQUEST REJECT ACCUSE THREATEN PROTEST MOBILIZE SANCTION COERCE FORCE, or one of "
            "your codebook",
        ),
        ("plover?", TEXT, "PLOVER type (AGREE, CONSULT … ASSAULT); empty for categories of your codebook"),
        ("rung", WHOLE, "rung on the ladder, -4 (yield) to 9 (force); 0 none"),
        ("modality", TEXT, "actual, announced, threatened, conditional, possible, denied"),
        ("attribution", TEXT, "narrator, reported, quoted, alleged: who says that it is so"),
        ("speaker?", TEXT, "the source, when it is not the narrator"),
        ("speaker_id?", TEXT, "entity_id of the source, when it is a known entity"),
        ("purpose?", TEXT, "deter, compel, punish, reassure; empty when none is named"),
        ("reciprocal", TRUTH, "both ways at once (talks, clashes): all participants are actors, none is a target"),
        ("actor?", TEXT, 'who acts, to be read: the names of its participants, several joined by "; "'),
        ("target?", TEXT, "towards whom, to be read; empty when nobody is named"),
        ("evidence", TEXT, "the sentence"),
        ("sentence_start", WHOLE, "where the sentence starts"),
        ("sentence_end", WHOLE, "where it ends (exclusive)"),
        ("confidence?", NUMBER, "how sure the program is, 0 to 1"),
    ),
    "participants": _schema(
        "one participant of one act; start and end are the words that stand for it",
        *_PLACE,
        ("act_id", TEXT, "the act, as in the table acts"),
        ("role", TEXT, "actor (acts), target (is acted upon); of a reciprocal act all are actors"),
        ("text", TEXT, "the words that stand for it (he, the ministry, protesters)"),
        ("entity_id?", TEXT, "entity_id of who it is; empty when it is no known entity"),
        ("entity?", TEXT, "name to show; of no known entity, the head words as they stand"),
        ("acts_for_id?", TEXT, "entity_id of the state or organisation it acts for, when the text says so"),
        ("acts_for?", TEXT, "name of that state or organisation"),
        ("named_in", TEXT, "where its words stand: this sentence, earlier, later"),
        ("score?", NUMBER, "how sure the program is, 0 to 1"),
    ),
    "quarantine": _schema(
        "one input that could not be analysed",
        ("path", TEXT, "the file, inside an archive: archive!member"),
        ("row?", WHOLE, "line or row in the file, counted from 1"),
        ("article_id?", TEXT, "the article, when it was read before it failed"),
        ("reason", TEXT, "why, in words"),
    ),
}
FOUND = ("mentions", "statements", "stances", "acts", "participants")


class Saved(NamedTuple):
    """Where `save` wrote a table; shows as a sentence in a notebook."""

    csv: Path
    parquet: Path
    rows: int

    def __repr__(self) -> str:
        return f"{self.rows:,} rows in {self.csv} and {self.parquet.name}"


def describe(name: str | None = None) -> pd.DataFrame:
    """Return the data dictionary: columns table, column, type, may_be_empty, meaning (of one table or of all)."""
    rows = [
        (table, field.name, str(field.type), field.nullable, field.metadata[b"doc"].decode())
        for table in ([name] if name else SCHEMAS)
        for field in SCHEMAS[table]
    ]
    return pd.DataFrame(rows, columns=["table", "column", "type", "may_be_empty", "meaning"])


@functools.cache
def _derived() -> dict[str, str]:
    """{column of the notebooks' own tables: its meaning}"""
    return {line["column"]: line["meaning"] for line in rows_of(DATA / "counting" / "columns.csv")}


def meanings(table: str) -> dict[str, str]:
    """{column: meaning} of a table: of its schema, else of the notebooks' own tables, whose columns mean in each what
    they mean here.
    """
    everywhere = {field.name: field.metadata[b"doc"].decode() for schema in SCHEMAS.values() for field in schema}
    own = SCHEMAS.get(table, ())
    return everywhere | _derived() | {field.name: field.metadata[b"doc"].decode() for field in own}


def _plain(value: object) -> object:
    return None if value is None or value is pd.NaT or (isinstance(value, float) and value != value) else value


def make_table(name: str, rows: Iterable[Sequence]) -> pa.Table:
    """Turn rows (sequences in the schema's column order) into a checked pyarrow table.

    Raises TypeError naming table, column and value when a value does not fit or a required one is missing.
    """
    schema, rows = SCHEMAS[name], list(rows)
    for row in rows:
        if len(row) != len(schema):
            raise TypeError(f"table {name}: {len(row)} values for the {len(schema)} columns {', '.join(schema.names)}")
    columns = []
    for i, field in enumerate(schema):
        values = [_plain(row[i]) for row in rows]
        if not field.nullable and any(value is None for value in values):
            raise TypeError(f"table {name}: column {field.name} is empty in row {values.index(None)}")
        try:
            columns.append(pa.array(values, type=field.type))
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError) as error:
            raise TypeError(
                f"table {name}: column {field.name} does not take {_misfit(values, field)!r} ({error})"
            ) from error
    return pa.Table.from_arrays(columns, schema=schema)


def _misfit(values: list, field: pa.Field) -> object:
    for value in values:
        try:
            pa.array([value], type=field.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, UnicodeEncodeError):
            return value
    return None


def make_frame(name: str, rows: Iterable[Sequence] = ()) -> pd.DataFrame:
    """Turn rows into the table's pandas frame (the schema's columns and types, also when there are no rows)."""
    return to_frame(make_table(name, rows))


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Turn a pyarrow table into a pandas frame; whole numbers that may be empty become Int32, spans lists of (start,
    end) tuples.
    """
    integers = {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}
    nullable = [f.name for f in table.schema if f.nullable and f.type in integers]
    frame = table.drop_columns(nullable).to_pandas()
    for name in nullable:
        frame[name] = table[name].to_pandas(types_mapper=integers.get)
    if "spans" in frame:
        frame["spans"] = [[tuple(int(n) for n in pair) for pair in pairs] for pairs in frame["spans"]]
    return frame[table.schema.names]


def write_atomically(path: str | Path, write: Callable[[Path], object]) -> Path:
    """Call `write(temporary path)`, then move the file to `path`: a reader sees the whole file or none. Returns the
    path.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=path.suffix)
    os.close(handle)
    try:
        write(Path(name))
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except OSError as error:  # of a full disk: which file, not the temporary one
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    finally:
        Path(name).unlink(missing_ok=True)
    return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_parquet(table: pa.Table, path: str | Path) -> Path:
    """Write a pyarrow table as Parquet (zstd) in one step."""
    return write_atomically(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


# Signs, also full-width ones, that begin a formula, and what spreadsheets skip before one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\ufeff", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def _cell(value: object) -> object:
    """A text cell as it is safe in a spreadsheet: Excel and LibreOffice run a cell that starts like a formula."""
    if isinstance(value, np.ndarray):
        value = [part.tolist() if isinstance(part, np.ndarray) else part for part in value]
    if isinstance(value, (list, tuple)):
        return json.dumps(value, ensure_ascii=False)
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def to_csv(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a frame as CSV (UTF-8 with byte order mark, so that spreadsheets read it right).

    Text cells are written as `as_cells` makes them; Parquet keeps the text as it is.
    """
    safe = as_cells(frame)
    return write_atomically(path, lambda temporary: safe.to_csv(temporary, index=False, encoding="utf-8-sig"))


def as_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as it is safe in a spreadsheet: text cells that start with = + - @ (full-width too), a line end, a tab,
    NUL or a byte order mark get a leading apostrophe, so that a headline is never run as a formula; lists become JSON.
    """
    safe = frame.copy()
    for name in safe.columns:
        if not (pd.api.types.is_numeric_dtype(safe[name]) or pd.api.types.is_datetime64_any_dtype(safe[name])):
            safe[name] = safe[name].map(_cell)
    safe.columns = [_cell(str(name)) for name in safe.columns]
    return safe


def save(frame: pd.DataFrame, name: str, outputs: str | Path) -> Saved:
    """Write a frame as `<outputs>/tables/<name>.csv` and `.parquet` (`name`: a plain file name). Returns both paths."""
    if Path(name).name != name or name in ("", ".", ".."):
        raise ValueError(f"a table's name is a plain file name, not {name!r}")
    folder = resolve(outputs) / "tables"
    if not isinstance(frame.index, pd.RangeIndex):
        frame = frame.reset_index(drop=all(n is None for n in frame.index.names))
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column that mixes numbers and words becomes words
        mixed = {
            name: frame[name].map(lambda v: v if v is None or v != v else str(v))
            for name in frame.select_dtypes(object).columns
        }
        table = pa.Table.from_pandas(frame.assign(**mixed), preserve_index=False)
    return Saved(to_csv(frame, folder / f"{name}.csv"), write_parquet(table, folder / f"{name}.parquet"), len(frame))


def save_all(frames: dict[str, pd.DataFrame], outputs: str | Path) -> list[Saved]:
    """Save several frames, {name: frame}; see `save`."""
    return [save(frame, name, outputs) for name, frame in frames.items()]
