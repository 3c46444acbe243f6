"""What was found in texts, on disk in parts: a folder of Parquet files for up to 100 texts, merged afterwards.

    found/<engine>/<part>/   keys.parquet (content key, reason or None, what was lost), and a file for each table of
                             `tables.FOUND`, whose column article_id holds the content key

A part is written to a temporary folder and renamed: it is whole or not there. A part that cannot be read is removed,
and its texts are annotated anew.
"""

import contextlib
import json
import shutil
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from helpers import tables
from helpers.keeping.faults import naming
from helpers.keeping.machine import clean, temporary_folder

SHARD = 100  # texts in a part as it is annotated
MERGED = 20_000  # texts in a merged part at most
SMALL, MANY = 5_000, 20  # so many parts of fewer texts than SMALL are merged
KEYS = pa.schema(
    [("key", pa.string()), ("reason", pa.string()), ("lost", pa.string()), *((n, pa.int32()) for n in tables.FOUND)]
)
REPLACES = "replaces.json"  # in a merged part: the parts it was made of
FILES = ("keys", *tables.FOUND)


class Key(NamedTuple):
    """One text of a part: its content key; reason: why it could not be annotated (None: it was); lost: kinds of
    findings that failed (None: none). Then how many rows it has in each table of `tables.FOUND`.
    """

    key: str
    reason: str | None = None
    lost: str | None = None
    mentions: int = 0
    statements: int = 0
    stances: int = 0
    acts: int = 0
    participants: int = 0


def write_part(folder: Path, keys: Sequence[Key], found: Mapping[str, pa.Table], replaces: Iterable[str] = ()) -> Path:
    """Write what was found in texts as one part, whole; return its folder. found: table -> rows."""
    with naming(folder), temporary_folder(folder) as temporary:
        table = pa.Table.from_pylist([key._asdict() for key in keys], schema=KEYS)
        for name, rows in {"keys": table, **found}.items():
            pq.write_table(rows, temporary / f"{name}.parquet", compression="zstd")
        if replaces:
            (temporary / REPLACES).write_text(json.dumps(sorted(replaces)))
        temporary.chmod(0o755)
        target = folder / uuid.uuid4().hex
        temporary.rename(target)
        return target


class Known(NamedTuple):
    """The texts of a store: `index` (KEYS and `part`, a number), each text once; `parts`: their folders."""

    index: pa.Table
    parts: list[Path]

    @property
    def keys(self) -> set[str]:
        """The content keys of all texts."""
        return set(self.index["key"].to_pylist())


def read_known(found: Path) -> Known:
    """Return what a store holds; of two parts that hold the same text the first one counts. Parts whose files are
    damaged are removed.
    """
    found_in: list[pa.Table] = []
    parts: list[Path] = []
    for path in sorted(found.glob("[!.]*/")):
        try:
            _check(path)
            keys = pq.read_table(path / "keys.parquet", schema=KEYS)
        except FileNotFoundError:
            if path.exists():  # not merged away meanwhile, but incomplete
                drop(path)
            continue
        except (pa.ArrowException, OSError, ValueError):
            drop(path)
            continue
        found_in.append(keys.append_column("part", pa.array([len(parts)] * len(keys), pa.int32())))
        parts.append(path)
    if not parts:
        return Known(KEYS.append(pa.field("part", pa.int32())).empty_table(), [])
    index = pa.concat_tables(found_in).combine_chunks()
    if pc.count_distinct(index["key"]).as_py() != len(index):
        places = index.append_column("place", pa.array(range(len(index))))
        first = places.group_by("key").aggregate([("place", "min")])["place_min"].to_pylist()
        index = index.take(sorted(first))
    return Known(index, parts)


def _check(part: Path) -> None:
    """Raise when a file of a part is missing, cut off or not Parquet (its pages are checked when they are read)."""
    for name in FILES:
        with pq.ParquetFile(part / f"{name}.parquet") as file:
            file.metadata  # noqa: B018


def drop(part: Path) -> None:
    """Remove a part; its texts are annotated anew by the next run."""
    shutil.rmtree(part, ignore_errors=True)


def merge(found: Path) -> int:
    """Merge small parts into large ones when there are many; return how many went. Only one process merges at a
    time; others go on reading.

    The merged part names those it replaces, so that a process killed before it removed them leaves nothing that counts
    twice: they are removed here by the next one.
    """
    if not found.is_dir():
        return 0
    gone = 0
    with contextlib.suppress(Timeout), FileLock(found / ".lock", timeout=0):
        clean(found)
        for path in found.glob(f"*/{REPLACES}"):
            for name in json.loads(path.read_text()):
                drop(found / name)
            path.unlink()
        small = [(path, size) for path in sorted(found.glob("[!.]*/")) if (size := _size(path)) < SMALL]
        if len(small) < MANY:
            return 0
        groups: list[list[Path]] = [[]]
        texts = 0
        for path, size in small:
            if texts + size > MERGED:
                groups.append([])
                texts = 0
            groups[-1].append(path)
            texts += size
        gone = sum(_merge_group(found, group) for group in groups if len(group) > 1)
    return gone


def _size(part: Path) -> int:
    try:
        return pq.read_metadata(part / "keys.parquet").num_rows
    except (pa.ArrowException, OSError):
        return MERGED  # damaged: `read_known` removes it


def _merge_group(found: Path, group: list[Path]) -> int:
    try:
        merged = {name: pa.concat_tables(pq.read_table(p / f"{name}.parquet") for p in group) for name in FILES}
    except (pa.ArrowException, OSError):
        for path in group:
            if not _whole(path):
                drop(path)
        return 0
    keys = [Key(**row) for row in merged.pop("keys").to_pylist()]
    part = write_part(found, keys, merged, [path.name for path in group])
    for path in group:
        drop(path)
    (part / REPLACES).unlink()
    return len(group)


def _whole(part: Path) -> bool:
    try:
        for name in FILES:
            pq.read_table(part / f"{name}.parquet")
    except (pa.ArrowException, OSError):
        return False
    return True
