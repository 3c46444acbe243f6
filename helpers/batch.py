"""All notebooks over a corpus in one command: python -m helpers.batch seeds

Checks the parameters of all notebooks first, annotates the corpus once, runs notebooks/[0-9]*.ipynb with papermill,
writes tables, figures, a report and a manifest to outputs/<run_id>/, and lists all runs in outputs/index.html. Exit
code 0: all well; 1: a notebook failed, no input could be analysed or the machine lacks something; 2: the command itself
was wrong; 130 or 143: stopped by Ctrl-C or SIGTERM.
"""

import argparse
import contextlib
import os
import platform
import shlex

try:
    import resource
except ImportError:  # Windows: no processor times
    resource = None  # type: ignore[assignment]
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from helpers import ROOT, annotate, resolve, tables
from helpers.counting import corrections
from helpers.finding.codebook import load_codebook
from helpers.finding.pipeline import Options
from helpers.keeping import exchange, machine
from helpers.keeping.faults import CannotGoOn, Stopped, explain, stops_on_term
from helpers.keeping.runs import WrongParameter, list_files, make_folder, name_run, tidy, versions, write_manifest
from helpers.notebooks import (
    NOTEBOOKS,
    Outcome,
    check_parameters,
    convert,
    find_notebooks,
    read_parameters,
    run_notebooks,
)
from helpers.showing import report
from helpers.text import count


def _processor_seconds() -> float:
    if resource is None:
        return time.process_time()
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def run(
    corpus: Sequence[str],
    *,
    outputs: str | Path = "outputs",
    run_id: str = "",
    given: Mapping[str, str] = {},
    only: Sequence[str] = (),
    workers: int = 0,
    scheduler: str = "",
    limit: int = 0,
    jobs: int = 0,
    timeout: int | None = None,
    progress: bool = True,
    notebooks: Path = NOTEBOOKS,
) -> tuple[Path, dict]:
    """Run everything; return (the run's folder, the manifest). Raises WrongParameter, FileNotFoundError or ValueError
    before anything is written; later CannotGoOn, OSError, KeyboardInterrupt or Stopped, with the manifest saying so.
    """
    began, seconds = datetime.now(UTC), time.monotonic()
    numbers = {"--workers": workers, "--limit": limit, "--jobs": jobs, "--timeout": 1 if timeout is None else timeout}
    values = check(corpus, outputs, run_id=run_id, given=given, only=only, numbers=numbers, notebooks=notebooks)
    outputs = resolve(outputs)
    (outputs / ".annotations").mkdir(parents=True, exist_ok=True)
    tidy(outputs)
    folder = make_folder(corpus, outputs, run_id)
    manifest: dict[str, Any] = {
        "run_id": folder.name,
        "status": "running",
        "started": began.isoformat(timespec="seconds"),
        "process": {"host": platform.node(), "pid": os.getpid()},
        "corpus": {"inputs_given": list(corpus)},
        "parameters": dict(given),
        "limit": limit,
        "versions": versions(),
    }
    write_manifest(folder, manifest)
    try:
        analysed = _annotate(folder, manifest, workers=workers, scheduler=scheduler, progress=progress)
        outcomes = []
        if analysed:
            ours = {"corpus": ";".join(corpus), "outputs": str(folder)}
            for path, chosen in values.items():
                chosen.update({name: value for name, value in ours.items() if name in read_parameters(path)})
            outcomes = run_notebooks(values, folder, jobs=jobs, timeout=timeout, progress=progress, n_articles=analysed)
        manifest["status"] = _status(outcomes)
        manifest["notebooks"] = [outcome._asdict() for outcome in outcomes]
        manifest["seconds"] = {
            "wall": round(time.monotonic() - seconds, 2),
            "processor": round(_processor_seconds(), 2),
        }
        manifest["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
        write_manifest(folder, manifest)
        exchange.write(folder)
        report.build(folder)
        manifest["files"] = list_files(folder)
        write_manifest(folder, manifest)
        report.build_index(outputs)
    except BaseException as error:
        _write_end(folder, manifest, error)
        raise
    return folder, manifest


def _write_end(folder: Path, manifest: dict, error: BaseException) -> None:
    """Say in the manifest how a run ended that did not come to its end."""
    stopped = isinstance(error, (KeyboardInterrupt, Stopped))
    manifest["status"] = "stopped" if stopped else "failed"
    manifest["reason"] = "stopped by the user" if stopped else f"{type(error).__name__}: {error}"
    with contextlib.suppress(OSError):  # no room for it
        write_manifest(folder, manifest)


def check(
    corpus: Sequence[str],
    outputs: str | Path,
    *,
    run_id: str = "",
    given: Mapping[str, str] = {},
    only: Sequence[str] = (),
    numbers: Mapping[str, int] = {},
    notebooks: Path = NOTEBOOKS,
) -> dict[Path, dict]:
    """Return {notebook: its values} when everything asked for can be done; a wrong name, number, path or file is found
    before anything is written. Raises WrongParameter, FileNotFoundError or ValueError.
    """
    for option, value in numbers.items():
        if value < (option == "--timeout"):
            raise WrongParameter(f"{option} {value}: it takes a whole number of 1 or more (0: as needed)")
    if not str(outputs).strip() or resolve(outputs) == ROOT:
        raise WrongParameter(f"--outputs {str(outputs)!r}: name a folder of its own for the runs, such as outputs")
    values = check_parameters(given, find_notebooks(only, notebooks), find_notebooks((), notebooks))
    if not values:
        raise WrongParameter(f"there are no notebooks in {notebooks}")
    for name in ("corrections", "codebook", "model"):
        if given.get(name) and not resolve(given[name]).exists():
            raise WrongParameter(f"parameter {name}: there is no {resolve(given[name])}")
    corrections.load(given.get("corrections", ""))
    load_codebook(resolve(given["codebook"]) if given.get("codebook") else None)
    try:
        annotate.check_engine(Options(given.get("model", ""), given.get("codebook", "")))
    except CannotGoOn as error:
        raise WrongParameter(str(error)) from error
    annotate.describe_corpus(corpus)
    name_run(corpus, resolve(outputs), run_id)
    return values


def _annotate(folder: Path, manifest: dict, *, workers: int, scheduler: str, progress: bool) -> int:
    """Annotate the corpus, save its tables, say in the manifest what was found; return the number of articles. The
    notebooks' processes load what they need themselves.
    """
    given = manifest["parameters"]
    found = annotate.load(
        ";".join(manifest["corpus"]["inputs_given"]),
        outputs=folder,
        model=given.get("model", ""),
        codebook=given.get("codebook", ""),
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )
    manifest["to_do"] = found.about.pop("to_do")
    manifest["corpus"] |= found.about | {
        "words": int(found.articles["n_words"].sum()),
        "duplicates": int(found.articles["duplicate_of"].notna().sum()),
    }
    manifest["found"] = {name: found.number(name) for name in tables.FOUND}
    if not len(found.articles):
        reasons = found.quarantine["reason"]
        manifest["reason"] = str(reasons.mode().iloc[0]) if len(reasons) else "the folder holds no files"
    joined = convert("join_surnames", given.get("join_surnames", "yes"), True)
    found = corrections.apply(found, given.get("corrections", ""), join_surnames=bool(joined))
    write_manifest(folder, manifest)  # the comparison with an earlier run reads it
    for name in ("articles", *tables.FOUND, "quarantine"):
        tables.save(getattr(found, name), name, folder)
    return len(found.articles)


def _status(outcomes: Sequence[Outcome]) -> str:
    if not outcomes:
        return "nothing to analyse"
    return "failed" if any(outcome.status != "ok" for outcome in outcomes) else "ok"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m helpers.batch",
        description="Run all notebooks over a corpus of news articles.",
        epilog="papermill --help-notebook notebooks/01_entity_counts.ipynb lists a notebook's parameters.",
    )
    parser.add_argument(
        "corpus",
        nargs="+",
        help="files, folders, globs or a .toml description; a relative path means the project's root",
    )
    parser.add_argument(
        "-p",
        "--parameter",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="set a notebook parameter (repeatable)",
    )
    parser.add_argument("--run-id", default="", help="name of the run's folder (default: date, time and corpus)")
    parser.add_argument("--outputs", default="outputs", help="where runs are kept (default: outputs)")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="PART",
        help="run only notebooks whose name contains this, for example 01 (repeatable)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=0,
        help="processes that annotate (default: for more than 200 new articles as cores and free memory allow)",
    )
    parser.add_argument(
        "--scheduler",
        default="",
        metavar="ADDRESS",
        help="annotate on the workers of a Dask scheduler: its address (tcp://host:8786) or its scheduler file",
    )
    parser.add_argument("--limit", type=int, default=0, help="only the first so many articles (default: all)")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="say how long the run will take here and what it needs; a few articles are annotated to measure it",
    )
    parser.add_argument(
        "--jobs", type=int, default=0, help="notebooks at the same time (default: as cores and free memory allow)"
    )
    parser.add_argument(
        "--timeout", type=int, default=None, help="stop a notebook whose cell takes longer than so many seconds"
    )
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; returns the exit code."""
    asked = _parser().parse_args(arguments)
    given = dict(asked.parameter)
    try:
        if asked.dry_run:
            check(asked.corpus, asked.outputs, given=given, only=asked.only, numbers={"--limit": asked.limit})
            print(annotate.tell_plan(asked.corpus, asked.outputs, given, workers=asked.workers, limit=asked.limit))
            return 0
        with stops_on_term():
            folder, manifest = run(
                asked.corpus,
                outputs=asked.outputs,
                run_id=asked.run_id,
                given=given,
                only=asked.only,
                workers=asked.workers,
                scheduler=asked.scheduler,
                limit=asked.limit,
                jobs=asked.jobs,
                timeout=asked.timeout,
                progress=not asked.quiet,
            )
    except (KeyboardInterrupt, Stopped) as stop:
        return _tell_stop(stop, asked.outputs, arguments)
    except CannotGoOn as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except (WrongParameter, FileNotFoundError, ValueError) as error:
        if not isinstance(error, (WrongParameter, FileNotFoundError)) and os.environ.get("DEBUG"):
            raise
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {explain(error)}", file=sys.stderr)
        return 1
    _tell_end(folder, manifest)
    return 0 if manifest["status"] == "ok" else 1


def _tell_stop(stop: BaseException, outputs: str, arguments: Sequence[str] | None) -> int:
    """Say what is kept and how to go on; return the exit code."""
    machine.end_children()
    again = shlex.join(["python", "-m", "helpers.batch", *(sys.argv[1:] if arguments is None else arguments)])
    print(
        f"\nStopped. What was read and annotated is kept in {resolve(outputs)}; this goes on: {again}", file=sys.stderr
    )
    return 130 if isinstance(stop, KeyboardInterrupt) else 143


def _tell_end(folder: Path, manifest: Mapping[str, Any]) -> None:
    about = manifest["corpus"]
    if about["quarantined"]:
        print(
            f"{about['quarantined']:,} of {about['inputs']:,} inputs could not be analysed; the reasons are in "
            f"{folder / 'tables' / 'quarantine.csv'}",
            file=sys.stderr,
        )
    if about.get("incomplete"):
        print(
            f"of {count(about['incomplete'], 'article')} one kind of findings failed; the column notes of "
            f"{folder / 'tables' / 'articles.csv'} says which and why",
            file=sys.stderr,
        )
    if not about["analysed"]:
        print(f"most frequent reason: {manifest['reason']}", file=sys.stderr)
    for outcome in manifest["notebooks"]:
        if outcome["status"] != "ok":
            print(f"failed: {outcome['notebook']}: {outcome['error']}", file=sys.stderr)
    status = "Done" if manifest["status"] == "ok" else manifest["status"].capitalize()
    print(
        f"{status}: {count(about['analysed'], 'article')} in {manifest['seconds']['wall']:.0f} s. "
        f"Open {folder / 'report' / 'index.html'} (all runs: {folder.parent / 'index.html'})"
    )


if __name__ == "__main__":
    code = main()
    if code in (130, 143):  # threads that wait for what was ended are not waited for
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
