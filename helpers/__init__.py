"""News articles in, tables and figures out: entity counts, tone of quoted statements, escalation language.

Relative paths given to any function here mean the project's root, whatever folder the program or kernel was started in.
"""

import os
import sys
from pathlib import Path

# One thread a process, set before numpy is loaded: the products here are small, and threads that wait for each other
# made a run ten times slower (17.9 s in place of 1.8 s for the same articles on a busy machine). It also keeps the
# labels of a text the same on every machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
# onnxruntime reports its use to its maker unless it is told not to before it is loaded; nothing leaves the machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.2.0"
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "helpers" / "data"  # tables of names and words
MODELS = ROOT / "helpers" / "models"  # the network that comes with the project


def version_of(package: str) -> str:
    """Return the version of an installed package, or "not installed"."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def resolve(path: str | Path) -> Path:
    """Return `path` as an absolute path; a relative one is taken from the project's root, `~` is the home folder."""
    return Path(ROOT, Path(path).expanduser())


# Where the modules of version 0.1 went.
MOVED = {
    "clauses": "finding.cue_reading",
    "corpus": "reading.corpus",
    "corrections": "counting.corrections",
    "counts": "counting.mentions",
    "cues": "finding.cue_reading and helpers.finding.codebook",
    "display": "showing.display",
    "dossiers": "counting.dossiers",
    "encoder": "finding.encoder",
    "entities": "finding.entities",
    "escalation": "finding.acts",
    "features": "finding.features",
    "gazetteers": "finding.gazetteers",
    "ladder": "counting.acts",
    "modality": "finding.cue_reading",
    "names": "finding.names",
    "parties": "finding.participants",
    "plots": "showing.plots",
    "references": "finding.references",
    "report": "showing.report",
    "sentiment": "finding.tone and helpers.counting.speakers",
    "statements": "finding.statements",
    "validation": "counting.validation",
}


class _Moved:
    """The last of the import system's finders: it knows only the old names, and says the new ones."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        package, _, old = name.rpartition(".")
        if package == __name__ and old in MOVED:
            raise ImportError(f"{name} moved: it is {__name__}.{MOVED[old]} now", name=name)


sys.meta_path[:] = [*(finder for finder in sys.meta_path if type(finder).__name__ != "_Moved"), _Moved()]
