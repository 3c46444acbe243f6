"""What a corpus is: files, folders, globs, or a description of them (.toml), in order, each with how to read it.

A .toml file describes a corpus that needs more than a path. It is given as the corpus, or lies in a folder and holds
for the files below it:

    inputs = ["exports/*.csv", "more"]        # files, folders, globs; relative to the .toml file; left out: its folder
    date_order = "DMY"                        # what 03/02/2022 means: DMY, MDY or YMD
    sheet = "Articles"                        # of workbooks; left out: the first
    language = "any"                          # texts that are not English are read too
    follow_links = true                       # symbolic links that lead out of the corpus
    most_records = 1_000_000                  # of one file; left out: what its size makes likely
    [columns]                                 # our column = your column
    text = "Corps"
    date = "Datum"
"""

import difflib
import glob
import os
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from helpers import ROOT, resolve
from helpers.reading.articles import COLUMNS, OFFLINE, Options
from helpers.reading.formats import printable

_ORDERS = ("", "DMY", "MDY", "YMD")
_KEYS: dict[str, type] = {
    "inputs": list,
    "date_order": str,
    "sheet": str,
    "language": str,
    "follow_links": bool,
    "most_records": int,
    "columns": dict,
}


class Found(NamedTuple):
    """One file of a corpus, how to read it, and the reason when it can't be one."""

    path: Path
    options: Options = Options()
    reason: str | None = None


Given = str | Path | Iterable[str | Path]


def describe(corpus: Given) -> list[Found]:
    """Turn a file, folder, glob, `.toml` description or a list of them (also joined by ";") into files in order.

    Raises FileNotFoundError with the nearest existing name when an input matches nothing, ValueError for a description
    that can't be followed and for what is neither a file nor a folder.
    """
    inputs = [corpus] if isinstance(corpus, (str, Path)) else list(corpus)
    if len(inputs) == 1 and isinstance(inputs[0], str) and ";" in inputs[0] and not resolve(inputs[0]).exists():
        inputs = [part.strip() for part in inputs[0].split(";") if part.strip()]
    found: dict[Path, Found] = {}
    for item in inputs:
        if str(item).startswith(("http://", "https://")):
            raise FileNotFoundError(f"{item} is an address: {OFFLINE}")
        path = resolve(item)
        more = _described(path) if path.suffix == ".toml" and path.is_file() else _expand(path, str(item), Options())
        for file in more:
            found.setdefault(file.path, file)
    return list(found.values())


def _described(path: Path) -> list[Found]:
    about = _load(path)
    options = _options(about, path)
    items = about.get("inputs", ["."])
    return [found for item in items for found in _expand(path.parent / item, str(item), options, skip=path)]


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{show_path(path)}: not a TOML file ({error})") from error


def _column(name: str) -> str | None:
    """Our column for a name that users write (date, source, body)."""
    key = name.strip().lower().replace(" ", "_")
    return key if key in COLUMNS else next((ours for ours, names in COLUMNS.items() if key in names), None)


def _options(about: dict[str, Any], path: Path) -> Options:
    """The options that a description states. Raises ValueError, naming the nearest key, for one that is not known."""
    where = show_path(path)
    given = {**about.get("columns", {})} if isinstance(about.get("columns", {}), dict) else {}
    given |= {key: value for key, value in about.items() if key not in _KEYS and isinstance(value, str)}
    unknown = [key for key in about if key not in _KEYS and not (isinstance(about[key], str) and _column(key))]
    unknown += [key for key in given if not _column(key) and key not in unknown]
    if unknown:
        known = [*_KEYS, *COLUMNS]
        near = difflib.get_close_matches(unknown[0], known, n=1)
        raise ValueError(
            f"{where}: unknown {', '.join(sorted(unknown))}"
            + (f" (did you mean {near[0]}?)" if near else "")
            + f"; known are {', '.join(_KEYS)}, and of columns {', '.join(COLUMNS)}"
        )
    for key, kind in _KEYS.items():
        if key in about and (not isinstance(about[key], kind) or (kind is int and about[key] is True)):
            raise ValueError(f"{where}: {key} is {about[key]!r}, and should be a {kind.__name__}")
    order, language = str(about.get("date_order", "")).upper(), str(about.get("language", "en"))
    if order not in _ORDERS:
        raise ValueError(f"{where}: date_order is DMY, MDY or YMD, not {order!r}")
    if language not in ("en", "any"):
        raise ValueError(f'{where}: language is "en" or "any", not {language!r}')
    columns = {ours: str(value) for key, value in given.items() if (ours := _column(key))}
    links, most = about.get("follow_links", False), about.get("most_records", 0)
    return Options(columns, order, about.get("sheet", ""), language, links, most)


def _expand(path: Path, as_given: str, options: Options, skip: Path | None = None) -> list[Found]:
    if path.is_dir():
        return list(_walk(path, _Walk(path.resolve(), skip, set()), options))
    if path.is_file():
        return [Found(path, options)]
    if path.exists():
        raise ValueError(f"{as_given} is neither a file nor a folder (a pipe or a device): save it as a file first")
    matches = sorted(glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []
    if matches:
        return [found for match in matches for found in _expand(Path(match), match, options, skip)]
    try:
        near = difflib.get_close_matches(path.name, os.listdir(path.parent) if path.parent.is_dir() else [], n=1)
    except OSError:
        near = []
    raise FileNotFoundError(
        f"no such file or folder: {as_given}"
        + (f" (did you mean {near[0]}?)" if near else f" (looked in {path.parent})")
    )


class _Walk(NamedTuple):
    """Where a walk began, the description it follows, and the folders outside that it came to by links."""

    root: Path
    skip: Path | None
    seen: set[Path]


def _walk(folder: Path, walk: _Walk, options: Options) -> Iterator[Found]:
    """Files below a folder in a stable order; names that begin with a dot are system files and left out. What is no
    file comes with its reason.
    """
    try:
        with os.scandir(folder) as found:
            entries = sorted((e for e in found if not e.name.startswith((".", "~$"))), key=lambda e: e.name)
    except OSError as error:
        yield Found(folder, options, f"a folder that can't be opened: {error.strerror or error}")
        return
    chosen: set[Path] | None = None
    descriptions = [entry for entry in entries if os.path.splitext(entry.name)[1].lower() == ".toml"]  # noqa: PTH122
    for entry in descriptions:
        path = Path(entry.path)
        if path != walk.skip and entry.is_file():
            own = _own_description(path)
            if own.reason:
                yield own
                continue
            options = own.options
            inputs = _load(path).get("inputs")
            if inputs is not None:
                chosen = {f.path for item in inputs for f in _expand(folder / item, str(item), options, path)}
    for entry in entries:
        if entry in descriptions:
            continue
        for found_file in _entry(entry, walk, options):
            if chosen is not None and found_file.path not in chosen and not found_file.reason:
                found_file = found_file._replace(reason="not among the inputs that the folder's .toml file names")
            yield found_file


def _own_description(path: Path) -> Found:
    """The description that lies in a folder. A .toml file of something else is set apart; one with a wrong key of ours
    raises ValueError.
    """
    try:
        about = _load(path)
    except ValueError as error:
        return Found(path, Options(), str(error))
    if not any(key in _KEYS or _column(key) for key in about):
        return Found(path, Options(), f"a .toml file that describes no corpus (known keys: {', '.join(_KEYS)})")
    return Found(path, _options(about, path))


def _entry(entry: os.DirEntry, walk: _Walk, options: Options) -> Iterator[Found]:
    path = Path(entry.path)
    try:
        link, folder, file = entry.is_symlink(), entry.is_dir(), entry.is_file()
    except OSError as error:  # links in a circle
        yield Found(path, options, f"a link that leads nowhere: {error.strerror or error}")
        return
    if link:
        yield from _link(path, folder, file, walk, options)
    elif folder:
        yield from _walk(path, walk, options)
    elif file:
        yield Found(path, options)
    else:
        yield Found(path, options, "neither a file nor a folder (a pipe or a device)")


def _link(path: Path, folder: bool, file: bool, walk: _Walk, options: Options) -> Iterator[Found]:
    """Links inside the corpus lead to what is read anyway; those that lead out are followed only when asked."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        yield Found(path, options, "a link that leads nowhere")
        return
    if target.is_relative_to(walk.root) or walk.root.is_relative_to(target):
        yield Found(path, options, "a link to a place in the corpus, which is read there")
    elif not options.follow_links:
        yield Found(path, options, "a link that leads out of the corpus (follow_links in a .toml file follows it)")
    elif folder and target not in walk.seen:
        walk.seen.add(target)
        yield from _walk(path, walk, options)
    elif file:
        yield Found(path, options)
    else:
        yield Found(path, options, "a link to a place that is read already, or to a pipe or device")


def show_path(path: str | Path) -> str:
    """A path as tables show it: from the project's root when it lies there, bytes that are no UTF-8 as \\xe9."""
    path = Path(path)
    return printable(str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path))
