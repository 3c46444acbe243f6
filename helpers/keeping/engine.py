"""The engine's fingerprint: a hash of all that annotations depend on, and whether its files are the ones that ship."""

import functools
import hashlib
from pathlib import Path

from helpers import DATA, MODELS, resolve, tables, version_of
from helpers.finding.pipeline import Options
from helpers.keeping.sums import check_sums, file_hash, files_of

FORMAT = 3  # of the store's own files
HELPERS = Path(__file__).resolve().parent.parent
ENGINE_PACKAGES = ("nltk", "numpy", "onnxruntime", "tokenizers", "vaderSentiment")


def content_key(text: str) -> str:
    """Return the key under which a text's annotations are stored (128 bits of SHA-256)."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def engine_files(options: Options = Options()) -> list[Path]:
    """Return the files that annotations depend on: the code that finds, its tables of words, the model, the codebook.
    Not the tables below data/reading and data/counting, which nothing that finds looks into.

    Raises FileNotFoundError when there is no such model or codebook.
    """
    files = [
        *sorted((HELPERS / "finding").glob("*.py")),
        HELPERS / "text.py",
        HELPERS / "scheme.py",
        *sorted(DATA.glob("*.csv")),
    ]
    for given in (
        resolve(options.model) if options.model else MODELS,
        resolve(options.codebook) if options.codebook else None,
    ):
        if given is None:
            continue
        if not given.exists():
            raise FileNotFoundError(f"no such model or codebook: {given}")
        if given.is_dir():
            files += files_of(given)
        else:
            files.append(given)
    return files


@functools.cache
def engine_key(options: Options = Options()) -> str:
    """Return a short hash of all that annotations depend on: code, data files, model, codebook, columns kept and
    versions of the packages used.

    What a chart is called or how a column is described is no part of it. Raises ValueError when a file of the model or
    the data is not the one that its folder's SHA256SUMS names.
    """
    for folder in (DATA, DATA / "reading", resolve(options.model) if options.model else MODELS):
        check_sums(folder)
    digest = hashlib.sha256(f"{FORMAT}\n".encode())
    for path in engine_files(options):
        digest.update(f"{path.name} {file_hash(path)}\n".encode("utf-8", "surrogateescape"))
    for name in tables.FOUND:
        digest.update(f"{name} {[(field.name, str(field.type)) for field in tables.SCHEMAS[name]]}\n".encode())
    for name in ENGINE_PACKAGES:
        digest.update(f"{name} {version_of(name)}\n".encode())
    return digest.hexdigest()[:20]
