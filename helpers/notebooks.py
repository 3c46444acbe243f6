"""The notebooks: which there are, their parameters, running them with papermill."""

import ast
import contextlib
import difflib
import json
import keyword
import logging
import math
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any, NamedTuple

from helpers import ROOT
from helpers.keeping import machine
from helpers.keeping.runs import WrongParameter

NOTEBOOKS = ROOT / "notebooks"
OURS = ("corpus", "outputs")  # set by the runner itself
RENAMED = {"count_duplicates": "keep_duplicates"}  # of version 0.1
OF_THE_RUN = (
    "model",
    "codebook",
    "corrections",
    "join_surnames",
)  # matter to the whole run, whichever notebooks are chosen
PER_ARTICLE = 40_000  # bytes of memory that a notebook needs for an article, beside those of `machine.KERNEL`


class Parameter(NamedTuple):
    """One line of a notebook's parameter cell."""

    name: str
    default: object
    help: str


class Outcome(NamedTuple):
    """What became of one notebook: status `ok` or `failed`, with the error's last line."""

    notebook: str
    status: str
    seconds: float
    parameters: dict
    error: str | None


def find_notebooks(only: Sequence[str] = (), folder: Path = NOTEBOOKS) -> list[Path]:
    """Return notebooks whose names begin with a digit, sorted; `only`: beginnings or parts of names. Raises
    WrongParameter when one matches nothing.
    """
    found = sorted(folder.glob("[0-9]*.ipynb"))
    for part in only:
        if not any(part in path.stem for path in found):
            near = difflib.get_close_matches(part, [path.stem for path in found], n=1, cutoff=0.3)
            raise WrongParameter(
                f"no notebook is called {part}" + (f"; did you mean {near[0]}?" if near else f" in {folder}")
            )
    return [path for path in found if not only or any(path.stem.startswith(part) or part in path.stem for part in only)]


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return the parameters of a notebook: the literals assigned in its cell tagged `parameters`, with the trailing
    comments as help.
    """
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    tagged = [cell["source"] for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", ())]
    return parse_parameters("".join("".join(source) for source in tagged))


def parse_parameters(source: str) -> dict[str, Parameter]:
    """Return the parameters in a cell's source.

    >>> parse_parameters('corpus = "seeds"  # articles to read')
    {'corpus': Parameter(name='corpus', default='seeds', help='articles to read')}
    """
    lines, found = source.splitlines(), {}
    for node in ast.parse(source).body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(target, ast.Name) and node.value is not None:
            comment = re.search(
                r"#\s*(.*)$", lines[node.end_lineno - 1][node.end_col_offset :] if node.end_lineno else ""
            )
            found[target.id] = Parameter(target.id, ast.literal_eval(node.value), comment[1] if comment else "")
    return found


def parameters_of(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """{parameter: its value now} of a running notebook, given its `globals()`: IPython keeps the cells that ran in
    `In`, and the first with parameters only is the parameter cell.
    """
    for source in notebook.get("In", ()):
        try:
            names = parse_parameters(source)
        except (SyntaxError, ValueError):  # a cell that computes, or a magic
            continue
        if names:
            return {name: notebook[name] for name in names if name in notebook}
    return {}


def convert(name: str, words: str, default: object) -> object:
    """Turn a command-line word into the type of the parameter's default. Raises WrongParameter with what would fit.

    >>> convert("count_demonyms", "no", True), convert("entities_shown", "12", 15)
    (False, 12)
    """
    try:
        if isinstance(default, bool):
            return {
                "true": True,
                "yes": True,
                "on": True,
                "1": True,
                "false": False,
                "no": False,
                "off": False,
                "0": False,
            }[words.strip().lower()]
        if isinstance(default, str) or default is None:
            return words
        if isinstance(default, (int, float)):
            return _in_range(name, type(default)(words), default)
        value = ast.literal_eval(words)
        if type(value) is type(default):
            return value
        raise ValueError(words)
    except WrongParameter:
        raise
    except (KeyError, ValueError, SyntaxError, MemoryError, RecursionError) as error:
        kind = {
            bool: "yes or no",
            int: "a whole number",
            float: "a number",
            list: "a list such as ['a', 'b']",
            dict: "such as {'a': 1}",
        }
        raise WrongParameter(
            f"parameter {name}: {words!r} does not fit; it takes {kind.get(type(default), type(default).__name__)} "
            f"(default {default!r})"
        ) from error


def _in_range(name: str, value: int | float, default: int | float) -> int | float:
    """A number that makes sense in place of the default: finite; not negative unless the default is; and at least 1
    where the default counts something.
    """
    least = 1 if isinstance(default, int) and default > 0 else 0
    if not math.isfinite(value):
        raise WrongParameter(f"parameter {name}: {value} is no number that can be used (default {default!r})")
    if default >= 0 and value < least:
        raise WrongParameter(f"parameter {name}: {value} is too small; it takes {least} or more (default {default!r})")
    return value


def check_parameters(
    given: Mapping[str, str], notebooks: Sequence[Path], every: Sequence[Path] | None = None
) -> dict[Path, dict]:
    """Return {notebook: its values} for parameters given as words; every: all notebooks there are. Raises
    WrongParameter for a name that no notebook has, with the nearest one, and for one that only notebooks have that were
    not chosen (OF_THE_RUN aside).
    """
    known = {path: read_parameters(path) for path in {*notebooks, *(every or ())}}
    names = {name for parameters in known.values() for name in parameters}
    for name in given:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise WrongParameter(f"{name!r} can't be a parameter's name")
        if name in OURS:
            raise WrongParameter(
                f"{name} is not given with -p: "
                + ("name the inputs on the command line" if name == "corpus" else "use --outputs and --run-id")
            )
        if name in RENAMED:
            raise WrongParameter(
                f"the parameter {name} is now called {RENAMED[name]}: it takes yes or no, no counts once"
            )
        if name not in names:
            near = difflib.get_close_matches(name, names - set(OURS), n=1, cutoff=0.4)
            raise WrongParameter(
                f"no notebook has a parameter {name}"
                + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(sorted(names - set(OURS)))}")
            )
        havers = [path.stem for path, parameters in known.items() if name in parameters]
        if name not in OF_THE_RUN and not any(name in known[path] for path in notebooks):
            raise WrongParameter(
                f"parameter {name} belongs to {', '.join(sorted(havers))}, which --only leaves out: choose it too, or "
                "leave the parameter out"
            )
    return {
        path: {
            name: convert(name, words, known[path][name].default)
            for name, words in given.items()
            if name in known[path]
        }
        for path in notebooks
    }


# --- running --------------------------------------------------------------------------------------------------------


def _papermill() -> Any:
    """Import papermill without the 2 CPU seconds that jsonschema's check of internationalised addresses takes (nothing
    here uses it).
    """
    blocked = "rfc3987_syntax" not in sys.modules
    if blocked:
        sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    try:
        import papermill
    finally:
        if blocked:
            del sys.modules["rfc3987_syntax"]
    return papermill


def _kernel_options(folder: str, number: int) -> dict:
    """Kernels talk through files, not ports, where the system can: no races, nothing open on the network. The file with
    their addresses and key lies there too: a killed run leaves nothing in the system's folder.
    """
    from traitlets.config import Config

    # a kernel that is told to stop complains of the interruption
    quiet = {"NotebookClient": {"extra_arguments": ["--IPKernelApp.log_level=50"]}}
    manager = {"connection_file": f"{folder}/{number}.json"}
    if os.name != "nt":
        manager |= {"transport": "ipc", "ip": f"{folder}/{number}"}
    return {"config": Config({**quiet, "KernelManager": manager})}


def run_notebook(
    notebook: Path, target: Path, parameters: Mapping, *, sockets: str, number: int, timeout: int | None = None
) -> Outcome:
    """Run one notebook with papermill; the executed notebook appears at `target` whole, also when a cell failed."""
    import nbformat

    papermill = _papermill()
    began, error = time.monotonic(), None
    with tempfile.TemporaryDirectory(dir=sockets) as folder:
        draft = Path(folder, "notebook.ipynb")  # papermill formats paths like templates: a name of our own is safe
        try:
            papermill.execute_notebook(
                nbformat.read(notebook, as_version=4),
                str(draft),
                parameters=dict(parameters),
                kernel_name="python3",
                language="python",
                progress_bar=False,
                start_timeout=180,
                execution_timeout=timeout,
                resources={"metadata": {"path": str(notebook.parent)}},
                **_kernel_options(sockets, number),
            )
        except Exception as failure:
            error = _last_line(failure)
            (target.parent / f"{target.stem}.log").write_text(
                _without_colours("".join(traceback.format_exception(failure))), "utf-8"
            )
        if draft.exists():
            temporary = target.with_name(f".{target.name}")
            shutil.copyfile(draft, temporary)
            os.replace(temporary, target)
    return Outcome(
        notebook.stem, "failed" if error else "ok", round(time.monotonic() - began, 2), dict(parameters), error
    )


def _without_colours(words: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", words)


def _last_line(error: BaseException) -> str:
    if type(error).__name__ == "PapermillExecutionError":
        about: Any = error
        return f"{about.ename}: {about.evalue} (cell {about.cell_index + 1})"[:500]
    if type(error).__name__ == "DeadKernelError":
        return "the notebook's process died (out of memory, or killed)"
    return f"{type(error).__name__}: {_without_colours(str(error)).strip()[-400:]}"


@contextlib.contextmanager
def _this_python(scratch: Path) -> Iterator[None]:
    """Kernels started meanwhile run this Python with these helpers, whatever other kernels the machine has, and leave
    their temporary files in `scratch`.
    """
    ours = {"JUPYTER_PATH": str(Path(sys.prefix, "share", "jupyter")), "PYTHONPATH": str(ROOT)}
    places = {"JUPYTER_RUNTIME_DIR": str(scratch), "TMPDIR": str(scratch)}
    before = {name: os.environ.get(name) for name in (*ours, *places)}
    for name, value in ours.items():
        os.environ[name] = os.pathsep.join(filter(None, (value, before[name])))
    os.environ.update(places)
    try:
        yield
    finally:
        for name, old in before.items():
            os.environ.pop(name) if old is None else os.environ.update({name: old})


@contextlib.contextmanager
def _scratch(run: Path) -> Iterator[tuple[Path, Path]]:
    """(folder for temporary files, folder for the kernels' sockets). They lie beside the run; a socket's path has at
    most about a hundred characters, so that below a long path the sockets go to the system's folder. What a killed
    process leaves in either is removed by the next run.
    """
    system = Path(tempfile.gettempdir())
    machine.clean(system)
    with machine.temporary_folder(run.parent) as scratch:
        if len(str(scratch)) < 80:
            yield scratch, scratch
        else:
            with machine.temporary_folder(system) as sockets:
                yield scratch, sockets


def choose_jobs(asked: int, n_articles: int) -> int:
    """Return how many notebooks run at the same time: as asked, or one a core as far as the free memory goes."""
    return asked or machine.fitting(machine.KERNEL + PER_ARTICLE * n_articles, 8)


def run_notebooks(
    values: Mapping[Path, dict],
    run: Path,
    *,
    jobs: int = 0,
    timeout: int | None = None,
    progress: bool = True,
    n_articles: int = 0,
) -> list[Outcome]:
    """Run notebooks side by side into `<run>/notebooks/`. A failing one leaves the others alone. When this is stopped,
    the kernels end at once.
    """
    from tqdm import tqdm

    folder = run / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    _papermill()  # import once, before the threads
    outcomes = []
    with (
        _scratch(run) as (scratch, sockets),
        _this_python(scratch),
        ThreadPoolExecutor(choose_jobs(jobs, n_articles)) as pool,
        tqdm(
            total=len(values), desc="Notebooks", unit="", disable=not progress, file=sys.stderr, dynamic_ncols=True
        ) as bar,
    ):
        tasks = [
            pool.submit(
                run_notebook, path, folder / path.name, parameters, sockets=str(sockets), number=i, timeout=timeout
            )
            for i, (path, parameters) in enumerate(values.items())
        ]
        try:
            for task in as_completed(tasks):
                outcomes.append(task.result())
                bar.set_postfix_str(outcomes[-1].notebook)
                bar.update(1)
        except BaseException:
            logging.disable(logging.CRITICAL)  # the kernels' clients complain
            pool.shutdown(wait=False, cancel_futures=True)
            machine.end_children()
            raise
    return sorted(outcomes)
