"""Runs on disk: their names, their manifests, and which options they were made with."""

import hashlib
import json
import platform
import re
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import psutil

from helpers import __version__, resolve, version_of
from helpers.finding.pipeline import Options
from helpers.keeping.engine import ENGINE_PACKAGES
from helpers.keeping.machine import clean
from helpers.tables import write_atomically


class WrongParameter(ValueError):
    """A parameter no notebook has, a value of the wrong type, or a name no run can have."""


def make_folder(corpus: Sequence[str], outputs: Path, wanted: str = "") -> Path:
    """Make and return a new run's folder, also when another run begins in the same second. What a stopped run left
    under the wanted name goes. Raises WrongParameter when the name can't be a folder or is taken.
    """
    outputs.mkdir(parents=True, exist_ok=True)
    while True:
        folder = outputs / name_run(corpus, outputs, wanted)
        if folder.exists():
            shutil.rmtree(folder)
        try:
            folder.mkdir()
        except FileExistsError:  # another run was faster
            continue
        return folder


def is_left(manifest: Mapping) -> bool:
    """Whether a run was stopped, or its process is gone without a word."""
    if manifest.get("status") == "stopped":
        return True
    process = manifest.get("process") or {}
    here = process.get("host") == platform.node()
    return manifest.get("status") == "running" and here and not psutil.pid_exists(process.get("pid", 0))


def tidy(outputs: Path) -> None:
    """Mark the runs whose process was killed as stopped, and remove the temporary folders it left."""
    clean(outputs)
    for manifest in read_runs(outputs):
        if manifest["status"] == "running" and is_left(manifest):
            folder = manifest.pop("folder")
            write_manifest(folder, manifest | {"status": "stopped", "reason": "its process was killed"})


def name_run(corpus: Sequence[str], outputs: Path, wanted: str = "") -> str:
    """Return the run's name: the one wanted, or date, time and the corpus's name. Raises WrongParameter when it can't
    be a folder or is the name of a run that was not stopped.
    """
    if wanted:
        if not re.fullmatch(r"[\w][\w.-]{0,80}", wanted) or wanted == "interactive":
            raise WrongParameter(
                f"--run-id {wanted!r}: letters, digits, - _ . only, beginning with a letter or digit, "
                "and not 'interactive'"
            )
        if (outputs / wanted).exists() and not is_left(_manifest_of(outputs / wanted)):
            raise WrongParameter(f"--run-id {wanted}: {outputs / wanted} exists already; runs are never overwritten")
        return wanted
    stem = re.sub(r"[^\w-]+", "-", Path(corpus[0].rstrip("/")).stem).strip("-")[:30] or "corpus"
    name = base = f"{datetime.now():%Y-%m-%d_%H%M%S}_{stem}"
    number = 2
    while (outputs / name).exists():
        name, number = f"{base}-{number}", number + 1
    return name


def list_files(run: Path) -> dict[str, dict]:
    """Return {path below the run's folder: bytes and sha256} of all its files."""
    files = sorted(
        p for p in run.rglob("*") if p.is_file() and p.name != "manifest.json" and not p.name.startswith(".")
    )
    return {
        p.relative_to(run).as_posix(): {"bytes": p.stat().st_size, "sha256": hashlib.sha256(p.read_bytes()).hexdigest()}
        for p in files
    }


def write_manifest(folder: Path, manifest: dict) -> None:
    """Write a run's manifest whole."""
    write_atomically(
        folder / "manifest.json",
        lambda path: path.write_text(json.dumps(manifest, indent=1, ensure_ascii=False, default=str), "utf-8"),
    )


def read_runs(outputs: str | Path = "outputs") -> list[dict]:
    """Return the manifests of all runs below a folder, newest first, each with its `folder`."""
    found = []
    for path in resolve(outputs).glob("[!.]*/manifest.json"):
        try:
            found.append({**json.loads(path.read_text("utf-8")), "folder": path.parent})
        except (ValueError, OSError):
            continue
    return sorted(found, key=lambda m: (m.get("started", ""), m["folder"].name), reverse=True)


def _manifest_of(folder: Path) -> dict:
    """The manifest of a run's folder; {} when there is none that can be read."""
    try:
        return json.loads((folder / "manifest.json").read_text("utf-8"))
    except (ValueError, OSError):
        return {}


def settings_of_run(outputs: str | Path) -> dict:
    """What the notebooks of a batch run need to know of it: `limit` (articles read), and `to_do` ({content key:
    reason} of texts that could not be annotated and are not tried again in this run).
    """
    manifest = _manifest_of(resolve(outputs))
    return {"limit": int(manifest.get("limit", 0)), "to_do": dict(manifest.get("to_do", {}))}


def options_of_run(outputs: str | Path, model: str, codebook: str) -> Options:
    """The options given, else those of the batch run that `outputs` belongs to, so that all notebooks of a run read the
    same annotations.
    """
    given = _manifest_of(resolve(outputs)).get("parameters", {})
    return Options(str(model or given.get("model", "")), str(codebook or given.get("codebook", "")))


def versions() -> dict[str, str]:
    """Return the versions of this project, Python and the packages that results depend on."""
    names = ("pandas", "pyarrow", "matplotlib", *ENGINE_PACKAGES)
    return {
        "this project": __version__,
        "Python": platform.python_version(),
        **{name: version_of(name) for name in names},
    }
