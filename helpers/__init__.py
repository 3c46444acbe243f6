"""News articles in, tables and figures out: entity counts, tone of quoted statements, escalation language.

Relative paths given to any function here mean the project's root, whatever folder the program or kernel was started in.
"""
from pathlib import Path

__version__ = "0.1.0"
ROOT = Path(__file__).resolve().parent.parent


def resolve(path: str | Path) -> Path:
    """Return `path` as an absolute path; a relative one is taken from the project's root, `~` is the home folder."""
    return Path(ROOT, Path(path).expanduser())
