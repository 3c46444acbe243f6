"""What this machine has to give: memory, room on a disk, temporary folders; and the processes to end at a stop."""

import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

WORKER = 450e6  # bytes of memory that one annotating process needs at most (280 MB measured, long articles more)
KERNEL = 600e6  # bytes that one notebook over a small corpus needs
SPARE = 300e6  # bytes left to the system
STALE = 7 * 86_400  # seconds after which another machine's temporary folder counts as left behind
_CGROUP = Path("/sys/fs/cgroup")
_V1 = ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")


def free_memory() -> int:
    """Return the bytes of memory that new processes may use: what the system has free, or what the container's limit
    leaves when that is less.
    """
    free = psutil.virtual_memory().available
    for limit, used in (("memory.max", "memory.current"), _V1):
        with suppress(OSError, ValueError):  # no such limit, or "max"
            free = min(free, max(0, int((_CGROUP / limit).read_text()) - int((_CGROUP / used).read_text())))
    return int(free)


def cores() -> int:
    """Return how many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fitting(need: float, most: int, free: float | None = None) -> int:
    """Return how many processes of `need` bytes fit into memory, one a core, at least 1 and at most `most`.

    >>> fitting(1e9, 16, free=0.5e9)
    1
    """
    room = (free_memory() if free is None else free) - SPARE
    return max(1, min(cores(), most, int(room // need)))


def free_space(folder: Path) -> int:
    """Return the free bytes of the disk that holds a folder (or its nearest parent that exists)."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


# -- temporary folders -----------------------------------------------------------------------------------------------


@contextmanager
def temporary_folder(where: Path) -> Iterator[Path]:
    """A folder of this process below `where`, removed afterwards. One that a killed process left behind is known by its
    name and removed by `clean`.
    """
    where.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=where, prefix=f".tmp-{platform.node()}-{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clean(where: Path) -> int:
    """Remove the temporary folders below `where` whose process is gone; return how many."""
    removed, here = 0, platform.node()
    for folder in where.glob(".tmp-*"):
        host, _, rest = folder.name.removeprefix(".tmp-").rpartition("-")[0].rpartition("-")
        with suppress(OSError):
            if host == here and rest.isdigit():
                left = not psutil.pid_exists(int(rest))
            else:
                left = time.time() - folder.stat().st_mtime > STALE
            if left:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
    return removed


# -- processes -------------------------------------------------------------------------------------------------------


def end_children() -> None:
    """End all processes that this one started (workers, kernels), at once. Python's own tracker of shared resources
    ends by itself.
    """
    ended = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if "resource_tracker" not in " ".join(child.cmdline()):
                child.kill()
                ended.append(child)
    psutil.wait_procs(ended, timeout=3)
