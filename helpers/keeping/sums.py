"""Hashes of the files that numbers depend on: python -m helpers.keeping.sums (make sums)

A folder of a model or of word lists holds a file SHA256SUMS as `sha256sum` writes it; `sha256sum -c SHA256SUMS` there
checks it too. Files that do not match are refused, so that a damaged download or a slip of the keyboard never changes
numbers in silence. Whoever edits a list knowingly writes the hashes anew. Only Python's own library is used here, so
that training can write hashes too.
"""

import functools
import hashlib
import sys
from pathlib import Path

from helpers import DATA, MODELS

SUMS = "SHA256SUMS"


@functools.lru_cache(maxsize=4096)
def _hash_of(path: Path, size: int, modified: int, changed: int) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; of a file that has not changed it is kept for the process."""
    about = path.stat()
    return _hash_of(path, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


def files_of(folder: Path) -> list[Path]:
    """Return the files of a folder that numbers depend on: of a model its graphs, weights and settings, else lists."""
    kinds = (".onnx", ".npz", ".json") if (folder / "config.json").is_file() else (".csv",)
    return sorted(path for path in folder.iterdir() if path.suffix in kinds and not path.name.startswith("."))


def write_sums(folder: Path) -> Path:
    """Write the hashes of a folder's files beside them; return the file."""
    lines = [f"{file_hash(path)}  {path.name}\n" for path in files_of(folder)]
    target = folder / SUMS
    target.write_text("".join(lines), "utf-8", newline="\n")
    return target


def check_sums(folder: Path) -> None:
    """Raise ValueError, naming the file, when one of a folder's files is missing, changed or has no hash. A folder
    without SHA256SUMS (a model of your own) is not checked.
    """
    sums = folder / SUMS
    if not sums.is_file():
        return
    lines = [line.partition("  ") for line in sums.read_text("utf-8").splitlines()]
    known = {name: value for value, _, name in lines}
    here = {path.name: path for path in files_of(folder)}
    for name in sorted({*known, *here}):
        wrong = (
            "is missing" if name not in here else "has no hash" if name not in known else "is not the one that shipped"
        )
        if name not in here or name not in known or file_hash(here[name]) != known[name]:
            raise ValueError(
                f"{folder / name} {wrong} (by {SUMS}), so numbers would change in silence: take it from the project "
                "again, or if the change is meant, run 'make sums' (python -m helpers.keeping.sums FOLDER)"
            )


def main() -> int:
    """Write the hashes of the folders given, or of the project's model and word lists; returns 0."""
    for folder in [Path(given) for given in sys.argv[1:]] or [DATA, DATA / "reading", MODELS]:
        print(write_sums(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
