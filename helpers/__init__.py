"""News articles in, tables and figures out: entity counts, tone of quoted statements, escalation language.

Relative paths given to any function here mean the project's root, whatever folder the program or kernel was started in.
"""
import os
from pathlib import Path

# One thread a process, set before numpy is loaded: the products here are small, and threads that wait for each other made a run ten times slower
# (17.9 s in place of 1.8 s for the same articles on a busy machine). It also keeps the labels of a text the same on every machine.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")

__version__ = "0.2.0"
ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "helpers" / "data"          # tables of names and words
MODELS = ROOT / "helpers" / "models"      # the network that comes with the project


def resolve(path: str | Path) -> Path:
    """Return `path` as an absolute path; a relative one is taken from the project's root, `~` is the home folder."""
    return Path(ROOT, Path(path).expanduser())
