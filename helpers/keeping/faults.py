"""What can go wrong around the articles rather than in them: full disks, little memory, a run that is stopped."""

import errno
import os
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

# The machine's fault at this moment, not the text's: never stored, tried again.
_PASSING = frozenset({errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EIO, errno.ESTALE})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_NO_MEMORY = re.compile(r"bad_alloc|failed to allocate|out of memory|cannot allocate", re.I)


class CannotGoOn(RuntimeError):
    """The run cannot go on, for a reason outside the articles; the message says why and what to do."""


class Stopped(BaseException):
    """The run was told to stop (SIGTERM). Like KeyboardInterrupt no error, so that nothing on the way catches it."""


def is_full(error: BaseException) -> bool:
    """Whether an error says that the disk is full or the quota used up."""
    return isinstance(error, OSError) and error.errno in _FULL


def is_passing(error: BaseException) -> bool:
    """Whether an error comes from the machine's state (memory, open files, a file that is gone), so that trying again
    may help.

    >>> is_passing(MemoryError()), is_passing(OSError(24, "Too many open files")), is_passing(ValueError("x"))
    (True, True, False)
    """
    return isinstance(error, (MemoryError, OSError)) or _NO_MEMORY.search(str(error)) is not None


def explain(error: OSError) -> str:
    """One sentence for an error of the disk: which file, what is wrong, what to do."""
    what = f" {error.filename}" if error.filename else " a file"
    if is_full(error):
        return (
            f"could not write{what}: the disk is full or its quota is used up. What was annotated before is kept; "
            "make room, or choose another disk with --outputs, and give the same command again"
        )
    if error.errno in _DENIED:
        return f"could not write or read{what}: no permission. Change its permissions or choose another --outputs"
    if error.errno in _PASSING:
        return f"could not use{what}: {os.strerror(error.errno or 0)}. Nothing is lost; give the same command again"
    return f"could not use{what}: {error.strerror or error}"


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Errors of the disk that name no file name this one."""
    try:
        yield
    except OSError as error:
        if error.filename:
            raise
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error


@contextmanager
def stops_on_term() -> Iterator[None]:
    """Turn SIGTERM into `Stopped` in the main thread meanwhile; elsewhere nothing changes."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
