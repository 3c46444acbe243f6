"""What a corpus is: files, folders, globs, or a description of them; its articles come out one at a time, in order,
whatever the size of the files.

A .toml file describes a corpus that needs more than a path:

    inputs = ["exports/*.csv", "more"]        # files, folders, globs; relative to the .toml file
    date_order = "DMY"                        # what 03/02/2022 means: DMY, MDY or YMD
    [columns]                                 # our column = your column
    text = "Corps"
"""

import difflib
import glob
import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from helpers import ROOT, resolve
from helpers.reading.articles import COLUMNS, Article, Options, Rejected, join_notes
from helpers.reading.formats import read_file


def describe(corpus: str | Path | Iterable[str | Path]) -> tuple[list[Path], Options]:
    """Turn a file, folder, glob, `.toml` description or a list of them (also joined by ";") into (files in order,
    options).

    Raises FileNotFoundError with the nearest existing name when an input matches nothing.
    """
    inputs = [corpus] if isinstance(corpus, (str, Path)) else list(corpus)
    if len(inputs) == 1 and isinstance(inputs[0], str) and ";" in inputs[0] and not resolve(inputs[0]).exists():
        inputs = [part.strip() for part in inputs[0].split(";") if part.strip()]
    found, options = [], Options()
    for item in inputs:
        path = resolve(item)
        if path.suffix == ".toml" and path.is_file():
            more, options = _described(path)
            found += more
        else:
            found += _expand(path, str(item))
    return list(dict.fromkeys(found)), options


def _described(path: Path) -> tuple[list[Path], Options]:
    try:
        about = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not a TOML file ({error})") from error
    unknown = set(about) - {"inputs", "date_order", "columns"} or set(about.get("columns", {})) - set(COLUMNS)
    if unknown:
        raise ValueError(
            f"{path}: unknown {', '.join(sorted(unknown))}; known are inputs, date_order, columns with "
            + ", ".join(COLUMNS)
        )
    order = str(about.get("date_order", "")).upper()
    if order not in ("", "DMY", "MDY", "YMD"):
        raise ValueError(f"{path}: date_order is DMY, MDY or YMD, not {order!r}")
    files = [found for item in about.get("inputs", []) for found in _expand(path.parent / item, item)]
    return files, Options({ours: str(theirs) for ours, theirs in about.get("columns", {}).items()}, order)


def _expand(path: Path, as_given: str) -> list[Path]:
    if path.is_dir():
        return list(_walk(path))
    if path.exists():
        return [path]
    matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []
    if matches:
        return [found for match in matches for found in _expand(Path(match), match)]
    near = difflib.get_close_matches(path.name, os.listdir(path.parent) if path.parent.is_dir() else [], n=1)
    raise FileNotFoundError(
        f"no such file or folder: {as_given}"
        + (f" (did you mean {near[0]}?)" if near else f" (looked in {path.parent})")
    )


def _walk(folder: Path) -> Iterator[Path]:
    """Files below a folder in a stable order; names that begin with a dot are system files and left out."""
    with os.scandir(folder) as found:
        entries = sorted((e for e in found if not e.name.startswith((".", "~$"))), key=lambda e: e.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file():
            yield Path(entry.path)


def show_path(path: str | Path) -> str:
    """A path as tables show it: from the project's root when it lies there."""
    path = Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def read(corpus: str | Path | Iterable[str | Path], *, limit: int = 0) -> Iterator[Article | Rejected]:
    """Yield every input of a corpus, in order, as an Article or as Rejected with its reason; nothing is left out
    silently.

    limit: stop after so many articles (0: all). `duplicate_of` is empty here: `find_duplicates` needs the whole corpus.
    """
    files, options = describe(corpus)
    taken: dict[str, str] = {}
    n = 0
    for file in files:
        for item in read_file(file, show_path(file), options):
            if isinstance(item, Article):
                item = _with_own_id(item, taken)
                n += 1
            yield item
            if limit and n >= limit:
                return


def _with_own_id(article: Article, taken: dict[str, str]) -> Article:
    name, number = article.article_id, 2
    while name in taken:
        name, number = f"{article.article_id}-{number}", number + 1
    taken[name] = ""
    note = f"id {article.article_id} occurs more than once" if name != article.article_id else None
    return article._replace(article_id=name, notes=join_notes(article.notes, note))
