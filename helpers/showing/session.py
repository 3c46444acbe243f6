"""What a notebook needs once, before its first result: the house style, tables that page, errors as one sentence."""

import logging
import os
from pathlib import Path
from types import TracebackType
from typing import Any

from helpers.showing import canvas, scripts

# What a wrong parameter, file or word raises, with a sentence for its reader; anything else is a fault of the program
# and keeps its traceback.
SAID = (ValueError, FileNotFoundError, KeyError)


def _shell() -> Any:
    """The running notebook's shell; None elsewhere."""
    try:
        from IPython import get_ipython
    except ModuleNotFoundError:
        return None
    shell = get_ipython()  # type: ignore[no-untyped-call]
    return shell if shell is not None and hasattr(shell, "kernel") else None


def start() -> None:
    """Set the house style and, in a notebook, load the tables' script and show errors as sentences."""
    canvas.use_house_style()
    shell = _shell()
    if shell is None:
        return
    from IPython.display import HTML, display

    display(HTML(scripts.in_notebook()))  # type: ignore[no-untyped-call]
    shell.set_custom_exc(SAID, _say)
    log = shell.kernel.log
    getattr(log, "logger", log).addFilter(_is_no_false_alarm)


def _is_no_false_alarm(record: logging.LogRecord) -> bool:
    """Whether a line of the kernel's log is worth printing. Every kernel is interrupted before it is shut down, and one
    that was still busy with its last message calls that an error.
    """
    return "KeyboardInterrupt caught in kernel" not in record.getMessage()


def _say(shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType, tb_offset: object) -> None:
    """Show an error that has a sentence as that sentence; the cell still counts as failed."""
    if not _raised_by_us(trace):
        shell.showtraceback((kind, error, trace), exception_only=False)
        return
    shell._showtraceback(kind, error, [tell(error)])


def _raised_by_us(trace: TracebackType | None) -> bool:
    """Whether the last frame is the project's: only its errors are written to be read."""
    last = trace
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and "helpers" in Path(last.tb_frame.f_code.co_filename).parts


def tell(error: BaseException) -> str:
    """An error in one sentence."""
    words = str(error.args[0] if isinstance(error, KeyError) and error.args else error).strip()
    return words if words.endswith((".", "!", "?")) else f"{words}."


def in_jupyter() -> bool:
    """Whether somebody works in this notebook: a Jupyter server started its kernel, not papermill."""
    return _shell() is not None and bool(os.environ.get("JPY_SESSION_NAME"))


def passages_seen_from_here(outputs: Path) -> str:
    """The folder of passages as links in this notebook name it: a notebook that is run in JupyterLab stays where it is,
    an executed copy lies in the run's folder `notebooks`.
    """
    if in_jupyter():
        return Path(os.path.relpath(outputs / "passages", Path.cwd())).as_posix()
    return "../passages"
